"""Rows as a table: aligned text for a terminal, HTML for a notebook."""

from __future__ import annotations

from collections.abc import Sequence

_GAP = "  "
_WIDEST = 44


def text_table(rows: Sequence[Sequence[str]]) -> list[str]:
    """A line for each row, its columns aligned. A cell that is wider than others may be moves the rest of its row."""
    count = max(map(len, rows), default=0)
    widths = [
        max((len(row[at]) for row in rows if at < len(row) and len(row[at]) <= _WIDEST), default=0)
        for at in range(count)
    ]
    return [
        _GAP.join(cell.ljust(width) for cell, width in zip(row, widths, strict=False)).rstrip()
        for row in rows
    ]


def html_table(title: str, rows: Sequence[Sequence[str]], notes: Sequence[str] = ()) -> str:
    """The rows as an HTML table, everything in them escaped."""
    from html import escape

    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    below = "".join(f"<p>{escape(note)}</p>" for note in notes)
    return f"<table><caption>{escape(title)}</caption><tbody>{body}</tbody></table>{below}"
