"""Pointers into a catalog file, in the words of somebody who reads it."""

from __future__ import annotations

from modelcatalog.catalog.redaction.heuristics import shown

Pointer = tuple[str | int, ...]

_NAMED = {
    "providers": "provider",
    "qualifiers": "qualifier",
    "settings": "setting",
    "headers": "header",
    "args": "argument",
    "models": "model",
    "aliases": "alias",
}


def owner(pointer: Pointer) -> str:
    """The thing that a pointer leads to, by its name: setting 'region' of provider 'acme'."""
    return " of ".join(reversed(_parts(pointer)[-2:])) or "the file"


def subject(pointer: Pointer) -> str:
    """The value at a pointer: a thing with a name, or a key of one ('hidden' of provider 'acme')."""
    while pointer and isinstance(pointer[-1], int):
        pointer = pointer[:-1]
    if names_thing(pointer):
        return owner(pointer)
    above = owner(pointer[:-1]) if len(pointer) > 1 else ""
    return " of ".join(part for part in (field(pointer), above) if part)


def field(pointer: Pointer) -> str:
    """The key of a value; for an item of a list, the list's key."""
    return next((shown(step) for step in reversed(pointer) if isinstance(step, str)), "the file")


def names_thing(pointer: Pointer) -> bool:
    """Whether the last step is a name that the file's writer chose."""
    steps = _steps(pointer)
    return bool(steps) and steps[-1][0] is not None


def _steps(pointer: Pointer) -> list[tuple[str | None, str]]:
    """The keys of a pointer; a name that the writer chose together with the word for what it names."""
    steps: list[tuple[str | None, str]] = []
    rest = list(pointer)
    while rest:
        step = rest.pop(0)
        if step in _NAMED and rest and isinstance(rest[0], str):
            steps.append((_NAMED[str(step)], str(rest.pop(0))))
        elif isinstance(step, str):
            steps.append((None, step))
    return steps


def _parts(pointer: Pointer) -> list[str]:
    parts: list[str] = []
    for word, name in _steps(pointer):
        if word == "qualifier":
            parts = [f"qualifier {shown(f'{pointer[1]}/{name}')}"]
        else:
            parts.append(f"{word} {shown(name)}" if word else shown(name))
    return parts
