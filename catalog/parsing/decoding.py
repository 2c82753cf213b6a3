"""From the bytes of a catalog file to text that can be shown and parsed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from modelcatalog.catalog.diagnostics.problem import Problem
from modelcatalog.catalog.parsing.source import SourceText

if TYPE_CHECKING:
    from modelcatalog.catalog.parsing.limits import Limits

_HIDDEN = re.compile(
    r"[^\t\n\r\x20-\x7e\xa0-\u2027\u202f-\u2065\u206a-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]"
)


def decode(text: str | bytes, path: str, limits: Limits) -> SourceText | Problem:
    """The text of a file in UTF-8, with or without a byte order mark; or the problem that it has."""
    if len(text) > limits.max_bytes:
        message = f"the file has {len(text):,} bytes, and {limits.max_bytes:,} is the most"
        return Problem(path, 1, 1, message, "too-large", "split it")
    if isinstance(text, str):
        return _checked(SourceText(path, text.removeprefix("\ufeff")))
    if text.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Problem(path, 1, 1, "the file is in UTF-16", "encoding", "save it as UTF-8")
    text = text.removeprefix(b"\xef\xbb\xbf")
    try:
        return _checked(SourceText(path, text.decode()))
    except UnicodeDecodeError as error:
        line, column = _end(text[: error.start].decode())
        message = f"byte 0x{text[error.start]:02x} isn't UTF-8"
        return Problem(path, line, column, message, "encoding", "save the file as UTF-8")


def _checked(source: SourceText) -> SourceText | Problem:
    """Refuses what no editor shows: control characters, and those that break a line or turn it round unseen."""
    match = _HIDDEN.search(source.text)
    if match is None:
        return source
    message = f"a character that can't be seen is here (U+{ord(match[0]):04X})"
    return source.problem(
        *_end(source.text[: match.start()]), "hidden-character", message, "remove it", word="\ufffd"
    )


def _end(text: str) -> tuple[int, int]:
    """Line and column of what follows `text`."""
    lines = SourceText("", text).lines
    return len(lines), len(lines[-1]) + 1
