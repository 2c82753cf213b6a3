"""A value for each setting of an entry: argument > environment, in the order of the variables > default."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.findings import Finding
from modelcatalog.catalog.patterns import fits
from modelcatalog.providers.secret import Secret
from modelcatalog.resolver.plan import Looked, PlannedArgument, SettingValue

if TYPE_CHECKING:
    from modelcatalog.catalog.entries import Entry, Setting
    from modelcatalog.resolver.environment import Environment, Found


def settle(
    entry: Entry, arguments: Mapping[str, PlannedArgument], environment: Environment
) -> dict[str, SettingValue]:
    """The value of every setting that the entry declares, set or not."""
    names = [name for setting in entry.settings.values() for name in setting.variables]
    hits: dict[str, list[Found]] = {}
    for found in environment.look(names):
        hits.setdefault(found.variable, []).append(found)
    return {
        name: _settle_one(
            setting, arguments.get(name), [hit for v in setting.variables for hit in hits.get(v, ())]
        )
        for name, setting in entry.settings.items()
    }


def _settle_one(setting: Setting, argument: PlannedArgument | None, hits: list[Found]) -> SettingValue:
    given = argument is not None and not (isinstance(argument.value, str) and not argument.value.strip())
    used = None if given else next((hit for hit in hits if not hit.is_blank), None)
    looked = tuple(_looked(setting, hits, used))
    if given and argument is not None:
        value = _wrap(setting, argument.value)
        return SettingValue(setting.name, value, "argument", argument.source, setting.required, None, looked)
    if used is not None:
        source = f"{used.variable}, {used.where}"
        return SettingValue(
            setting.name, _wrap(setting, used.value), used.origin, source, setting.required, None, looked
        )
    if setting.default is not None:
        source = f"default, {setting.default_place}"
        return SettingValue(
            setting.name,
            _wrap(setting, setting.default),
            "default",
            source,
            setting.required,
            setting.default_place,
            looked,
        )
    return SettingValue(setting.name, None, "none", "not set", setting.required, None, looked)


def _looked(setting: Setting, hits: list[Found], used: Found | None) -> Iterable[Looked]:
    for variable in setting.variables:
        legacy = variable in setting.also
        mine = [hit for hit in hits if hit.variable == variable]
        if not mine:
            yield Looked(variable, "unset", None, legacy)
        for hit in mine:
            state = "used" if hit is used else "empty" if hit.is_blank else "shadowed"
            yield Looked(variable, state, hit.where, legacy)  # type: ignore[arg-type]


def _wrap(setting: Setting, value: Any) -> Any:
    if not setting.secret or isinstance(value, Secret) or callable(value):
        return value
    return Secret(str(value))


def inspect_settings(entry: Entry, values: Mapping[str, SettingValue], auth: str) -> list[Finding]:
    """What is missing, and what has a value that can't be right."""
    findings: list[Finding] = []
    for name, value in values.items():
        setting = entry.settings[name]
        if value.value is None:
            needed = setting.required or auth in setting.required_for
            if needed and (name != "api_key" or auth == "key"):
                findings.append(_missing(entry, setting, value))
            continue
        if callable(value.value):
            continue
        text = value.value.reveal() if isinstance(value.value, Secret) else str(value.value)
        if setting.secret:
            findings += _credential(setting, value, text) or _unusual(entry, setting, values, text)
        elif problem := _unfit(setting, text):
            mend = _mend_value(value)
            findings.append(Finding("invalid-setting", "error", f"{name} {problem}.", mend, name))
    return findings


def _missing(entry: Entry, setting: Setting, value: SettingValue) -> Finding:
    what = "API key" if setting.name == "api_key" else setting.name
    looked = ", ".join(
        [f"{setting.name} argument", *(f"{one.variable} ({_state(one)})" for one in value.looked)]
    )
    message = f"No {what} for {entry.id}. Looked for: {looked}."
    variable = setting.variables[0] if setting.variables else None
    mend = f"Set it: export {variable}=..." if variable else f"Pass {setting.name}=..."
    hint = f"get one at {entry.keys}" if setting.secret and entry.keys else setting.description
    code = "missing-credential" if setting.secret else "missing-setting"
    return Finding(code, "error", message, f"{mend} ({hint})" if hint else mend, setting.name)


def _state(looked: Looked) -> str:
    return "set but empty" if looked.state == "empty" else looked.state


_QUOTES = {'"': "double quotes", "'": "single quotes", "“": "typographic quotes", "`": "back quotes"}


def _credential(setting: Setting, value: SettingValue, text: str) -> list[Finding]:
    what = "the api_key argument" if value.kind == "argument" else value.source.partition(",")[0]
    variable = what if value.kind != "argument" else None

    def finding(message: str, mend: str) -> list[Finding]:
        return [Finding("invalid-credential", "error", f"{what} {message}", mend, setting.name)]

    if text != text.strip() and text.strip() and not re.search(r"\s", text.strip()):
        name = "a line break" if "\n" in text or "\r" in text else "a blank"
        end = "ends in" if text.rstrip() != text else "begins with"
        clean = f'export {variable}="$(printf %s "${variable}" | tr -d \'[:space:]\')"'
        return finding(
            f"{end} {name}; it would be refused.", f"Mend: {clean}" if variable else "Pass it without."
        )
    if text[:1] in _QUOTES and len(text) > 1 and text[-1] in "\"'”`":
        clean = f"write it without them: export {variable}=..." if variable else "pass it without them."
        return finding(
            f"has {_QUOTES[text[0]]} around it, as part of the value.", clean[0].upper() + clean[1:]
        )
    if re.search(r"[\s\x00-\x1f\x7f]", text):
        return finding("has white space or a control character inside; no key has.", "Copy it again.")
    if not text.isascii():
        return finding("has a character that isn't ASCII; no header can carry it.", "Copy it again.")
    return []


def _unusual(entry: Entry, setting: Setting, values: Mapping[str, SettingValue], text: str) -> list[Finding]:
    """A key of another form than the provider's; said only where it goes to the provider's own host."""
    base = values.get("base_url")
    if (
        setting.pattern is None
        or fits(setting.pattern, text)
        or (base is not None and base.kind != "default")
    ):
        return []
    message = f"{values[setting.name].source.partition(',')[0]} doesn't look like a key of {entry.name}."
    mend = f"Its keys have the form {setting.pattern}" + (
        f"; get one at {entry.keys}." if entry.keys else "."
    )
    return [Finding("unusual-key", "warning", message, mend, setting.name)]


def _unfit(setting: Setting, text: str) -> str | None:
    if setting.choices and text not in map(str, setting.choices):
        return f"is {text!r}, not one of {', '.join(map(str, setting.choices))}"
    if setting.pattern and not fits(setting.pattern, text):
        return f"is {text!r}, which doesn't have the form {setting.pattern}"
    if re.search(r"[\x00-\x1f\x7f]", text):
        return "has a line break or another control character in it"
    return None


def _mend_value(value: SettingValue) -> str:
    return f"It comes from {value.source}." if value.kind != "argument" else "It was given as an argument."


def fill(template: str, value_of: Callable[[str], Any]) -> str:
    """The template with `{name}` replaced by settings; KeyError for one that isn't a setting. None stays as it is."""

    def replace(match: re.Match[str]) -> str:
        value = value_of(match.group(1))
        return (
            match.group(0)
            if value is None
            else str(value).rstrip("/")
            if match.group(1) == "base_url"
            else str(value)
        )

    return re.sub(r"\{([a-z][a-z0-9_]*)\}", replace, template)
