"""A provider's entry removed from the text of a catalog file, every other byte of which stays as it is."""

from __future__ import annotations

from typing import NamedTuple

from modelcatalog.catalog.diagnostics.errors import CatalogError
from modelcatalog.catalog.editing.insertion import demand_valid, end_of_entry, line_starts
from modelcatalog.catalog.parsing.document import Document, parse_document


class Removed(NamedTuple):
    """The new text, the removed lines, and the line (from 1) at which they began."""

    text: str
    line: int
    entry: str


class RemovalError(Exception):
    """The entry can't be cut out line by line, or something else in the file needs it. `line` is where it begins."""

    def __init__(self, line: int) -> None:
        super().__init__(line)
        self.line = line


def remove(text: str, path: str, name: str) -> Removed:
    """`text` without the provider `name`: without its lines, and the blank line above them if there is one.

    So what `insert` added is removed without a trace. The outcome is read again. Raises KeyError when the text has no
    such provider, CatalogError for what is wrong with it already, and RemovalError.
    """
    before = parse_document(text, path)
    demand_valid(before)
    if name not in ((before.data or {}).get("providers") or {}):
        raise KeyError(name)
    line, column = before.position(("providers", name), key=True)
    starts = line_starts(text)
    start, end = starts[line - 1], starts[end_of_entry(text, line, " " * (column - 1))]
    first = text[start:].partition("\n")[0]
    if first[: column - 1].strip() or name not in first:
        raise RemovalError(line)  # in braces, or lines are counted otherwise than by their ends
    above = starts[line - 2] if line > 1 else start
    new = text[: start if text[above:start].strip() else above] + text[end:]
    _verify(before, new, path, name, line)
    return Removed(new, line, text[start:end].rstrip("\r\n"))


def _verify(before: Document, text: str, path: str, name: str, line: int) -> None:
    """All the rest must mean what it meant, in the same order."""
    try:
        after = parse_document(text, path)
        demand_valid(after)
    except CatalogError as error:
        raise RemovalError(line) from error
    old, new = before.data, after.data
    kept = [(key, value) for key, value in old["providers"].items() if key != name]
    rest = [[(key, value) for key, value in whole.items() if key != "providers"] for whole in (old, new)]
    if "providers" not in new or list((new["providers"] or {}).items()) != kept or rest[0] != rest[1]:
        raise RemovalError(line)
