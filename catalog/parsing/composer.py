"""From the events of a YAML parser to plain values, each with its position, within bounds."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any, NamedTuple

from modelcatalog.catalog.parsing.anchors import AliasError, Anchors
from modelcatalog.catalog.parsing.positions import Positions
from modelcatalog.catalog.parsing.scalars import plain_value
from modelcatalog.catalog.redaction.heuristics import shown

if TYPE_CHECKING:
    from collections.abc import Generator
    from types import ModuleType

    from modelcatalog.catalog.diagnostics.problem import Problem
    from modelcatalog.catalog.parsing.limits import Limits
    from modelcatalog.catalog.parsing.source import SourceText

MOST_PROBLEMS = 1000
_TAG = "tag:yaml.org,2002:"
_TYPES: dict[str, tuple[type, ...]] = {
    "int": (int,),
    "float": (float, int),
    "bool": (bool,),
    "null": (type(None),),
}


class UnreadableError(Exception):
    """Reading on makes no sense; the problems say why."""


_DROPPED: Any = object()
"""Stands for the key of a value that is read but not kept."""


class _Frame(NamedTuple):
    container: Any
    key: Any
    positions: list[int]
    anchor: str | None


class Composer:
    """Builds `data` and `positions` from the events of one file. What is wrong goes to `problems`."""

    def __init__(self, source: SourceText, limits: Limits, events: ModuleType) -> None:
        self.data: Any = None
        self.positions = Positions()
        self.problems: list[Problem] = []
        self._source, self._limits = source, limits
        self._most_nodes = limits.max_nodes
        self._nodes = self._documents = 0
        self._stack: list[_Frame] = []
        self._anchors = Anchors(limits)
        self._container: Any = None
        self._keys: dict[str, str] = {}
        self._key: Any = None
        self._key_at = 0
        self._positions: list[int] = []
        self._anchor: str | None = None
        self._take = {
            events.ScalarEvent: self._scalar,
            events.MappingStartEvent: self._mapping,
            events.SequenceStartEvent: self._sequence,
            events.MappingEndEvent: self._end,
            events.SequenceEndEvent: self._end,
            events.AliasEvent: self._alias,
            events.DocumentStartEvent: self._document,
            events.DocumentEndEvent: self._nothing,
            events.StreamStartEvent: self._nothing,
            events.StreamEndEvent: self._nothing,
        }

    def run(self, events: Generator[Any, None, None]) -> None:
        """Take all events, or those up to the first problem after which reading on makes no sense."""
        take = self._take
        with closing(events), suppress(UnreadableError):
            for event in events:
                take[type(event)](event)

    def _nothing(self, _event: Any) -> None:
        pass

    def _document(self, event: Any) -> None:
        self._documents += 1
        if self._documents > 1:
            message = "a second document begins here, and a catalog file holds one"
            self._problem(
                "several-documents",
                _at(event),
                message,
                "remove the '---' or '...' line, or make it two files",
            )
            raise UnreadableError
        if event.version or event.tags:
            message = "a line that begins with '%' has no meaning here"
            self._problem("directive", _at(event), message, "remove the line")

    def _scalar(self, event: Any) -> None:
        mark = event.start_mark
        at = mark.line << 32 | mark.column
        self._nodes += 1
        if self._nodes > self._most_nodes:
            self._too_large(at)
        text: str = event.value
        is_plain: bool = event.implicit[0]
        if self._key is None and type(self._container) is dict:
            if event.anchor is not None:
                self._anchors.close(event.anchor, text)
            self._take_key(text, at, is_plain, event.tag)
            return
        value = plain_value(text) if is_plain and event.tag is None else text
        if event.tag is not None:
            value = self._tagged(event.tag, text, at)
        if event.anchor is not None:
            self._anchors.close(event.anchor, value)
        self._put(value, at)

    def _take_key(self, text: str, at: int, is_plain: bool, tag: str | None) -> None:
        self._key, self._key_at = self._keys.setdefault(text, text), at
        if tag is not None and tag not in ("!", f"{_TAG}str"):
            self._tag_problem(at)
        elif text == "<<" and is_plain:
            hint = "write 'extends: NAME', or repeat the keys"
            self._problem("merge-key", at, "'<<' merges nothing here", hint)
        elif not text and is_plain:
            self._problem("no-key", at, "a ':' without a key before it", "write a name before the ':'")
        elif text in self._container:
            first, second = self._key_line(text), (at >> 32) + 1
            hint = "keep one of the two" if first == second else f"keep one of lines {first} and {second}"
            self._problem("duplicate-key", at, f"key {shown(text)} is in line {first} already", hint)
        else:
            return
        self._key = _DROPPED

    def _key_line(self, key: str) -> int:
        """The line of a key of the map that is being read."""
        return (self._positions[2 * list(self._container).index(key)] >> 32) + 1

    def _tagged(self, tag: str, text: str, at: int) -> Any:
        name = tag.removeprefix(_TAG)
        if name in ("!", "str"):
            return text
        if name not in _TYPES:
            self._tag_problem(at)
            return None
        value = plain_value(text)
        if type(value) not in _TYPES[name]:
            self._problem("tag", at, f"this can't be read as !!{name}", "remove the tag")
            return None
        return value

    def _mapping(self, event: Any) -> None:
        self._begin(event, {}, ("!", f"{_TAG}map"))

    def _sequence(self, event: Any) -> None:
        self._begin(event, [], ("!", f"{_TAG}seq"))

    def _begin(self, event: Any, container: Any, tags: tuple[str, str]) -> None:
        at = self._count(event)
        if event.tag is not None and event.tag not in tags:
            self._tag_problem(at)
        if self._key is None and type(self._container) is dict:
            self._key = _DROPPED
            hint = 'if a text begins with a bracket, put it in quotes: "{name}"'
            self._problem("key-type", at, "a key is a word, not a list or a map", hint)
        else:
            self._put(container, at)
        if len(self._stack) >= self._limits.max_depth:
            message = f"more than {self._limits.max_depth} levels of lists and maps in each other"
            self._problem("too-deep", at, message)
            raise UnreadableError
        self._stack.append(_Frame(self._container, self._key, self._positions, self._anchor))
        self._container, self._key, self._positions, self._anchor = container, None, [], event.anchor
        if event.anchor is not None:
            self._anchors.open(event.anchor)

    def _end(self, _event: Any) -> None:
        container = self._container
        self.positions.add(container, self._positions)
        if self._anchor is not None:
            self._anchors.close(self._anchor, container)
        self._container, self._key, self._positions, self._anchor = self._stack.pop()

    def _alias(self, event: Any) -> None:
        at = self._count(event)
        try:
            value = self._anchors.repeat(event.anchor, len(self._stack))
        except AliasError as error:
            value = None
            self._problem(error.code, at, error.message, error.hint)
            if error.is_final:
                raise UnreadableError from None
        if self._key is None and type(self._container) is dict:
            if isinstance(value, str):
                self._take_key(value, at, is_plain=False, tag=None)
            else:
                self._key = _DROPPED
                if value is not None:
                    self._problem("key-type", at, "a key is a word, and this alias is something else")
            return
        self._put(value, at)

    def _put(self, value: Any, at: int) -> None:
        container = self._container
        if type(container) is dict:
            if self._key is not _DROPPED:
                container[self._key] = value
                self._positions += (self._key_at, at)
            self._key = None
        elif container is None:
            self.data = value
            self.positions.root = at
        else:
            container.append(value)
            self._positions.append(at)

    def _count(self, event: Any) -> int:
        at = _at(event)
        self._nodes += 1
        if self._nodes > self._most_nodes:
            self._too_large(at)
        return at

    def _too_large(self, at: int) -> None:
        self._problem("too-large", at, f"more than {self._most_nodes:,} values in one file", "split it")
        raise UnreadableError

    def _tag_problem(self, at: int) -> None:
        self._problem(
            "tag", at, "a tag ('!...') has no meaning in a catalog", "remove it, or put the value in quotes"
        )

    def _problem(self, code: str, at: int, message: str, hint: str | None = None) -> None:
        line, column = (at >> 32) + 1, (at & 0xFFFFFFFF) + 1
        self.problems.append(self._source.problem(line, column, code, message, hint))
        if len(self.problems) >= MOST_PROBLEMS:
            raise UnreadableError


def _at(event: Any) -> int:
    mark = event.start_mark
    packed: int = mark.line << 32 | mark.column
    return packed
