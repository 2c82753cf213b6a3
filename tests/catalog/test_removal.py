"""A provider removed from a catalog file: nothing else changes, whatever the file looks like."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcatalog.catalog.diagnostics.errors import CatalogError
from modelcatalog.catalog.editing.insertion import insert
from modelcatalog.catalog.editing.removal import RemovalError, remove
from modelcatalog.catalog.parsing.document import parse_document

URL = "https://h.example/v1"
BODIES = (
    [f"base_url: {URL}"],
    [f'base_url: "{URL}"   # kept', "", "# about the key", "api_key: none"],
    [f"base_url: {URL}", "api_key: {env: [A_KEY, B_KEY], required: false}"],
    [f"base_url: {URL}", "description: >-", "  two lines", "", "  of text", "aliases: [other-{n}]"],
    ["extends: openai", f"base_url: {URL}", "headers:", "  X-Team: evals  # é, 漢字"],
)
COMMENTS: tuple[list[str], ...] = ([], ["# a comment"], ["", "# about the next one", ""], [""])


@st.composite
def catalog_texts(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A catalog file as people write it, and the names of its providers."""
    step = draw(st.sampled_from(["  ", "    "]))
    gap = draw(st.sampled_from([[], [""], ["", ""]]))
    head = draw(st.sampled_from([[], ["# yaml-language-server: $schema=x"], ["# mine", ""]]))
    lines = [*head, "catalog: 1", *draw(st.sampled_from(COMMENTS)), "providers:"]
    names = [f"p{number}" for number in range(draw(st.integers(1, 5)))]
    for number, name in enumerate(names):
        before = draw(st.sampled_from(COMMENTS)) if number else []
        lines += (gap if number else []) + [f"{step}{line}" if line else "" for line in before]
        if draw(st.booleans()):
            lines.append(f"{step}{name}: {{base_url: '{URL}'}}   # in braces")
            continue
        lines.append(f"{step}{name}:{draw(st.sampled_from(['', '   # why', '  ']))}")
        body = draw(st.sampled_from(BODIES))
        lines += [f"{step}{step}{line}".replace("{n}", str(number)) if line else "" for line in body]
    lines += draw(
        st.sampled_from([[], ["", "aliases: {fast: p0/x}"], ["# the end"], ["", "aliases:", "  fast: p0/x"]])
    )
    newline = draw(st.sampled_from(["\n", "\r\n"]))
    return newline.join(lines) + draw(st.sampled_from([newline, newline * 2, ""])), names


@settings(max_examples=300, deadline=None)
@given(catalog_texts(), st.sampled_from([{"base_url": URL}, {"base_url": URL, "api_key": "none"}]))
def test_what_was_added_is_removed_without_a_trace(
    made: tuple[str, list[str]], entry: dict[str, str]
) -> None:
    text, _ = made
    added = insert(text, "models.yaml", "acme", entry)
    removed = remove(added.text, "models.yaml", "acme")
    # A last line without an end gets one from `insert`, if the entry is put below it.
    ended = "" if text.endswith("\n") else "\r\n" if "\r\n" in text else "\n"
    assert removed.text in (text, text + ended)
    assert (removed.line, removed.entry.replace("\r\n", "\n")) == (added.line, added.entry)


@settings(max_examples=300, deadline=None)
@given(catalog_texts(), st.data())
def test_every_other_byte_is_kept(made: tuple[str, list[str]], data: st.DataObject) -> None:
    text, names = made
    name = data.draw(st.sampled_from(names))
    before = parse_document(text, "").data
    removed = remove(text, "models.yaml", name)
    after = parse_document(removed.text, "").data
    others = [(key, value) for key, value in before["providers"].items() if key != name]
    assert list((after["providers"] or {}).items()) == others
    assert {key: value for key, value in after.items() if key != "providers"} == {
        key: value for key, value in before.items() if key != "providers"
    }
    # One piece is missing: the entry's own lines, and at most one blank line above them.
    start = next(
        (at for at, pair in enumerate(zip(text, removed.text, strict=False)) if pair[0] != pair[1]),
        min(len(text), len(removed.text)),
    )
    size = len(text) - len(removed.text)
    pieces = [
        text[at : at + size] for at in range(start + 1) if text[:at] + text[at + size :] == removed.text
    ]
    assert any(piece.strip() == removed.entry.strip() for piece in pieces)
    assert removed.entry.lstrip().startswith(f"{name}:")
    assert max(piece.count("\n") for piece in pieces) <= removed.entry.count("\n") + 2


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("catalog: 1\nproviders: {a: {base_url: 'https://h'}, b: {base_url: 'https://h'}}\n", 2),
        ("catalog: 1\nproviders:\n  a: &x {base_url: 'https://h'}\n  b: *x\n", 3),
        ("catalog: 1\nproviders:\n  ? a\n  : {base_url: 'https://h'}\n  b: {base_url: 'https://h'}\n", 3),
        ("catalog: 1\nproviders:\n  a:\n    base_url: https://h\n  # between\n    api_key: none\n", 3),
    ],
    ids=["braces", "anchor", "question mark", "comment in the way"],
)
def test_text_that_cant_be_cut_line_by_line_is_refused(text: str, line: int) -> None:
    with pytest.raises(RemovalError) as caught:
        remove(text, "models.yaml", "a")
    assert caught.value.line == line


BLOCK = "  {0}:\n    base_url: https://h\n"


@pytest.mark.parametrize("newline", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("before", "after", "kept"),
    [
        ("", "", ""),
        (BLOCK.format("x"), "", BLOCK.format("x")),
        ("", BLOCK.format("x"), BLOCK.format("x")),
        (f"{BLOCK.format('x')}\n", f"\n{BLOCK.format('y')}", f"{BLOCK.format('x')}\n{BLOCK.format('y')}"),
        (
            f"{BLOCK.format('x')}  # why\n",
            "\naliases: {f: x/m}\n",
            f"{BLOCK.format('x')}  # why\n\naliases: {{f: x/m}}\n",
        ),
    ],
)
def test_an_entry_goes_with_the_blank_line_above_it(before: str, after: str, kept: str, newline: str) -> None:
    head = "catalog: 1\nproviders:\n"
    text = f"{head}{before}{BLOCK.format('a')}{after}".replace("\n", newline)
    removed = remove(text, "models.yaml", "a")
    assert removed.text == f"{head}{kept}".replace("\n", newline)
    assert removed.line == 3 + before.count("\n")
    assert removed.entry == BLOCK.format("a").rstrip("\n").replace("\n", newline)


def test_an_entry_that_others_need_stays() -> None:
    needed = f"catalog: 1\nproviders:\n{BLOCK.format('a')}  b:\n    extends: a\n"
    with suppress(RemovalError):
        assert "b:" in remove(needed, "models.yaml", "a").text
    with pytest.raises(CatalogError):
        remove(f"catalog: 1\nproviders:\n{BLOCK.format('a')}    nothing: 1\n", "models.yaml", "a")
    first = f"catalog: 1\nproviders:\n{BLOCK.format('a')}  b: &b\n    base_url: &u https://h\n  c:\n    base_url: *u\n"
    with pytest.raises((RemovalError, CatalogError)):
        remove(first.replace("  a:", "  z:").replace("  b:", "  a:"), "models.yaml", "a")


@pytest.mark.parametrize("character", ["\u2028", "\x85", "\r"], ids=["U+2028", "U+0085", "CR"])
def test_lines_that_only_yaml_counts_are_never_cut_wrongly(character: str) -> None:
    head = f"catalog: 1\n# a{character}# b\nproviders:\n"
    other = "  b: {base_url: 'https://h'}\n"
    with suppress(RemovalError, CatalogError):
        assert (
            remove(f"{head}  a: {{base_url: 'https://h'}}\n{other}", "models.yaml", "a").text == head + other
        )


@pytest.mark.parametrize("text", ["", "catalog: 1\n", "catalog: 1\nproviders:\n", "# nothing\n"])
def test_text_without_the_provider_is_a_key_error(text: str) -> None:
    with pytest.raises((KeyError, CatalogError)):
        remove(text, "models.yaml", "a")
