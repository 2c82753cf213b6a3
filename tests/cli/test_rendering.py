"""Columns and lines that fit a terminal, and words of tools that complete what was typed."""

from __future__ import annotations

import io
import sys
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcatalog.resolver.cli.commands.explain_code import complete_code
from modelcatalog.resolver.cli.options import complete_model, complete_provider
from modelcatalog.resolver.cli.rendering import columns, counted, fold, fold_hint, paint, width

TEXT = st.lists(
    st.sampled_from(["a", "bb", "long-word-of-25-characters", "https://a.example/v1"]), min_size=1
)
WIDE = st.integers(30, 100)


@given(TEXT, WIDE, st.sampled_from(["", "  ", "    hint: ", "      a name of some length  "]))
def test_no_folded_line_is_wider_and_no_word_is_lost(words: list[str], wide: int, head: str) -> None:
    lines = fold(head, " ".join(words), wide=wide)
    assert " ".join(lines).split() == [*head.split(), *words]
    assert max(map(len, lines)) <= max(wide, len(head), 8 + 26)
    assert all(line == line.rstrip() for line in lines)


FOLDED: list[tuple[str, str, int, list[str]]] = [
    ("head  ", "a b", 0, ["head  a b"]),
    ("head  ", "", 0, ["head"]),
    ("head  ", "a " * 50, 0, [("head  " + "a " * 50).rstrip()]),
    ("  x  ", "aaaa bbbb", 14, ["  x  aaaa bbbb"]),
    ("  x  ", "a" * 12 + " " + "b" * 12, 30, ["  x  " + "a" * 12 + " " + "b" * 12]),
    ("  x  ", "a" * 12 + " " + "b" * 12, 29, ["  x  " + "a" * 12, "     " + "b" * 12]),
    ("  x  ", "a" * 12 + " " + "b" * 12, 28, ["  x", "      " + "a" * 12, "      " + "b" * 12]),
    ("      x  ", "a" * 30 + " b", 38, ["      x", "        " + "a" * 30, "        b"]),
    ("x  ", "a" * 30 + " bb", 32, ["x", "    " + "a" * 30, "    bb"]),
]


@pytest.mark.parametrize(("head", "text", "wide", "lines"), FOLDED)
def test_line_is_folded_below_its_text_or_below_its_head(
    head: str, text: str, wide: int, lines: list[str]
) -> None:
    assert fold(head, text, wide=wide) == lines


HINTS: list[tuple[str, int, list[str]]] = [
    ("export A=b", 80, ["hint: export A=b"]),
    ("export A=" + "b" * 40, 30, ["hint:", "    export A=" + "b" * 40]),
    ("export A=" + "b" * 20, 35, ["hint: export A=" + "b" * 20]),
    ("export A=" + "b" * 20, 34, ["hint:", "    export A=" + "b" * 20]),
    ("export A=bbb (or not, as you like)", 38, ["hint: export A=bbb", "      (or not, as you like)"]),
    ("export A=bbb (or not, as you like)", 40, ["hint: export A=bbb (or not, as you like)"]),
    ("Set it, or: unset AAAA_BBBB_CCCC_DDDD", 31, ["hint: Set it, or:", "      unset AAAA_BBBB_CCCC_DDDD"]),
    ("Set it, or: unset AAAA_BBBB_CCCC_DDDD", 30, ["hint: Set it, or:", "    unset AAAA_BBBB_CCCC_DDDD"]),
    ("Run: unset AAAA.", 21, ["hint: Run:", "      unset AAAA", "      ."]),
    ("catalog=.. is of Python, no command", 38, ["hint: catalog=.. is of Python, no", "      command"]),
    ("no command is in this one at all", 34, ["hint: no command is in this one at", "      all"]),
    ("write `catalog list` or something", 34, ["hint: write `catalog list` or", "      something"]),
]
INDENTED: list[tuple[str, str, int, list[str]]] = [
    ("      ", "pip install 'a[b]' (and look)", 30, ["      pip install 'a[b]'", "      (and look)"]),
    ("", "pip install 'a[b]' (and look)", 20, ["pip install 'a[b]'", "(and look)"]),
    ("    ", "pip install 'a[b]' (and look)", 20, ["    pip install 'a[b]'", "    (and look)"]),
]


@pytest.mark.parametrize(("head", "text", "wide", "lines"), [*(("hint: ", *one) for one in HINTS), *INDENTED])
def test_command_in_a_hint_stays_in_one_line(head: str, text: str, wide: int, lines: list[str]) -> None:
    assert fold_hint(head, text, wide=wide) == lines


def test_columns_are_as_wide_as_their_cells_but_for_wide_ones() -> None:
    rows = [["a", "b", "c"], ["aa", "", "d"], ["x" * 61, "y", "e"], ["x" * 60, "y", "f"]]
    assert columns(rows, indent=1, gap=1) == [
        f" a{' ' * 59} b c",
        f" aa{' ' * 58}   d",
        f" {'x' * 61} y e",
        f" {'x' * 60} y f",
    ]
    assert columns([["a", "", "c"], ["b", "", "d"]]) == ["  a  c", "  b  d"]
    assert columns([["x" * 61, "a"], ["y" * 70, "b"]]) == [f"  {'x' * 61}  a", f"  {'y' * 70}  b"]
    assert columns([["a"], ["b", "c"]]) == ["  a", "  b  c"]
    assert columns([]) == []


@pytest.mark.parametrize(("number", "text"), [(0, "0 files"), (1, "1 file"), (2, "2 files")])
def test_noun_has_its_number(number: int, text: str) -> None:
    assert counted(number, "file") == text


class _Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("variables", "is_coloured"),
    [
        ({}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": "xterm"}, True),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, False),
        ({"NO_COLOR": ""}, True),
    ],
    ids=str,
)
def test_colours_are_for_terminals_that_want_them(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], is_coloured: bool
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    for mood, code in (("good", 32), ("bad", 31), ("warn", 33), ("dim", 90)):
        assert paint("x", mood, _Terminal()) == (f"\x1b[{code}mx\x1b[0m" if is_coloured else "x")
        assert paint("x", mood, io.StringIO()) == "x"
    monkeypatch.setattr(sys, "stdout", _Terminal())
    assert (paint("x", "good") != "x") is is_coloured


def test_pipe_has_no_width_and_a_terminal_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    assert (width(io.StringIO()), width(_Terminal())) == (0, 80)
    monkeypatch.setenv("COLUMNS", "55")
    assert (width(io.StringIO()), width(_Terminal())) == (0, 55)
    monkeypatch.setattr(sys, "stdout", _Terminal())
    assert width() == 55


OWN = """\
catalog: 1
providers:
  acme:
    aliases: [zz-acme]
    base_url: https://a.example/v1
    models: {zz-1: {}, zz-2: {}}
    qualifiers: {zz-eu: {description: there}}
aliases: {zz-fast: acme/zz-1}
"""
COMPLETED: list[tuple[Any, str, list[str]]] = [
    (complete_provider, "acm", ["acme", "acme/zz-eu"]),
    (complete_provider, "zz", ["zz-acme"]),
    (complete_provider, "acme/x", []),
    (complete_model, "acm", ["acme/", "acme/zz-eu/"]),
    (complete_model, "acme/", ["acme/", "acme/zz-eu/", "acme/zz-1", "acme/zz-2"]),
    (complete_model, "acme/zz-1", ["acme/zz-1"]),
    (complete_model, "zz", ["zz-acme/", "zz-fast"]),
    (complete_model, "nosuch/x", []),
    (complete_code, "key-", ["key-refused"]),
    (complete_code, "refused", []),
]


@pytest.mark.parametrize(("complete", "typed", "words"), COMPLETED)
def test_what_was_typed_is_completed(tmp_path: Any, complete: Any, typed: str, words: list[str]) -> None:
    (tmp_path / "models.yaml").write_text(OWN, "utf-8")
    assert complete(typed) == words


def test_broken_file_completes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MODELCATALOG_FILES", "nosuch.yaml")
    assert (complete_provider("a"), complete_model("a")) == ([], [])
