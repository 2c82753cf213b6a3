"""Where a secret is looked for when no argument, variable or file has it: the keyring, then the user's command."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.errors import setup_error
from modelcatalog.catalog.findings import Finding
from modelcatalog.providers.secret import Secret
from modelcatalog.resolver.keyring_home import KeyringUnusableError, kept, read
from modelcatalog.resolver.plan import Looked, Plan, SettingValue

if TYPE_CHECKING:
    from modelcatalog.catalog.entries import Setting
    from modelcatalog.resolver.environment import Environment


def look_deeper(setting: Setting, value: SettingValue, environment: Environment) -> SettingValue:
    """The value, or what the keyring or a command has where there is none. What wasn't needed is only told."""
    looked = list(value.looked)
    for variable in kept(setting.variables) if environment.keyring else ():
        if value.is_set:
            looked.append(Looked(variable, "shadowed", "keyring"))
            continue
        state, found = _from_keyring(setting, variable)
        looked = [one for one in looked if one.variable != variable or one.state != "unset"] + [state]
        value = found if found is not None else value
    if setting.command:
        from modelcatalog.resolver.commands import Command

        command = Command(setting.command)
        state = Looked(f"command {setting.command[0]}", "shadowed" if value.is_set else "used", None)
        looked.append(state)
        if not value.is_set:
            source = f"command {setting.command[0]}, {setting.command_place}"
            value = SettingValue(setting.name, command, "command", source, setting.required)
    return value._replace(looked=tuple(looked))


def _from_keyring(setting: Setting, variable: str) -> tuple[Looked, SettingValue | None]:
    try:
        text = read(variable)
    except KeyringUnusableError as error:
        return Looked(variable, "unreadable", str(error)), None
    if text is None or not text.strip():
        return Looked(variable, "unset", "keyring"), None
    value = SettingValue(
        setting.name,
        Secret(text),
        "keyring",
        f"{variable}, keyring",
        setting.required,
        variable=variable,
    )
    return Looked(variable, "used", "keyring"), value


def opened(plan: Plan, settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings with the commands among them run, and functions made such that their keys can be renewed.

    Raises MissingCredentialError when a command gives nothing.
    """
    from modelcatalog.providers.tokens import Tokens

    result = dict(settings)
    findings = []
    for name, value in settings.items():
        if plan.settings[name].kind == "command":
            tokens = Tokens(value)
            finding = _tried(plan, name, tokens)
            findings += [finding] if finding is not None else []
            result[name] = tokens if name == "api_key" else Secret(tokens.seen[-1] if tokens.seen else "")
        elif name in ("api_key", "token_provider") and callable(value):
            result[name] = Tokens(value)
    plan.tokens.extend(one for one in result.values() if isinstance(one, Tokens))
    if findings:
        raise setup_error(plan.entry.id, findings)
    return result


def _tried(plan: Plan, name: str, tokens: Any) -> Finding | None:
    from modelcatalog.resolver.commands import CommandFailedError

    try:
        tokens()
    except CommandFailedError as error:
        what = "API key" if name == "api_key" else name
        place = plan.settings[name].source.partition(", ")[2]
        return Finding(
            "failed-command",
            "error",
            f"No {what} for {plan.entry.id}: {error}.",
            f"The command stands in {place}.",
            name,
        )
    return None
