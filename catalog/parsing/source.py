"""The text of a catalog file, by line, as problems quote it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property

from modelcatalog.catalog.diagnostics.problem import Problem
from modelcatalog.catalog.redaction.heuristics import excerpt

_LINE_BREAK = re.compile(r"\r\n|\r|\n")
_WIDEST = 40
_WORD = re.compile(r"""(?:"(?:[^"\\]|\\.)*"|'[^']*'|[^\s,\[\]{}"']+|.)""")


@dataclass(frozen=True)
class SourceText:
    """A file's text, and its path as it is shown to people."""

    path: str
    text: str = field(repr=False)

    @cached_property
    def lines(self) -> list[str]:
        return _LINE_BREAK.split(self.text)

    def line(self, number: int) -> str:
        """The line of this number (from 1); empty where the text has none."""
        return self.lines[number - 1] if 0 < number <= len(self.lines) else ""

    def word(self, line: int, column: int) -> str:
        """The word, quoted string or single character there."""
        match = _WORD.match(self.line(line), column - 1)
        return match[0].removesuffix(":") or match[0] if match else ""

    def problem(
        self,
        line: int,
        column: int,
        code: str,
        message: str,
        hint: str | None = None,
        *,
        pointer: tuple[str | int, ...] = (),
        hide_from: int | None = None,
        word: str = "",
    ) -> Problem:
        """A problem of this file, about `word` if that is what is there, else about the next word.

        The excerpt has secrets redacted, and everything from column `hide_from` on.
        """
        text, caret = excerpt(self.line(line), column, hide_from)
        match = _WORD.match(text, caret)
        found = match[0].removesuffix(":") if match else ""
        width = min(max(1, len(word if word and text.startswith(word, caret) else found)), _WIDEST)
        return Problem(self.path, line, column, message, code, hint, text or None, caret, width, pointer)
