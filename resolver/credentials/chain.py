"""Where a secret is looked for when no argument, variable or file has it: the keyring, then the user's command."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.resolver.credentials.keyring import KeyringUnusableError, kept, read
from modelcatalog.resolver.credentials.values import Looked, SettingValue

if TYPE_CHECKING:
    from modelcatalog.catalog.model.entries import Setting
    from modelcatalog.resolver.credentials.environment import Environment


def look_in_chain(setting: Setting, value: SettingValue, environment: Environment) -> SettingValue:
    """The value, or what the keyring or a command has where there is none. What wasn't needed is only reported."""
    looked = list(value.looked)
    for variable in kept(setting.variables) if environment.keyring else ():
        if value.is_set:
            looked.append(Looked(variable, "shadowed", "keyring"))
            continue
        state, found = _from_keyring(setting, variable)
        looked = [one for one in looked if one.variable != variable or one.state != "unset"] + [state]
        value = found if found is not None else value
    if setting.command:
        from modelcatalog.resolver.credentials.command import Command

        command = Command(setting.command)
        state = Looked(f"command {setting.command[0]}", "shadowed" if value.is_set else "used", None)
        looked.append(state)
        if not value.is_set:
            source = f"command {setting.command[0]}, {setting.command_position}"
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
