"""How results are printed: columns that fit the terminal, colour that only repeats words, JSON with a version."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

import typer

_COLORS = {"good": "green", "bad": "red", "warn": "yellow", "dim": "bright_black"}


def print_json(data: Mapping[str, Any]) -> None:
    """Print one JSON document. `version` is its first key; it rises when a key changes its meaning or is removed."""
    import json

    typer.echo(json.dumps({"version": 1, **data}, indent=2, ensure_ascii=False))


def paint(text: str, mood: str, stream: TextIO | None = None) -> str:
    """The text in a colour, where `stream` (standard output) is a terminal that wants colours."""
    if not (stream or sys.stdout).isatty():
        return text
    from modelcatalog.resolver.credentials.environment import wants_color

    if not wants_color():
        return text
    return typer.style(text, fg=_COLORS[mood])


def width(stream: TextIO | None = None) -> int:
    """Columns of the terminal that `stream` (standard output) leads to; 0 where it is a pipe or a file, in which
    lines needn't be folded.
    """
    stream = stream or sys.stdout
    if not stream.isatty():
        return 0
    import os
    from shutil import get_terminal_size

    try:
        found = os.get_terminal_size(stream.fileno()).columns
    except (OSError, ValueError):
        found = 0
    return get_terminal_size((found or 80, 24)).columns


def columns(rows: Iterable[Sequence[str]], *, indent: int = 2, gap: int = 2, most: int = 60) -> list[str]:
    """Rows as aligned columns. The last one is folded below itself where the terminal ends."""
    table = [[*row] for row in rows]
    if not table:
        return []
    count = max(len(row) for row in table)
    widths = [
        max((len(row[at]) for row in table if at < len(row) - 1 and len(row[at]) <= most), default=0)
        for at in range(count)
    ]
    return [line for row in table for line in _row(row, widths, indent, gap)]


def _row(row: Sequence[str], widths: Sequence[int], indent: int, gap: int) -> list[str]:
    head = " " * indent
    for text, space in zip(row[:-1], widths, strict=False):
        head += text.ljust(space) + " " * gap if text or space else ""
    return fold(head, row[-1])


def fold(head: str, text: str, *, wide: int | None = None) -> list[str]:
    """`head` and `text` in one line; where the terminal is too narrow, in several that hang below the start of `text`,
    or below `head` when a word of it needs more room than is left. `wide`: its columns, if it isn't standard output.
    """
    wide = width() if wide is None else wide
    room = wide - len(head)
    if wide == 0 or len(text) <= room:
        return [(head + text).rstrip()]
    import textwrap

    longest = max(map(len, text.split()), default=0)
    if room < max(24, longest):
        hang = " " * min(8, len(head) - len(head.lstrip()) + 4)
        below = textwrap.wrap(text, max(wide - len(hang), 24), break_long_words=False, break_on_hyphens=False)
        return [head.rstrip(), *(hang + line for line in below)]
    lines = textwrap.wrap(text, room, break_long_words=False, break_on_hyphens=False)
    return [head + lines[0], *(" " * len(head) + line for line in lines[1:])]


def fold_hint(head: str, text: str, *, wide: int | None = None) -> list[str]:
    """`text` as `fold` gives it, but a command in it stays in one line, so that it can be copied."""
    wide = width() if wide is None else wide
    found = re.search(_COMMAND, text)
    if found is None or "=.." in found.group() or wide == 0 or len(head) + len(text) <= wide:
        return fold(head, text, wide=wide)
    before, command, after = text[: found.start()].rstrip(), found.group(), text[found.end() :].strip()
    lines = fold(head, before, wide=wide) if before else [] if not head.strip() else [head.rstrip()]
    below = " " * len(head)
    hang = below if len(head) + len(command) <= wide else "    "
    if not before and len(head) + len(command) <= wide:
        lines, hang = [], head
    lines += [hang + command]
    return lines + (fold(below, after, wide=wide) if after else [])


_COMMAND = r"(?<![\w`])(?:export|unset|pip install|catalog) .*?(?=\.?$| \()"


def counted(number: int, noun: str) -> str:
    """`1 problem`, `2 problems`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def emit(lines: Iterable[str]) -> None:
    """Print lines to standard output."""
    typer.echo("\n".join(lines))


def nobody_reads() -> bool:
    """Whether the reader of standard output has gone, as `head` does: what costs something needn't go on."""
    return bool(getattr(sys.stdout, "is_closed", False))


def note(text: str) -> None:
    """Say something beside the result: on standard error."""
    typer.echo(text, err=True)
