"""A YAML parser's complaint: where it stopped, and where the thing begins that it was reading."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from modelcatalog.catalog.redaction.heuristics import OF_A_SETTING, redact_suspected
from modelcatalog.catalog.redaction.secret_names import is_secret_name

if TYPE_CHECKING:
    from modelcatalog.catalog.diagnostics.problem import Problem
    from modelcatalog.catalog.parsing.source import SourceText

KEY = re.compile(r"""\s*(?:- +)*["']?(?P<name>[\w.-]++)["']?\s*:(?=\s|$)""")
"""A line that begins with a key."""

_ABOVE = 50
_LONGEST_SHOWN = 40
_SPECIAL = frozenset("\"'\\,:[]{}")


@dataclass(frozen=True, slots=True)
class Complaint:
    """Lines and columns count from 1."""

    source: SourceText
    line: int
    column: int
    start_line: int
    start_column: int

    @property
    def text(self) -> str:
        """The line in which the parser stopped."""
        return self.source.line(self.line)

    @property
    def before(self) -> str:
        return self.text[: self.column - 1]

    @property
    def char(self) -> str:
        return self.text[self.column - 1 : self.column]

    @property
    def start_char(self) -> str:
        return self.source.line(self.start_line)[self.start_column - 1 : self.start_column]

    def at(self, line: int, column: int) -> Complaint:
        """The same complaint, at another position."""
        return replace(self, line=line, column=column)

    def at_start(self) -> Complaint:
        return self.at(self.start_line, self.start_column)

    def line_above(self) -> int:
        """The last line above that has more than a comment; the line itself where there is none."""
        for number in range(self.line - 1, 0, -1):
            text = self.source.line(number).strip()
            if text and not text.startswith("#"):
                return number
        return self.line

    def says(self, message: str, hint: str | None = None, code: str = "yaml") -> Problem:
        return self.source.problem(self.line, self.column, code, message, hint, hide_from=self.hide_from())

    def quoting(self) -> str:
        """The hint of a value that has to be put in quotes. Shows the value if it may be shown."""
        value = self.text[self.column - 1 :].split(" #")[0].strip()
        if self.text[self.column :].startswith(":"):
            value = self.char
        is_plain = len(value) <= _LONGEST_SHOWN and not _SPECIAL & set(value)
        if is_plain and redact_suspected(self.text) == self.text and self.hide_from() is None:
            return f'write "{value}"'
        return "put the value in quotes"

    def hide_from(self) -> int | None:
        """Where to redact the line, if it may belong to a secret whose name is in a line above."""
        indent = len(self.text) - len(self.text.lstrip())
        own = KEY.match(self.text)
        if own and own["name"] in OF_A_SETTING:
            return None
        for number in range(self.line - 1, max(0, self.line - _ABOVE), -1):
            above = self.source.line(number)
            match = KEY.match(above)
            if match and len(above) - len(above.lstrip()) < indent:
                return indent + 1 if is_secret_name(match["name"]) else None
        return None
