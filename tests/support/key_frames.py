"""Which functions of ours hold a key as plain text: counted at each call and at each return."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import FrameType
from typing import Any

_DEPTH = 3


@contextmanager
def holders_of(key: str) -> Iterator[set[tuple[str, str]]]:
    """The functions of modelcatalog (module, name) that have this text, or one that holds it, among their variables.

    Found while the block runs, in this thread. Looks into containers, and not into objects: a `Secret` counts for
    nothing, the function to which it gives its text does.
    """
    found: set[tuple[str, str]] = set()

    def look(frame: FrameType, event: str, _: Any) -> None:
        module = frame.f_globals.get("__name__", "")
        if event in ("call", "return") and module.startswith("modelcatalog."):
            place = module, frame.f_code.co_qualname
            if place not in found and any(_holds(value, key, _DEPTH) for value in frame.f_locals.values()):
                found.add(place)

    before: Callable[..., Any] | None = sys.getprofile()
    sys.setprofile(look)
    try:
        yield found
    finally:
        sys.setprofile(before)


def _holds(value: Any, key: str, depth: int) -> bool:
    if isinstance(value, str):
        return key in value
    if isinstance(value, bytes):
        return key.encode() in value
    if not depth:
        return False
    if type(value).__module__ == "os":  # the environment itself, which everybody has
        return False
    if isinstance(value, Mapping):
        return any(_holds(one, key, depth - 1) for one in list(value.values()))
    if isinstance(value, list | tuple | set | frozenset):
        return any(_holds(one, key, depth - 1) for one in list(value))
    return False
