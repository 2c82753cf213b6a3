"""What is missing among the values of settings, and what has a value that can't be right."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from modelcatalog.catalog.diagnostics.finding import Finding
from modelcatalog.catalog.redaction.secret import Secret, reveal

if TYPE_CHECKING:
    from modelcatalog.catalog.model.catalog import Catalog
    from modelcatalog.catalog.model.entries import Entry, Header, Setting
    from modelcatalog.resolver.credentials.environment import Found
    from modelcatalog.resolver.credentials.values import Looked, SettingValue


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
        if setting.secret:
            secret = value.value if isinstance(value.value, Secret) else Secret(str(value.value))
            findings += _credential(setting.name, value, secret)
            if name == "api_key" and auth == "key" and not findings:
                from modelcatalog.resolver.credentials.key_formats import shape_findings

                findings += shape_findings(catalog, entry, setting, values, secret)
        elif problem := _unfit(setting, str(reveal(value.value))):
            hint = _hint_value(value)
            findings.append(Finding("invalid-setting", "error", f"{name} {problem}.", hint, name))
    return findings


def inspect_header(entry: Entry, header: Header, found: Found, url: str | None) -> list[Finding]:
    """What is wrong with a header's value that a variable gave; one that is secret is looked at as a key is."""
    from modelcatalog.catalog.redaction.secret_names import is_secret_name
    from modelcatalog.resolver.credentials.key_formats import placeholder_finding

    secret = found.value if isinstance(found.value, Secret) else Secret(found.value)
    if not (header.secret or is_secret_name(header.name)):
        if not re.search(r"[\x00-\x1f\x7f]", secret.reveal()):
            return []
        message = f"{found.variable} has a line break or a control character; no header can carry it."
        return [Finding("invalid-credential", "error", message, "Set it again without.", header.name)]
    from modelcatalog.resolver.credentials.values import SettingValue

    value = SettingValue(header.name, secret, found.origin, f"{found.variable}, {found.where}")
    # Of a header's value the scheme is a part.
    scheme = re.match(r"(?i)(?:bearer|basic|token|key|api[-_]?key) ", secret.reveal())
    bare = Secret(secret.reveal()[scheme.end() :]) if scheme else secret
    found_in = _credential(header.name, value, bare) or placeholder_finding(
        entry, header.name, value, bare, url
    )
    if scheme and value.kind == "environment":
        # Commands that cut something off the value would cut off the scheme.
        hint = f"export {found.variable}=... ({scheme[0].strip()}, a blank, then the key)"
        return [replace(finding, hint=hint) for finding in found_in]
    return found_in


def _missing(entry: Entry, setting: Setting, value: SettingValue) -> Finding:
    what = "API key" if setting.name == "api_key" else setting.name
    looked = ", ".join(
        [f"{setting.name} argument", *(f"{one.variable} ({_state(one)})" for one in value.looked)]
    )
    message = f"No {what} for {entry.id}. Looked for: {looked}."
    variable = setting.variables[0] if setting.variables else None
    hint = f"export {variable}=..." if variable else f"Pass {setting.name}=..."
    more = f"get one at {entry.keys}" if setting.secret and entry.keys else setting.description
    code = "missing-credential" if setting.secret else "missing-setting"
    return Finding(code, "error", message, f"{hint} ({more})" if more else hint, setting.name)


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


def _credential(name: str, value: SettingValue, secret: Secret) -> list[Finding]:
    # The key is in no variable here: a traceback that shows them shows none.
    text = secret.reveal
    what = "the api_key argument" if value.kind == "argument" else value.source.partition(",")[0]
    variable = what if value.kind == "environment" else None
    where = value.source.partition(", ")[2]
    again = f"Correct it in {where}." if where and value.kind not in ("argument", "environment") else None

    def finding(message: str, hint: str) -> list[Finding]:
        return [Finding("invalid-credential", "error", f"{what} {message}", hint, name)]

    if text() != text().strip() and text().strip() and not re.search(r"\s", text().strip()):
        blank = "a line break" if "\n" in text() or "\r" in text() else "a blank"
        end = "ends in" if text().rstrip() != text() else "begins with"
        clean = f'export {variable}="$(printf %s "${variable}" | tr -d \'[:space:]\')"'
        return finding(
            f"{end} {blank}; it would be refused.",
            clean if variable else again or "Pass it without.",
        )
    if text()[:1] in _QUOTES and len(text()) > 1 and text()[-1] in "\"'”`":
        clean = f'export {variable}="$(printf %s "${variable}" | sed \'s/^.//; s/.$//\')"'
        return finding(
            f"has {_QUOTES[text()[0]]} around it, as part of the value.",
            clean if variable else again or "Pass it without them.",
        )
    for form, message, cut in _PASTED:
        if re.match(form, text()):
            hint = f'export {variable}="${{{variable}{cut}}}"' if cut else f"export {variable}=..."
            return finding(message, hint if variable else again or "Pass the key alone.")
    if name == "api_key" and re.fullmatch(r"(?:~|\.{1,2})?(?:/[\w.-]+){2,}|[A-Za-z]:\\[\w.\\-]+", text()):
        path = f'"$HOME/${{{variable}#\\~/}}"' if text()[0] == "~" else f'"${variable}"'
        clean = f'export {variable}="$(cat {path})"'
        return finding(
            "is the path of a file, not what is in it.", clean if variable else again or "Pass what is in it."
        )
    if re.search(r"[\s\x00-\x1f\x7f]", text()):
        return finding(
            "has white space or a control character inside; no key has.", again or "Copy it again."
        )
    if not text().isascii():
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
        return f"is wrong: expected {', '.join(map(str, setting.choices))}, got {text!r}"
    if setting.pattern:
        from modelcatalog.catalog.validation.safe_regex import fits

        if not fits(setting.pattern, text):
            return f"is wrong: expected the form {setting.pattern}, got {text!r}"
    return None


def _hint_value(value: SettingValue) -> str:
    if value.kind == "argument":
        return "It was given as an argument."
    variable, _, where = value.source.partition(", ")
    if value.kind == "environment":
        return f"export {variable}=..."
    return f"Correct it in {where}."
