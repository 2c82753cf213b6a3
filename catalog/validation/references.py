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
