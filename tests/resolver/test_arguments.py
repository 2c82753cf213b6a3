"""`-M` pairs, and the places that arguments are sent to."""

from __future__ import annotations

from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import ArgumentError, UnknownArgumentError
from modelcatalog.resolver import explain, load_catalog, resolve
from modelcatalog.resolver.planning.arguments import read_pairs

ENV = {"OPENAI_API_KEY": "sk-test", "OPENROUTER_API_KEY": "sk-or-test"}


@pytest.mark.parametrize(
    ("pair", "name", "value"),
    [
        ("timeout=30", "timeout", 30),
        ("timeout=2.5", "timeout", 2.5),
        ("max-retries=0", "max_retries", 0),
        ("api_version=2024-10-21", "api_version", "2024-10-21"),
        ("at=12:30", "at", "12:30"),
        ("code=012", "code", "012"),
        ("flag=on", "flag", "on"),
        ("flag=true", "flag", True),
        ("empty=", "empty", None),
        ("text=null", "text", None),
        ("device=0,1,2,3", "device", "0,1,2,3"),
        ("device=0", "device", 0),
        ("url=http://h/?a=b", "url", "http://h/?a=b"),
        ("model=@cf/x", "model", "@cf/x"),
        ("safety={'hate_speech': 'low_and_above'}", "safety", {"hate_speech": "low_and_above"}),
        ("stop=[a, b]", "stop", ["a", "b"]),
        ("quoted='012'", "quoted", "012"),
        ("models=a/b, c/d", "models", ["a/b", "c/d"]),
        ("models=a/b", "models", ["a/b"]),
        ("models=[a/b, c/d]", "models", ["a/b", "c/d"]),
        ("provider={quantizations: [int8]}", "provider", {"quantizations": ["int8"]}),
    ],
)
def test_pair_is_read_as_a_person_means_it(pair: str, name: str, value: Any) -> None:
    types = load_catalog().entry("openrouter").arguments
    assert read_pairs([pair], types) == {name: value}


@pytest.mark.parametrize(
    ("pair", "text"),
    [
        ("timeout", "no value in -M 'timeout'; expected NAME=VALUE\nhint: -M timeout=VALUE"),
        ("=3", "no name in -M '=3'; expected NAME=VALUE\nhint: -M NAME=VALUE"),
        ("provider=int8", "provider: expected a mapping such as {a: 1}, got 'int8'"),
    ],
)
def test_pair_that_means_nothing_is_an_error(pair: str, text: str) -> None:
    types = load_catalog().entry("openrouter").arguments
    with pytest.raises(ArgumentError) as caught:
        read_pairs([pair], types)
    assert str(caught.value) == text


def test_broken_flow_value_is_reported_by_its_argument() -> None:
    with pytest.raises(ArgumentError, match="the value of bad can't be read"):
        read_pairs(["bad={a"], {})


def test_each_argument_goes_where_the_entry_sends_it() -> None:
    plan = explain(
        "openrouter/a/b",
        env=ENV,
        models="x/y, z",
        default_query={"a": "1"},
        timeout=5,
        base_url="https://h.example.com/v1",
    )
    assert {a.name: (a.target, a.value) for a in plan.arguments} == {
        "models": ("body", ["x/y", "z"]),
        "default_query": ("client", {"a": "1"}),
        "timeout": ("option", 5),
        "base_url": ("setting", "https://h.example.com/v1"),
    }
    assert plan.url == "https://h.example.com/v1"
    assert plan.timeout == 5


def test_body_arguments_become_keywords_of_each_call() -> None:
    with resolve("openrouter/a/b", env=ENV, sync=True, models=["x/y"], transforms="middle-out") as model:
        assert model.request_args == {"extra_body": {"models": ["x/y"], "transforms": ["middle-out"]}}


def test_unknown_argument_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(UnknownArgumentError) as caught:
        resolve("openai/gpt-5", env=ENV, base_uri="https://h.example.com")
    assert str(caught.value) == (
        "openai has no argument 'base_uri' (openai.AsyncOpenAI doesn't take it)\nhint: did you mean 'base_url'?"
    )
    assert caught.value.argument == "base_uri"


def test_argument_that_the_entry_refuses_is_an_error() -> None:
    catalog = load_catalog(
        overlay={
            "providers": {
                "acme": {"base_url": "https://h.example.com/v1", "args": {"organization": "refuse"}}
            }
        }
    )
    with pytest.raises(ArgumentError, match="acme doesn't take the argument organization"):
        resolve("acme/x", catalog=catalog, env={"ACME_API_KEY": "k"}, organization="o")
