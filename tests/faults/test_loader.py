"""What fuzzing found, and a short run of it. The long one is `python tests/faults/fuzz.py`."""

from __future__ import annotations

import contextlib
import os
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcatalog.catalog.diagnostics.errors import CatalogError
from modelcatalog.catalog.loading.loader import compile_text
from modelcatalog.catalog.model.catalog import Catalog
from modelcatalog.catalog.model.layers import Layer
from modelcatalog.catalog.parsing.document import DocumentError, parse_document
from modelcatalog.catalog.validation.safe_regex import LONGEST, SlowPatternError, check_pattern, fits
from modelcatalog.catalog.validation.schema import check_schema
from modelcatalog.resolver.catalogs.validate import validate
from modelcatalog.resolver.endpoints.base_url import host_of, is_private

from support.command import Catalog as Command
from support.fuzzer import Fuzzer


def layer(text: str) -> Layer:
    return compile_text(f"catalog: 1\nproviders:\n{text}", kind="project", shown="models.yaml")


def test_hostile_inputs_give_our_own_errors_and_take_no_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MODELCATALOG_CACHE", "off")
    monkeypatch.setattr(sys, "argv", ["catalog"])
    fuzzer = Fuzzer(seed=20261124, keep=tmp_path / "failed")
    for _ in range(600):
        fuzzer.one()
    assert fuzzer.failed == []
    assert len([name for name in fuzzer.counts if not name.startswith(" ")]) >= 7


@given(
    st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass"))
)
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(DocumentError):
        check_schema(parse_document(data, "models.yaml"))


def test_chain_of_extends_is_bounded() -> None:
    text = "".join(f"  p{n}:\n    extends: p{n + 1}\n" for n in range(2000))
    catalog = Catalog((layer(f"{text}  p2000:\n    base_url: https://a.example\n"),))
    assert catalog.entry("p1990").settings["base_url"].default == "https://a.example"
    with pytest.raises(CatalogError, match="chain of more than 16 'extends': extend the first of them"):
        catalog.entry("p0")


def test_provider_with_a_capital_is_a_problem_not_a_missing_provider() -> None:
    catalog = Catalog((layer("  Acme:\n    base_url: https://a.example\n"),))
    problems = validate(catalog)
    assert [problem.line for problem in problems] == [3]
    found: list[object] = []
    assert list(catalog.entries(found)) == []  # type: ignore[arg-type]
    assert found == problems


@pytest.mark.parametrize("url", ["http://[", "https:]//a.example", "//[::1"])
def test_address_that_cant_be_taken_apart_has_no_host(url: str) -> None:
    assert host_of(url) == ""
    assert is_private(url)


def test_byte_that_isnt_utf_8_is_shown_after_a_byte_order_mark_too() -> None:
    with pytest.raises(DocumentError) as caught:
        parse_document(b"\xef\xbb\xbfa: 1\nb: \xff", "models.yaml")
    assert [(one.line, one.column, one.code) for one in caught.value.problems] == [(2, 4, "encoding")]


@pytest.mark.parametrize(
    "pattern",
    [
        "(a+)+$",
        "(a|a)*$",
        "^([a-z]+)*$",
        "(.*a){20}",
        "^(a?){30}a{30}$",
        ".*.*.*=$",
        "((a{9}){9}){9}",
        "(" * 5000,
    ],
)
def test_pattern_that_could_run_for_ever_is_refused(pattern: str) -> None:
    with pytest.raises(SlowPatternError):
        check_pattern(pattern)


@pytest.mark.parametrize(
    "pattern",
    [
        "^sk-",
        "^sk-ant-[a-z]+[0-9]{2}-[\\w-]+$",
        "^[a-z0-9-]+$",
        "^(gsk|xai)[-_]",
        "^(?i:AKIA|ASIA)[A-Z0-9]{16}$",
        "a)*"[:1],
    ],
)
def test_usual_pattern_is_taken(pattern: str) -> None:
    check_pattern(pattern)


@pytest.mark.parametrize("pattern", ["[a-", "a{99999999999999}", "[[a]", "*"])
def test_pattern_that_is_none_is_refused(pattern: str) -> None:
    with pytest.raises((re.error, OverflowError, FutureWarning)):
        check_pattern(pattern)
    assert [
        problem.code for problem in layer(f"  acme: {{api_key: {{pattern: '{pattern}'}}}}\n").problems
    ] == ["wrong-form"]


def test_value_too_long_to_be_compared_fits() -> None:
    assert not fits("^b", "a" * LONGEST)
    assert fits("^b", "a" * (LONGEST + 1))


def test_long_list_of_maps_is_compared_without_trying_every_pair() -> None:
    """By its number of comparisons: a clock would fail on a busy machine."""
    compared = 0

    class Counting(dict[str, int]):
        def __eq__(self, other: object) -> bool:
            nonlocal compared
            compared += 1
            return super().__eq__(other)

        __hash__ = None

    from modelcatalog.catalog.validation.schema import _validator

    list(
        _validator().iter_errors(
            {"catalog": 1, "providers": {"a": {"aliases": [Counting(a=n) for n in range(500)]}}}
        )
    )
    assert compared < 5000


@pytest.mark.parametrize(
    "word", [b"x" * 5000, b"a/" * 3000, b"\xff", b"\xed\xa0\x80"], ids=["long", "deep", "byte", "half"]
)
@pytest.mark.parametrize("line", [["validate"], ["explain"], ["show", "--json"], ["list", "-f"]])
def test_odd_word_on_the_command_line_is_a_plain_mistake(
    catalog: Command, line: list[str], word: bytes
) -> None:
    done = catalog(*line, os.fsdecode(word))
    assert done.returncode in (1, 2)
    assert "Traceback" not in done.stderr + done.stdout


@pytest.mark.parametrize(
    "text",
    [
        "{a?b: 1}",
        "[a?]",
        "[a ? b]",
        "[a\n ?b]",
        "[a?\n b]",
        "{a??h: 1, b: 2}",
        "[a?#]",
        "[a? #]",
        "{?a: b}",
        "[ ?? ]",
    ],
)
def test_question_mark_in_braces_is_the_same_to_both_parsers(text: str) -> None:
    outcomes: list[object] = []
    for libyaml in (True, False):
        try:
            outcomes.append(parse_document(text, "x", libyaml=libyaml).data)
        except DocumentError as error:
            outcomes.append([problem.code for problem in error.problems])
    assert outcomes[0] == outcomes[1]


def test_pattern_over_two_lines_is_reported_in_one() -> None:
    problems = layer('  acme:\n    api_key: {pattern: "sk-[a-\n\n      z"}\n').problems
    assert [problem.code for problem in problems] == ["wrong-form"]
    assert "\n" not in str(problems[0])


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        (
            "headers=x",
            "headers: expected a mapping of names to values, got str\nhint: -M 'headers={X-Team: evals}'",
        ),
        ("max_retries=x", "max_retries: expected a whole number from 0, got 'x'\nhint: -M max_retries=2"),
        ("max_retries=true", "max_retries: expected a whole number from 0, got True\nhint: -M max_retries=2"),
    ],
)
def test_option_of_another_kind_is_a_plain_mistake(catalog: Command, pair: str, said: str) -> None:
    done = catalog("explain", "openai/x", "-M", pair)
    assert (done.returncode, done.stderr) == (2, f"error: {said}\n")


def test_hint_of_a_value_over_two_lines_is_one_line() -> None:
    problems = layer("  acme:\n    aliases: a\n\n      b\n").problems
    assert [problem.code for problem in problems] == ["wrong-type"]
    assert "\n" not in str(problems[0])
