"""Reading of one catalog file: YAML with the core meaning of its words, and the line and column of every value."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.diagnostics.errors import CatalogError
from modelcatalog.catalog.diagnostics.problem import Problem
from modelcatalog.catalog.parsing.composer import Composer
from modelcatalog.catalog.parsing.decoding import decode
from modelcatalog.catalog.parsing.limits import LIMITS, Limits
from modelcatalog.catalog.parsing.source import SourceText
from modelcatalog.catalog.parsing.syntax_errors import explain
from modelcatalog.catalog.redaction.heuristics import hides

if TYPE_CHECKING:
    from modelcatalog.catalog.parsing.positions import Positions

__all__ = ["Document", "DocumentError", "Limits", "parse_document"]


class DocumentError(CatalogError):
    """The text can't be read as one YAML document of plain values."""


@dataclass(frozen=True)
class Document:
    """A file that was read. `data` is dict, list, str, int, float, bool or None, not to be changed."""

    path: str
    text: str = field(repr=False)
    data: Any = field(repr=False)
    positions: Positions = field(repr=False, compare=False)

    @cached_property
    def source(self) -> SourceText:
        return SourceText(self.path, self.text)

    def position(self, pointer: Sequence[str | int], *, key: bool = False) -> tuple[int, int]:
        """Line and column, from 1, of the value at `pointer`, or of its key.

        Where there is no such value, those of the nearest one above it.
        """
        at, container = self.positions.root, self.data
        for number, step in enumerate(pointer, start=1):
            if not _has(container, step):
                break
            at = self.positions.find(container, step, key=key and number == len(pointer))
            container = container[step]
        return (at >> 32) + 1, (at & 0xFFFFFFFF) + 1

    def problem(
        self,
        pointer: Sequence[str | int],
        code: str,
        message: str,
        hint: str | None = None,
        *,
        key: bool = False,
    ) -> Problem:
        """A problem of the value at `pointer`, or of its key. A value that is probably secret isn't quoted."""
        line, column = self.position(pointer, key=key)
        value_line, value_column = self.position(pointer)
        value = self.value(pointer)
        hide_from = value_column if value_line == line and hides(pointer, value) else None
        word = str(pointer[-1] if key else value)
        return self.source.problem(
            line, column, code, message, hint, pointer=tuple(pointer), hide_from=hide_from, word=word
        )

    def value(self, pointer: Sequence[str | int]) -> Any:
        """The value at `pointer`; None where there is none."""
        value = self.data
        for step in pointer:
            if not _has(value, step):
                return None
            value = value[step]
        return value


def parse_document(
    text: str | bytes, path: str, limits: Limits = LIMITS, *, libyaml: bool = True
) -> Document:
    """Read `text`, which problems call `path`. Without libyaml the outcome is the same, at a tenth of the speed.

    An empty text gives None as data. Raises DocumentError with every problem up to the first that keeps the parser
    from reading on.
    """
    source = decode(text, path, limits)
    if isinstance(source, Problem):
        raise DocumentError([source])
    with _collector_paused():
        composer = _composed(source, limits, libyaml)
    if composer.problems:
        raise DocumentError(sorted(composer.problems, key=lambda problem: (problem.line, problem.column)))
    return Document(path, source.text, composer.data, composer.positions)


def _composed(source: SourceText, limits: Limits, libyaml: bool) -> Composer:
    from modelcatalog.catalog.parsing import events as yaml_events

    composer = Composer(source, limits, yaml_events.event_types)
    try:
        composer.run(yaml_events.events(source.text, libyaml=libyaml))
    except yaml_events.YAMLError as error:
        joined = yaml_events.joined_pairs(source.text)
        if joined != source.text:
            return _composed(SourceText(source.path, joined), limits, libyaml)
        composer.problems.append(explain(source, error))
    return composer


@contextmanager
def _collector_paused() -> Iterator[None]:
    """Between, the cyclic collector doesn't run.

    It would find nothing in a growing tree, and by looking through it again and again make the time quadratic.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _has(container: Any, step: str | int) -> bool:
    if isinstance(container, dict):
        return step in container
    return isinstance(container, list) and isinstance(step, int) and 0 <= step < len(container)
