"""Keys of an entry that are indented as if each were an entry itself, below one that is left empty by that."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.problem import Problem
    from modelcatalog.catalog.parsing.document import Document
    from modelcatalog.catalog.validation.pointers import Pointer

_INSIDE = {"qualifiers": "qualifier", "settings": "setting", "models": "model"}
"""Maps of named things in a provider or qualifier -> what each is, by its name in the schema."""


def misplaced_keys(document: Document, schema: Mapping[str, Any]) -> list[Problem]:
    """A problem for each key of a provider, qualifier, setting or model that is written beside its name."""
    data = document.data
    providers = data.get("providers") if isinstance(data, dict) else None
    return list(_in_map(document, schema, ("providers",), providers, "provider"))


def _in_map(
    document: Document, schema: Mapping[str, Any], pointer: Pointer, named: object, kind: str
) -> Iterator[Problem]:
    if not isinstance(named, dict):
        return
    properties = schema["$defs"][kind]["properties"]
    empty: str | None = None
    for name, value in named.items():
        if value is None and name not in properties:
            empty = name
        elif name in properties and _is_key(value, properties, kind, empty):
            yield _problem(document, (*pointer, name), kind, empty)
        elif value is not None:
            empty = None
            inside = _INSIDE if isinstance(value, dict) and kind in ("provider", "qualifier") else {}
            for key, inner in inside.items():
                yield from _in_map(document, schema, (*pointer, name, key), value.get(key), inner)


def _is_key(value: object, properties: Mapping[str, Any], kind: str, empty: str | None) -> bool:
    """Whether it is a key, and no entry of that name: a provider may be called `name` or `docs`, too."""
    if empty is None:
        return kind in ("provider", "qualifier") and isinstance(value, str)
    return not isinstance(value, dict) or (bool(value) and not any(key in properties for key in value))


def _problem(document: Document, pointer: Pointer, kind: str, empty: str | None) -> Problem:
    message = f"{pointer[-1]!r} is a key of a {kind}, and is written here as the name of one"
    is_below = document.position(pointer)[0] > document.position(pointer, key=True)[0]
    what = "it and what is below it" if is_below else "it"
    hint = f"indent {what} two more blanks, so that it belongs to {empty!r}"
    if empty is None:
        hint = f"write the name of the {kind} above {what}, as 'acme:', and indent {what} two more blanks"
    return document.problem(pointer, "wrong-indentation", message, hint, key=True)
