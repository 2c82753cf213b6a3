"""A value for each setting of an entry: argument > environment, in the order of the variables > default."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.findings import Finding
from modelcatalog.catalog.patterns import fits
from modelcatalog.providers.secret import Secret
from modelcatalog.resolver.deeper import look_deeper
from modelcatalog.resolver.key_shapes import shape_findings
from modelcatalog.resolver.plan import Looked, PlannedArgument, SettingValue

if TYPE_CHECKING:
    from modelcatalog.catalog.catalog import Catalog
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
    settled = {}
    for name, setting in entry.settings.items():
        mine = [hit for variable in setting.variables for hit in hits.get(variable, ())]
        value = _settle_one(setting, arguments.get(name), mine)
        settled[name] = look_deeper(setting, value, environment) if setting.secret else value
    return settled


def _settle_one(setting: Setting, argument: PlannedArgument | None, hits: list[Found]) -> SettingValue:
    given = argument is not None and not (isinstance(argument.value, str) and not argument.value.strip())
    used = None if given else next((hit for hit in hits if not hit.is_blank), None)
    looked = tuple(_looked(setting, hits, used))
    if given and argument is not None:
        value = _wrap(setting, argument.value)
        return SettingValue(setting.name, value, "argument", argument.source, setting.required, None, looked)
    if used is not None:
        source = f"{used.variable}, {used.where}"
        value = _wrap(setting, used.value)
        return SettingValue(
            setting.name,
            value,
            used.origin,
            source,
            setting.required,
            None,
            looked,
            used.variable,
            used.mark,
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
            differs = state == "shadowed" and used is not None and hit.value.strip() != used.value.strip()
            yield Looked(variable, state, hit.where, legacy, differs)  # type: ignore[arg-type]


def _wrap(setting: Setting, value: Any) -> Any:
    if not setting.secret or isinstance(value, Secret) or callable(value):
        return value
    return Secret(str(value))


def inspect_settings(
    catalog: Catalog, entry: Entry, values: Mapping[str, SettingValue], auth: str
) -> list[Finding]:
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
            findings += _credential(setting, value, text)
            if name == "api_key" and auth == "key" and not findings:
                findings += shape_findings(catalog, entry, setting, values, text)
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
    if looked.state == "unreadable":
        return f"in the keyring, but {looked.where}"
    return "set but empty" if looked.state == "empty" else looked.state


_QUOTES = {'"': "double quotes", "'": "single quotes", "“": "typographic quotes", "`": "back quotes"}


# What people paste along with a key, or in its place; and what a shell cuts off the front of it.
_PASTED = (
    (r"(?i)bearer\s", "begins with 'Bearer', which the SDK adds by itself.", "#* "),
    (
        r"(?:export )?[A-Z][A-Z0-9]*(?:_[A-Z0-9]+)+=[^=\s].{3}",
        "begins with a variable's name and an equals sign.",
        "#*=",
    ),
    (r"(?i)https?://", "holds an address, not a key.", ""),
)


def _credential(setting: Setting, value: SettingValue, text: str) -> list[Finding]:
    what = "the api_key argument" if value.kind == "argument" else value.source.partition(",")[0]
    variable = what if value.kind == "environment" else None
    where = value.source.partition(", ")[2]
    again = f"Correct it in {where}." if where and value.kind not in ("argument", "environment") else None

    def finding(message: str, mend: str) -> list[Finding]:
        return [Finding("invalid-credential", "error", f"{what} {message}", mend, setting.name)]

    if text != text.strip() and text.strip() and not re.search(r"\s", text.strip()):
        name = "a line break" if "\n" in text or "\r" in text else "a blank"
        end = "ends in" if text.rstrip() != text else "begins with"
        clean = f'export {variable}="$(printf %s "${variable}" | tr -d \'[:space:]\')"'
        return finding(
            f"{end} {name}; it would be refused.",
            f"Mend: {clean}" if variable else again or "Pass it without.",
        )
    if text[:1] in _QUOTES and len(text) > 1 and text[-1] in "\"'”`":
        clean = f'export {variable}="$(printf %s "${variable}" | sed \'s/^.//; s/.$//\')"'
        return finding(
            f"has {_QUOTES[text[0]]} around it, as part of the value.",
            f"Mend: {clean}" if variable else again or "Pass it without them.",
        )
    for form, message, cut in _PASTED:
        if re.match(form, text):
            mend = (
                f'Mend: export {variable}="${{{variable}{cut}}}"'
                if cut
                else f"Set it again: export {variable}=..."
            )
            return finding(message, mend if variable else again or "Pass the key alone.")
    if re.search(r"[\s\x00-\x1f\x7f]", text):
        return finding(
            "has white space or a control character inside; no key has.", again or "Copy it again."
        )
    if not text.isascii():
        return finding("has a character that isn't ASCII; no header can carry it.", again or "Copy it again.")
    return []


def _unfit(setting: Setting, text: str) -> str | None:
    bare = text.strip() if setting.name == "base_url" else text
    if re.search(r"[\x00-\x1f\x7f]", bare):
        return "has a line break or another control character in it"
    if bare[:1] in _QUOTES and len(bare) > 1 and bare[-1] in "\"'”`":
        return f"has {_QUOTES[bare[0]]} around it, as part of the value"
    if bare != bare.strip():
        return "begins or ends with white space"
    if setting.choices and text not in map(str, setting.choices):
        return f"is {text!r}, not one of {', '.join(map(str, setting.choices))}"
    if setting.pattern and not fits(setting.pattern, text):
        return f"is {text!r}, which doesn't have the form {setting.pattern}"
    return None


def _mend_value(value: SettingValue) -> str:
    if value.kind == "argument":
        return "It was given as an argument."
    variable, _, where = value.source.partition(", ")
    if value.kind == "environment":
        return f"Set it again: export {variable}=..."
    return f"Correct it in {where}." if where else f"It comes from {value.source}."


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
