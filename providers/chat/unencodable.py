"""Finding the text of a call that can't be encoded: one with half of a surrogate pair."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

from modelcatalog.providers.adapter.tool_types import Tool, ToolCall

_HALF = re.compile("[\ud800-\udfff]")


class Unencodable(NamedTuple):
    """Where a text is, as Python writes the way to it (`messages[2]['content']`), and which character, from 0."""

    part: str
    position: int
    character: str

    def __str__(self) -> str:
        return (
            f"{self.part} can't be encoded: its character {self.position} ({self.character!r}) is half of a surrogate "
            "pair. A text that was cut inside an emoji, or decoded with surrogateescape, has such."
        )


def unencodable(values: Mapping[str, Any]) -> Unencodable | None:
    """The first text in these values, named as the caller named them, that can't be sent as UTF-8."""
    waiting = [(name, value) for name, value in reversed(list(values.items()))]
    seen: set[int] = set()
    while waiting:
        part, value = waiting.pop()
        if isinstance(value, str):
            if (half := _HALF.search(value)) is not None:
                return Unencodable(part, half.start(), half[0])
        elif id(value) not in seen:
            seen.add(id(value))
            waiting.extend(reversed(_inside(part, value)))
    return None


def _inside(part: str, value: Any) -> list[tuple[str, Any]]:
    if isinstance(value, Mapping):
        inner = [(f"{part}[{name!r}]", one) for name, one in value.items()]
        return [*((f"a key of {part}", name) for name in value), *inner]
    if isinstance(value, list | tuple | set | frozenset):
        return [(f"{part}[{at}]", one) for at, one in enumerate(value)]
    if isinstance(value, Tool | ToolCall):
        return [(f"{part}.{name}", one) for name, one in vars(value).items()]
    return []
