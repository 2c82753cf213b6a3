"""A problem: something wrong in the data, with the position where it is written and what fixes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Problem:
    """What is wrong at one position of one file.

    `line` and `column` count from 1, and are 0 where there is no text (the file can't be opened). `code` is
    stable, `message` and `hint` are for people. `pointer` leads to the value in the data. `excerpt` is the source
    line with secrets redacted, `caret` (from 0) and `width` the part of it that is meant.
    """

    path: str
    line: int
    column: int
    message: str
    code: str = "invalid"
    hint: str | None = None
    excerpt: str | None = None
    caret: int = 0
    width: int = 1
    pointer: tuple[str | int, ...] = ()

    def __str__(self) -> str:
        """All in one line."""
        if self.hint is None:
            return f"{self._position()}: {self.message}"
        hint = f" ({self.hint})" if self.hint.endswith("?") else f": {self.hint}"
        return f"{self._position()}: {self.message}{hint}"

    def render(self) -> str:
        """Three lines: what, the source line, and the hint below the part that is meant."""
        if not self.excerpt:
            return str(self)
        number = f"{self.line:>5}"
        pad = " " * _columns(self.excerpt[: self.caret])
        marks = "^" * max(1, _columns(self.excerpt[self.caret : self.caret + self.width]))
        below = f"{' ' * len(number)} | {pad}{marks} {self.hint or ''}".rstrip()
        return f"{self._position()}: {self.message}\n{number} | {self.excerpt}\n{below}"

    def to_json(self) -> dict[str, Any]:
        """The problem as `--json` shows it; what doesn't apply is left out."""
        fields: dict[str, Any] = {"path": self.path, "code": self.code, "message": self.message}
        if self.line:
            fields |= {"line": self.line, "column": self.column}
        if self.hint is not None:
            fields["hint"] = self.hint
        return {**fields, "pointer": list(self.pointer)}

    def _position(self) -> str:
        return f"{self.path}:{self.line}:{self.column}" if self.line else self.path


def _columns(text: str) -> int:
    """The columns that a terminal takes for `text`: East Asian characters take two, combining ones none."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)
