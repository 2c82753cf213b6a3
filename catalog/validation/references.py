"""References to variables in texts where nothing is filled in: `${NAME}`, `$NAME`, `$(command)`, `%NAME%`."""

from __future__ import annotations

import re
from typing import NamedTuple

_REFERENCE = (
    r"\$\{(?:env[.:])?(?P<braced>\w+)[^}]*\}|\$\{\{[^}]*\}\}|\$\([^)]*\)|\$(?P<bare>[A-Z][A-Z0-9_]+)\b"
    r"|%(?P<windows>[A-Z][A-Z0-9_]{2,})%"
)


class Reference(NamedTuple):
    """What is written there, and the variable that it names, if it names one. A value beside the name isn't in it."""

    text: str
    variable: str | None


def hint_of(reference: Reference, pointer: str, text: str) -> str:
    """What to write in the place of a reference in this text, which is at `pointer` (`settings/base_url/default`)."""
    variable = reference.variable or "NAME"
    section, _, rest = pointer.partition("/")
    name = rest.partition("/")[0]
    before = text.partition("$")[0] if "$" in text else text.partition("%")[0]
    if section == "endpoint" or (name == "base_url" and "/" in before.partition("://")[2]):
        return f"write {{{variable.lower()}}} in its place, and settings: {{{variable.lower()}: {{env: {variable}}}}}"
    if name == "base_url":
        return f"write base_url: {{env: {variable}}}"
    if section == "settings":
        return f"write settings: {{{name}: {{env: {variable}}}}}"
    if section == "headers":
        return f"write {name}: {{env: {variable}}}, with the whole value in the variable"
    return "write the text itself"


def reference_in(text: object) -> Reference | None:
    """The first reference in a value that is a text."""
    found = re.search(_REFERENCE, text) if isinstance(text, str) else None
    if found is None:
        return None
    name = next((one for one in found.groups() if one), None)
    if name is None:
        return Reference("$(...)" if found[0].startswith("$(") else "${{...}}", None)
    plain = found[0].strip("${}%").removeprefix("env:").removeprefix("env.") == name
    return Reference(found[0] if plain else f"${{{name}}}", name.upper())
