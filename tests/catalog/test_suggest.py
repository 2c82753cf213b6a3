"""Near misses."""

from __future__ import annotations

import pytest

from modelcatalog.catalog.diagnostics.suggestions import is_one_edit, nearest

PROVIDERS = [
    "openai",
    "openrouter",
    "azureai",
    "anthropic",
    "groq",
    "grok",
    "google",
    "hf",
    "cf",
    "together",
    "vertex",
]


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        ("opnai", "openai"),
        ("opnrouter", "openrouter"),
        ("antropic", "anthropic"),
        ("OpenAI", "openai"),
        ("togehter", "together"),
        ("gork", "grok"),
        ("verte", "vertex"),
        ("gooogle", "google"),
    ],
)
def test_a_misspelling_finds_its_word(word: str, expected: str) -> None:
    assert nearest(word, PROVIDERS)[0] == expected


@pytest.mark.parametrize("word", ["az", "a", "", "x", "hg", "llama-3.3-70b", "models", "o" * 5000])
def test_what_is_not_near_finds_nothing(word: str) -> None:
    assert nearest(word, PROVIDERS) == []


def test_the_nearest_comes_first_and_no_more_than_asked_for() -> None:
    assert nearest("gropq", ["grop", "groq", "gropq", "gropqq", "gropqqq"], most=2) == ["gropq", "gropqq"]
    assert nearest("groq", ["groq", "groq"]) == ["groq"]


def test_the_cutoff_says_how_near() -> None:
    assert nearest("region", ["regional-zone"], cutoff=0.9) == []
    assert nearest("region", ["regional-zone"], cutoff=0.5) == ["regional-zone"]


@pytest.mark.parametrize("other", ["en", "envs", "enx", "evn", "xenv", "nv", "eenv", "env"])
def test_one_letter_makes_one_edit(other: str) -> None:
    assert is_one_edit("env", other) == (len(other) > 2)


@pytest.mark.parametrize("other", ["vne", "exx", "envxx", "xnx"])
def test_two_letters_make_no_edit(other: str) -> None:
    assert not is_one_edit("env", other)
