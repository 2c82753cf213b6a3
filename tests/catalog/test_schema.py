"""The JSON Schema: that it is one, that it helps an editor, and what the check against it says."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from modelcatalog.catalog.diagnostics.problem import Problem
from modelcatalog.catalog.parsing.document import parse_document
from modelcatalog.catalog.validation.schema import check_schema, schema, schema_text

ROOT = Path(__file__).parents[2]
HEAD = "catalog: 1\nproviders:\n  acme:\n"


def check(text: str) -> list[Problem]:
    return check_schema(parse_document(text, "models.yaml"))


def keys(part: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every key that a catalog file can have, with its part of the schema."""
    if isinstance(part, list):
        for item in part:
            yield from keys(item, path)
    elif isinstance(part, dict):
        for name, inner in part.items():
            if name == "properties":
                yield from ((f"{path}/{key}", value) for key, value in inner.items())
                for key, value in inner.items():
                    yield from keys(value, f"{path}/{key}")
            elif name not in ("examples", "if", "then"):
                yield from keys(
                    inner,
                    f"{path}/{name}" if path == "/$defs" else path or f"/{name}".replace("/properties", ""),
                )


def followed(part: dict[str, Any]) -> dict[str, Any]:
    """The part with what its reference leads to."""
    while "$ref" in part:
        target: Any = schema()
        for step in part["$ref"].removeprefix("#/").split("/"):
            target = target[step]
        part = {**target, **{key: value for key, value in part.items() if key != "$ref"}}
    return part


KEYS = list(keys(schema()))


def test_the_schema_is_one_of_draft_2020_12() -> None:
    Draft202012Validator.check_schema(schema())
    assert schema()["$schema"] == Draft202012Validator.META_SCHEMA["$id"]
    assert schema()["$id"].startswith("https://")
    assert json.loads(schema_text()) == schema()


def test_all_keys_are_looked_at() -> None:
    names = {path.rsplit("/", 1)[-1] for path, _ in KEYS}
    assert {
        "catalog",
        "providers",
        "env",
        "cache_read",
        "base_url",
        "to",
        "path",
        "retires",
        "input",
    } <= names


@pytest.mark.parametrize("part", [part for _, part in KEYS], ids=[path for path, _ in KEYS])
def test_every_key_has_a_description_and_examples_that_are_right(part: dict[str, Any]) -> None:
    whole = followed(part)
    assert whole["description"][0].isalnum()
    assert whole["description"].endswith(".")
    assert whole["examples"]
    validator = Draft202012Validator(schema()).evolve(schema=part)
    for example in whole["examples"]:
        assert list(validator.iter_errors(example)) == []


def objects(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, list):
        for item in part:
            yield from objects(item)
    elif isinstance(part, dict):
        if "object" in part.get("type", ()):
            yield part
        for name, inner in part.items():
            if name not in ("examples", "if", "then"):
                yield from objects(inner)


def test_no_map_takes_a_key_that_nobody_declared() -> None:
    assert all("additionalProperties" in part for part in objects(schema()))


def patterns(part: Any) -> Iterator[dict[str, Any]]:
    if isinstance(part, list):
        for item in part:
            yield from patterns(item)
    elif isinstance(part, dict):
        if isinstance(part.get("pattern"), str):
            yield part
        for name, inner in part.items():
            if name != "examples":
                yield from patterns(inner)


def test_every_pattern_says_what_it_wants() -> None:
    assert all("patternErrorMessage" in part for part in patterns(schema()))


def test_a_qualifier_has_the_keys_of_a_provider_but_three() -> None:
    provider, qualifier = (schema()["$defs"][name]["properties"] for name in ("provider", "qualifier"))
    assert set(provider) - set(qualifier) == {"qualifiers", "aliases", "extends"}
    assert qualifier == {key: {"$ref": f"#/$defs/provider/properties/{key}"} for key in qualifier}


@pytest.mark.parametrize("name", ["provider", "qualifier", "setting", "secretSetting", "model", "argument"])
def test_null_takes_any_key_away(name: str) -> None:
    validator = Draft202012Validator(schema())
    for part in schema()["$defs"][name]["properties"].values():
        assert list(validator.evolve(schema=part).iter_errors(None)) == []


def test_the_bundled_file_is_right() -> None:
    text = (ROOT / "models.yaml").read_bytes()
    assert check_schema(parse_document(text, "models.yaml")) == []


def test_the_check_accepts_what_the_published_schema_accepts() -> None:
    text = HEAD + "    settings: {a: {secret: true, default: null}, b: {secret: false, default: x}}\n"
    assert check(text) == []
    assert list(Draft202012Validator(schema()).iter_errors(parse_document(text, "").data)) == []


def test_all_problems_are_reported_in_the_order_of_the_lines() -> None:
    text = HEAD + "    name: 3\n    hiden: true\n    models: {m: {cost: {inptu: 1}}}\nalias: {}\n"
    found = check(text)
    assert [(problem.line, problem.code) for problem in found] == [
        (4, "wrong-type"),
        (5, "unknown-key"),
        (6, "unknown-key"),
        (7, "unknown-key"),
    ]
    assert found[2].pointer == ("providers", "acme", "models", "m", "cost", "inptu")


def test_one_value_has_one_problem() -> None:
    assert [problem.code for problem in check(HEAD + "    status: 3\n    since: x\n    auth: []\n")] == [
        "wrong-type",
        "wrong-form",
        "empty-list",
    ]


def test_there_is_an_end_to_the_problems_that_are_reported() -> None:
    assert len(check(HEAD + "".join(f"    k{n}: 1\n" for n in range(3000)))) == 1000


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("", "empty"),
        ("# nothing\n", "empty"),
        ("[]", "not-a-catalog"),
        ("text", "not-a-catalog"),
        ("{}", "not-a-catalog"),
        ("a: 1", "not-a-catalog"),
        ("providers: {}", "not-a-catalog"),
        ("catlog: 1", "not-a-catalog"),
        ("catalog: 3", "wrong-version"),
        ("catalog: 0", "wrong-version"),
        ("catalog: true", "wrong-version"),
        ("catalog:", "wrong-version"),
    ],
)
def test_a_file_that_is_no_catalog_of_ours_is_reported_as_such(text: str, code: str) -> None:
    assert [problem.code for problem in check(text)] == [code]


@pytest.mark.parametrize("name", ["acme\n", "a cme", "", "Ä", "-acme", "a/b"])
def test_a_name_is_checked_to_its_very_end(name: str) -> None:
    assert [problem.code for problem in check(f"catalog: 1\nproviders:\n  {json.dumps(name)}: null\n")] == [
        "wrong-form"
    ]


@pytest.mark.parametrize("key", ["url", "api_base", "key", "baseUrl", "apiKey", "default_headers"])
def test_keys_of_other_tools_lead_to_ours(key: str) -> None:
    (problem,) = check(f"{HEAD}    {key}: x\n")
    assert problem.hint in (
        "did you mean 'base_url'?",
        "write api_key: {env: NAME}, and put the value in that variable",
        "did you mean 'headers'?",
    )


SECRET = "hunter2hunter2"


@pytest.mark.parametrize(
    "line",
    [
        "api_key: {s}",
        "api_key: [{s}]",
        "api_key: {{value: {s}}}",
        "api_key:\n      value: {s}",
        "api_key: {{env: '{s}!'}}",
        "api_key: {{env: ['{s}!', A_KEY, A_KEY]}}",
        "api_key:\n      env:\n      - '{s}!'",
        "api_key: {{default: {s}}}",
        "api_key: {{required: {s}, secret: {s}}}",
        "apikey: {s}",
        "api_keys: [{s}]",
        "settings: {{api_key: {s}}}",
        "settings: {{client_secret: {{default: {s}}}}}",
        "settings: {{client_secret: {{valu: {s}}}}}",
        "settings: {{tenant: {{secret: true, default: {s}}}}}",
        "headers: {{Authorization: Bearer {s}}}",
        "headers: {{X-Auth-Token: [{s}]}}",
        "headers: {{Cookie: {{value: {s}}}}}",
        "base_url: https://me:{s}@llm.acme.dev/v1",
        "base_url: https://llm.acme.dev/v1?key={s}",
        "token: {s}",
        "secret: {{a: {s}}}",
    ],
)
def test_a_secret_in_the_wrong_place_is_reported_and_not_shown(line: str) -> None:
    found = check(f"{HEAD}    {line.format(s=SECRET)}\n")
    assert found
    for problem in found:
        assert SECRET not in f"{problem} {problem!r} {problem.render()} {problem.to_json()}"


WORDS = st.sampled_from(
    "catalog providers acme settings api_key env default secret headers X-A args to type models m cost input "
    "status aliases auth qualifiers base_url list_models path hidden since 1 true none sk-x https://x.dev/v1".split()
)
TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=4)
LEAVES = WORDS | st.none() | st.booleans() | st.integers() | st.floats() | TEXT
VALUES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(WORDS | TEXT, inner, max_size=4),
)


@given(VALUES, st.sampled_from(["top", "provider", "setting", "model"]))
def test_every_difference_from_the_schema_has_words(value: Any, place: str) -> None:
    data = {
        "top": {"catalog": 1, "providers": value},
        "provider": {"catalog": 1, "providers": {"acme": value}},
        "setting": {"catalog": 1, "providers": {"acme": {"settings": {"region": value}, "headers": value}}},
        "model": {
            "catalog": 1,
            "providers": {"acme": {"models": {"m": value}, "args": value, "api_key": value}},
        },
    }[place]
    document = parse_document(json.dumps(data), "models.yaml")
    found = check_schema(document)
    is_right = not list(Draft202012Validator(schema()).iter_errors(document.data))
    assert not (found and is_right) or any(problem.code in ("no-such-day", "wrong-form") for problem in found)
    assert found or is_right
    for problem in found:
        assert problem.line == 1
        assert "\n" not in str(problem)
