"""How a problem is shown, and that what it shows may be seen."""

from __future__ import annotations

import json

import pytest

from modelcatalog.catalog.diagnostics.problem import Problem
from modelcatalog.catalog.parsing.source import SourceText
from modelcatalog.catalog.redaction.heuristics import excerpt, redact_suspected, shown
from modelcatalog.catalog.redaction.secret_names import is_secret_name


def test_a_problem_has_one_line_and_three() -> None:
    source = SourceText("models.yaml", "a: 1\n  bas_url: https://llm.acme.dev/v1\n")
    problem = source.problem(2, 3, "unknown-key", "unknown key 'bas_url'", "did you mean 'base_url'?")
    assert str(problem) == "models.yaml:2:3: unknown key 'bas_url' (did you mean 'base_url'?)"
    assert problem.render() == (
        "models.yaml:2:3: unknown key 'bas_url'\n"
        "    2 |   bas_url: https://llm.acme.dev/v1\n"
        "      |   ^^^^^^^ did you mean 'base_url'?"
    )


def test_a_hint_that_is_no_question_follows_a_colon() -> None:
    problem = Problem("models.yaml", 1, 2, "'az2' is one alias", hint="write [az2]")
    assert str(problem) == problem.render() == "models.yaml:1:2: 'az2' is one alias: write [az2]"


def test_a_problem_of_a_whole_file_has_no_line() -> None:
    problem = Problem("models.yaml", 0, 0, "can't be read", code="unreadable")
    assert str(problem) == problem.render() == "models.yaml: can't be read"
    assert problem.to_json() == {
        "path": "models.yaml",
        "code": "unreadable",
        "message": "can't be read",
        "pointer": [],
    }


def test_json_has_all_but_the_excerpt() -> None:
    problem = SourceText("m", "a: b").problem(1, 4, "code", "message", "hint", pointer=("a", 0))
    assert json.loads(json.dumps(problem.to_json())) == {
        "path": "m",
        "line": 1,
        "column": 4,
        "code": "code",
        "message": "message",
        "hint": "hint",
        "pointer": ["a", 0],
    }


def test_the_marks_stand_below_wide_and_combined_characters() -> None:
    problem = SourceText("m", "名前 e\u0301: x").problem(1, 7, "code", "message")
    assert problem.render().splitlines()[2] == "      |        ^"


@pytest.mark.parametrize("column", [1, 50, 500, 1999])
def test_of_a_long_line_the_part_around_the_place_is_shown(column: int) -> None:
    line = "".join(chr(ord("a") + n % 26) for n in range(2000))
    text, caret = excerpt(line, column)
    assert len(text) <= 106
    assert text[caret : caret + 2] == line[column - 1 : column + 1]


@pytest.mark.parametrize(
    ("column", "caret"), [(1, 0), (6, 5), (7, 5), (19, 5), (22, 5), (23, 9), (24, 10), (26, 12)]
)
def test_the_marks_stand_below_the_place_beside_what_is_redacted(column: int, caret: int) -> None:
    assert excerpt("just sk-hunter2hunter2 here", column) == ("just **** here", caret)


@pytest.mark.parametrize("line", [3, 5000, 5001, 6001])
def test_of_a_very_long_line_secrets_near_the_place_are_looked_for(line: int) -> None:
    text, caret = excerpt(f"{'a' * (line - 1)}b sk-hunter2hunter2 {'c' * 6000}", line)
    assert text[caret] == "b"
    assert "hunter" not in text


def test_an_excerpt_moves_no_cursor() -> None:
    assert excerpt("a:\t\x1b[31mred\u202e", 4) == ("a: \ufffd[31mred\ufffd", 3)


@pytest.mark.parametrize(
    "name",
    ["api_key", "ACME_API_KEY", "token", "X-Api-Key", "Authorization", "client_secret", "password", "Cookie"],
)
def test_names_of_secrets_are_known(name: str) -> None:
    assert is_secret_name(name)


@pytest.mark.parametrize(
    "name", ["base_url", "keys", "max_output_tokens", "max_tokens", "env", "models", 3, None]
)
def test_names_of_other_things_are_known(name: object) -> None:
    assert not is_secret_name(name)


@pytest.mark.parametrize(
    ("line", "seen"),
    [
        ("api_key: hunter2", "api_key: ****"),
        ("api_key : 'hunter2' # mine", "api_key : '****"),
        ('{"api_key": "hunter2", "name": "Acme"}', '{"api_key": "****", "name": "Acme"}'),
        ("a: {api_key: hunter2, b: {token: hunter2}}", "a: {api_key: ****, b: {token: ****}}"),
        ("api_key: {value: hunter2, env: hunter2}", "api_key: {value: ****, env: ****}"),
        ("password: hun,ter2: x", "password: ****"),
        ('{password: "hunter2, hunter2: x", b: c}', '{password: "****", b: c}'),
        ("Authorization: Bearer hunter2 hunter2", "Authorization: ****"),
        ("X: Bearer hunter2", "X: Bearer ****"),
        ("env: [ACME_KEY, hunter2]", "env: [ACME_KEY, ****]"),
        ("url: https://me:hunter2@host/v1?token=hunter2", "url: https://****@host/v1?token=****"),
        ("just sk-hunter2hunter2 here", "just **** here"),
        ("x: 0123456789abcdef0123456789abcdef", "x: ****"),
        ("api_key=hunter2", "api_key=****"),
    ],
)
def test_secrets_are_masked(line: str, seen: str) -> None:
    assert redact_suspected(line) == seen


@pytest.mark.parametrize(
    "line",
    [
        'api_key: {env: [ACME_TOKEN, ACME_KEY], pattern: "^sk-"}',
        "api_key: optional",
        "api_key: null",
        "keys: https://acme.dev/settings/keys",
        "max_output_tokens: 16_384",
        "base_url: https://llm.acme.dev/v1?api-version=2024-10-21",
        "auth: [key, entra]",
        "secret: true",
        "claude-sonnet-4-5-20250929: {}",
        "accounts/fireworks/models/llama-v3p1-405b-instruct: {}",
    ],
)
def test_what_is_no_secret_is_shown(line: str) -> None:
    assert redact_suspected(line) == line


@pytest.mark.parametrize(
    ("value", "text"), [(True, "true"), (None, "null"), (1.5, "1.5"), ({}, "a map"), ([1], "a list")]
)
def test_values_are_shown_as_they_are_written(value: object, text: str) -> None:
    assert shown(value) == text


def test_long_and_odd_text_is_shown_short_and_plain() -> None:
    assert shown("x" * 100) == repr("x" * 37 + "...")
    assert shown("a\x1bb\nc") == "'a\ufffdb\ufffdc'"
    assert shown("api_key:hunter2") == "'api_key:****'"


def test_stretches_side_by_side_are_redacted_as_one() -> None:
    assert excerpt("just sk-hunter2hunter2 x", 1, hide_from=23) == ("just ****", 0)
    assert excerpt("just sk-hunter2hunter2 x", 1, hide_from=24) == ("just **** ****", 0)
    assert excerpt("just sk-hunter2hunter2 x", 24, hide_from=10) == ("just ****", 5)
