"""A provider's entry put into the text of a catalog file, every other byte of which stays as it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from modelcatalog.catalog.diagnostics.errors import CatalogError
from modelcatalog.catalog.parsing.document import Document, parse_document
from modelcatalog.catalog.validation.schema import check_schema

if TYPE_CHECKING:
    from collections.abc import Mapping

_INDENT = "  "


class Inserted(NamedTuple):
    """The new text, and where in it the entry is."""

    text: str
    line: int
    entry: str


class InsertionError(Exception):
    """The text is a catalog, but written in a form that nothing can be put into line by line."""


def insert(text: str, path: str, name: str, entry: Mapping[str, str], first_line: str = "") -> Inserted:
    """`text` with the provider `name`, in place of one of that name, else after the last one. A new text begins with
    `first_line`, if there is one.

    `entry` holds the values as they are written in YAML. The outcome is read again: raises CatalogError for what would
    be wrong with it, or is with `text` already, and InsertionError where it wouldn't be what was there and the entry.
    """
    before = parse_document(text, path)
    if before.data is not None:
        demand_valid(before)
    newline = "\r\n" if "\r\n" in text else "\n"
    at, end, indent, head = _place(before, text, name, newline, first_line)
    lines = [f"{indent}{name}:", *(f"{indent}{_INDENT}{key}: {value}" for key, value in entry.items())]
    block = newline.join(lines) + newline
    if at and not text[:at].endswith("\n"):
        head = newline + head
    new = f"{text[:at]}{head}{block}{text[end:]}"
    _verify(before, new, path, name)
    return Inserted(new, new[: at + len(head)].count("\n") + 1, "\n".join(lines))


def _place(
    before: Document, text: str, name: str, newline: str, first_line: str
) -> tuple[int, int, str, str]:
    """Where to cut the text, from and to; the entry's indentation; and what has to come before it."""
    data = before.data
    if data is None:
        start = f"{first_line}{newline}" if first_line and not text.strip() else ""
        return len(text), len(text), _INDENT, f"{start}catalog: 1{newline}{newline}providers:{newline}"
    if "providers" not in data:
        return len(text), len(text), _INDENT, f"{newline}providers:{newline}"
    starts = line_starts(text)
    providers = data["providers"]
    if not providers:
        at = starts[before.position(("providers",), key=True)[0]]
        return at, at, _INDENT, ""
    indent = " " * (before.position(("providers", next(iter(providers))), key=True)[1] - 1)
    if name in providers:
        first = before.position(("providers", name), key=True)[0]
        return starts[first - 1], starts[end_of_entry(text, first, indent)], indent, ""
    last = before.position(("providers", list(providers)[-1]), key=True)[0]
    at = starts[end_of_entry(text, last, indent)]
    gap = newline if _are_apart(text, starts, before, providers) else ""
    return at, at, indent, gap


def end_of_entry(text: str, line: int, indent: str) -> int:
    """The last line (from 1) of the entry that begins in `line`: those indented more, and the blank ones between."""
    lines = text.split("\n")
    end = line
    for number in range(line, len(lines)):
        content = lines[number].strip()
        if content and not lines[number].startswith(f"{indent} "):
            break
        if content:
            end = number + 1
    return end


def _are_apart(text: str, starts: list[int], before: Document, providers: Mapping[str, Any]) -> bool:
    """Whether a blank line is between the last two providers."""
    last = before.position(("providers", list(providers)[-1]), key=True)[0]
    above = text[starts[last - 2] : starts[last - 1]]
    return len(providers) > 1 and not above.strip()


def line_starts(text: str) -> list[int]:
    """Where each line begins; the end of the text is used for the lines that it doesn't have."""
    starts = [0, *(match.end() for match in re.finditer("\n", text))]
    return [*starts, len(text)]


def _verify(before: Document, text: str, path: str, name: str) -> None:
    try:
        after = parse_document(text, path)
    except CatalogError as error:
        raise InsertionError from error
    demand_valid(after)
    old, new = before.data or {"catalog": 1, "providers": None}, after.data
    others = {key: value for key, value in (old.get("providers") or {}).items() if key != name}
    kept = {key: value for key, value in (new.get("providers") or {}).items() if key != name}
    rest = [{key: value for key, value in whole.items() if key != "providers"} for whole in (old, new)]
    if list(others.items()) != list(kept.items()) or rest[0] != rest[1] or name not in new["providers"]:
        raise InsertionError


def demand_valid(document: Document) -> None:
    """Raise CatalogError for what is wrong with it by itself."""
    problems = check_schema(document)
    if problems:
        raise CatalogError(problems)
