"""The two YAML parsers, libyaml's and the pure one, made to agree. The only module that imports yaml."""

from __future__ import annotations

import re
from collections.abc import Generator
from contextlib import suppress
from typing import Any

import yaml
from yaml.error import MarkedYAMLError, YAMLError
from yaml.scanner import ScannerError
from yaml.tokens import ScalarToken

__all__ = ["MarkedYAMLError", "YAMLError", "event_types", "events"]

event_types = yaml.events

_BLANK_LINE = re.compile(r"^[ \t]*\t[ \t]*(?=\r?$)", re.MULTILINE)
_PAIR = re.compile(r"\\u([dD][89abAB][0-9a-fA-F]{2})\\u([dD][c-fC-F][0-9a-fA-F]{2})")
_SURROGATE = re.compile("[\ud800-\udfff]")


def events(text: str, *, libyaml: bool) -> Generator[Any, None, None]:
    """The parser's events. Raises YAMLError; MarkedYAMLError where the position is known."""
    loader = _loader(libyaml)(_evened(text))
    try:
        while not isinstance(event := loader.get_event(), event_types.StreamEndEvent):
            yield event
    except (ValueError, OverflowError) as error:  # a number in a directive or tag that is none
        raise YAMLError(str(error)) from error
    finally:
        loader.dispose()


def joined_pairs(text: str) -> str:
    """`text` with each pair of escapes that JSON writes for one character as the one escape that YAML has for it.

    On their lines, the columns after them are then too low by two each.
    """
    return _PAIR.sub(
        lambda pair: f"\\U{0x10000 + (int(pair[1], 16) - 0xD800) * 0x400 + int(pair[2], 16) - 0xDC00:08x}",
        text,
    )


def _evened(text: str) -> str:
    """`text` without what the parsers don't agree on: a last line that isn't ended, tabs in blank lines."""
    if "\t" in text:
        text = _BLANK_LINE.sub("", text)
    return text if text.endswith("\n") else f"{text}\n"


def _loader(libyaml: bool) -> Any:
    return yaml.CSafeLoader if libyaml and yaml.__with_libyaml__ else _PureLoader


class _PureLoader(yaml.SafeLoader):
    """Takes and refuses what libyaml does: tabs between tokens (JSON is often indented by them), odd escapes."""

    def scan_to_next_token(self) -> None:
        super().scan_to_next_token()
        while self.peek() == "\t" and (self.flow_level or not self.allow_simple_key):
            self.forward()
            super().scan_to_next_token()

    def scan_plain(self) -> Any:
        """In braces too, a '?' may be in a text: the pure parser would end it there."""
        token = super().scan_plain()
        while self.flow_level and self.peek() == "?":
            start, end = token.start_mark, token.end_mark
            text = token.value + self._between(end)
            while self.peek() in "?#":
                text += self.peek()
                self.forward()
            after = self.get_mark()
            spaces = self.scan_plain_spaces(self.indent + 1, start)
            rest = super().scan_plain()
            if rest.value or self.peek() == "?":
                text, after = (
                    f"{text}{''.join(spaces)}{rest.value}",
                    rest.end_mark if rest.value else self.get_mark(),
                )
            token = ScalarToken(text, True, start, after)
        tight = self.peek() == ":" and self.peek(1) in ",[]{}"
        if self.flow_level and (tight or ":?" in token.value):
            problem = "found unexpected ':'"
            raise ScannerError("while scanning a plain scalar", token.start_mark, problem, self.get_mark())
        return token

    def _between(self, mark: Any) -> str:
        """The blanks since the mark, folded where a line ends."""
        text: str = self.buffer[self.pointer - (self.index - mark.index) : self.pointer]
        return " " if "\n" in text or "\r" in text else text

    def scan_plain_spaces(self, indent: Any, start_mark: Any) -> Any:
        blanks = ""
        while self.peek() in " \t":
            blanks += self.peek()
            self.forward()
        if self.peek() in "\r\n":
            return super().scan_plain_spaces(indent, start_mark)
        return [blanks] if blanks else []

    def scan_directive(self) -> Any:
        start = self.get_mark()
        token = super().scan_directive()
        if token.name not in ("YAML", "TAG"):
            raise ScannerError("while scanning a directive", start, "found unknown directive name", start)
        return token

    def scan_flow_scalar(self, style: Any) -> Any:
        start = self.get_mark()
        token = None
        with suppress(ValueError, OverflowError):  # of chr(), for a code beyond Unicode
            token = super().scan_flow_scalar(style)
        if token is None or _SURROGATE.search(token.value):
            problem = "found invalid Unicode character escape code"
            raise ScannerError("while scanning a quoted scalar", start, problem, self.get_mark())
        return token
