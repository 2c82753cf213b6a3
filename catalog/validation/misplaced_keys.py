"""Keys of a provider that are indented as if each were a provider, below an entry that is empty for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.problem import Problem
    from modelcatalog.catalog.parsing.document import Document


def misplaced_keys(document: Document, properties: Mapping[str, Any]) -> list[Problem]:
    """A problem for each key of `properties`, those of a provider, that is written beside a provider's name."""
    data = document.data
    providers = data.get("providers") if isinstance(data, dict) else None
    if not isinstance(providers, dict):
        return []
    problems = []
    empty: str | None = None
    for name, value in providers.items():
        if value is None and name not in properties:
            empty = name
        elif name in properties and not _is_provider(value, properties):
            message = f"{name!r} is a key of a provider, and is written here as the name of one"
            where = f"below '{empty}:'" if empty is not None else "below the name of a provider"
            hint = f"indent it two more blanks, so that it is {where}"
            pointer = ("providers", name)
            problems.append(document.problem(pointer, "wrong-indentation", message, hint, key=True))
        elif value is not None:
            empty = None
    return problems


def _is_provider(value: object, properties: Mapping[str, Any]) -> bool:
    """Whether a value is an entry: a provider may be called `name` or `docs`, too."""
    return isinstance(value, dict) and (not value or any(key in properties for key in value))
