"""What a call asks of `generate`, without a model: settings, limits, and texts at which an answer ends."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest
import transformers

from modelcatalog.catalog.diagnostics.errors import ArgumentError, UnknownArgumentError
from modelcatalog.providers.adapter.chat_types import ChatCall
from modelcatalog.providers.transformers.generation import (
    PromptTooLongError,
    Settings,
    generation_options,
    limit_of,
    settings_of,
)
from modelcatalog.providers.transformers.stop_sequences import StopReader, before_stop


def settings(*stop: str, limit: int = 9, keeps: bool = False, **fields: Any) -> Settings:
    call = ChatCall("m", ({"role": "user", "content": "hi"},), **fields)
    return settings_of(call, stop, limit, keeps_special_tokens=keeps, sdk=transformers)


@pytest.mark.parametrize(
    ("fields", "options"),
    [
        ({}, {}),
        ({"temperature": 0}, {"do_sample": False}),
        ({"temperature": 0.0, "top_p": 0.5}, {"do_sample": False}),
        ({"temperature": 1}, {"do_sample": True, "temperature": 1.0}),
        ({"top_p": 0}, {"do_sample": True, "top_p": 0.0}),
        ({"temperature": 0.5, "top_p": 0.25}, {"do_sample": True, "temperature": 0.5, "top_p": 0.25}),
        ({"extra": {"top_k": 5}}, {"top_k": 5}),
        (
            {"extra": {"top_k": 5, "temperature": 2.0, "do_sample": False}, "temperature": 1},
            {"do_sample": True, "temperature": 1.0, "top_k": 5},
        ),
        ({"max_tokens": 5, "stop": "x", "seed": 1}, {}),
    ],
)
def test_options_are_those_of_the_call_over_the_rest(fields: dict[str, Any], options: dict[str, Any]) -> None:
    found = settings(**fields)
    assert dict(found.options) == options
    assert [name for name, _ in found.options] == sorted(options)


@pytest.mark.parametrize(
    ("own", "more", "stops"),
    [
        (None, (), ()),
        ("x", (), ("x",)),
        ("", ("",), ()),
        (["x", "", "y", "x"], ("z", "y"), ("x", "y", "z")),
        (None, ("z",), ("z",)),
    ],
)
def test_each_stop_counts_once(own: Any, more: tuple[str, ...], stops: tuple[str, ...]) -> None:
    assert settings(*more, stop=own).stop == stops


@pytest.mark.parametrize(
    ("extra", "top"),
    [
        ({}, None),
        ({"logprobs": False}, None),
        ({"logprobs": True}, 0),
        ({"top_logprobs": 0}, None),
        ({"logprobs": True, "top_logprobs": 0}, 0),
        ({"top_logprobs": 1}, 1),
        ({"logprobs": True, "top_logprobs": 20}, 20),
        ({"logprobs": False, "top_logprobs": 3}, 3),
        ({"logprobs": True, "num_beams": 1}, 0),
    ],
)
def test_probabilities_are_asked_for(extra: dict[str, Any], top: int | None) -> None:
    found = settings(extra=extra)
    assert found.top_logprobs == top
    assert not {name for name, _ in found.options} & {"logprobs", "top_logprobs"}


@pytest.mark.parametrize("top", [-1, 21, True, 1.0, "5"])
def test_so_many_probabilities_there_are_not(top: Any) -> None:
    with pytest.raises(ArgumentError, match=rf"^top_logprobs is {top!r}; expected 0 to 20\.$") as caught:
        settings(extra={"logprobs": True, "top_logprobs": top})
    assert caught.value.argument == "top_logprobs"


@pytest.mark.parametrize(
    ("fields", "argument"),
    [
        ({"extra": {"logprobs": True, "num_beams": 2}}, "num_beams"),
        ({"temperature": -0.1}, "temperature"),
        ({"extra": {"max_new_tokens": 1}}, "max_new_tokens"),
        ({"extra": {"max_length": 1}}, "max_length"),
        ({"extra": {"stop_strings": 1}}, "stop_strings"),
        ({"extra": {"num_return_sequences": 2}}, "num_return_sequences"),
        ({"extra": {"return_dict_in_generate": True}}, "return_dict_in_generate"),
        ({"extra": {"output_scores": True}}, "output_scores"),
        ({"extra": {"transformers_version": "1"}}, "transformers_version"),
        ({"extra": {"_from_model_config": True}}, "_from_model_config"),
    ],
)
def test_what_a_call_cannot_set_is_refused(fields: dict[str, Any], argument: str) -> None:
    with pytest.raises(ArgumentError) as caught:
        settings(**fields)
    assert caught.value.argument == argument


def test_a_misspelt_option_is_guessed() -> None:
    with pytest.raises(
        UnknownArgumentError, match=r"no option 'top_kk', .* Did you mean 'top_k'\?$"
    ) as caught:
        settings(extra={"top_kk": 1})
    assert caught.value.suggestions[0] == "top_k"
    with pytest.raises(UnknownArgumentError, match=r"set by the call itself\.$"):
        settings(extra={"zzzzzzzzzz": 1})
    assert {"temperature", "top_k", "do_sample", "num_beams", "eos_token_id"} <= generation_options(
        transformers
    )


# Each changes what a batch has in common.
DIFFERENT: list[dict[str, Any]] = [
    {},
    {"limit": 8},
    {"keeps": True},
    {"stop": "x"},
    {"seed": 1},
    {"temperature": 0.5},
    {"extra": {"top_k": 5}},
    {"extra": {"logprobs": True}},
    {"extra": {"top_logprobs": 2}},
]


@pytest.mark.parametrize(("one", "other"), list(product(range(len(DIFFERENT)), repeat=2)))
def test_only_equal_settings_share_a_batch(one: int, other: int) -> None:
    first, second = settings(**DIFFERENT[one]), settings(**DIFFERENT[other])
    assert (first == second) == (one == other)
    assert one != other or hash(first) == hash(second)


def test_seeds_of_one_batch_may_differ() -> None:
    assert settings(seed=1) == settings(seed=2)
    assert settings(extra={"top_k": 5, "min_p": 0.1}) == settings(extra={"min_p": 0.1, "top_k": 5})
    assert settings() != "settings"
    found = settings("z", limit=7, keeps=True)
    assert (found.limit, found.keeps_special_tokens) == (7, True)


@pytest.mark.parametrize(
    ("wanted", "tokens", "window", "usual", "limit"),
    [
        (None, 5, None, None, 2048),
        (None, 5, None, 100, 100),
        (7, 5, None, 100, 7),
        (1, 5, None, None, 1),
        (7, 5, 100, None, 7),
        (7, 93, 100, None, 7),
        (7, 94, 100, None, 6),
        (7, 99, 100, None, 1),
        (None, 5, 100, None, 95),
        (None, 5, 100, 3, 3),
    ],
)
def test_an_answer_has_room(
    wanted: int | None, tokens: int, window: int | None, usual: int | None, limit: int
) -> None:
    call = ChatCall("m", (), max_tokens=wanted)
    assert limit_of(call, tokens, window, usual) == limit


@pytest.mark.parametrize("wanted", [0, -1])
def test_an_answer_has_a_token_at_least(wanted: int) -> None:
    with pytest.raises(ArgumentError, match=rf"^max_tokens is {wanted}; expected 1 or more\.$"):
        limit_of(ChatCall("m", (), max_tokens=wanted), 5, None, None)


@pytest.mark.parametrize("tokens", [100, 101])
def test_a_prompt_that_fills_the_window_is_too_long(tokens: int) -> None:
    with pytest.raises(PromptTooLongError, match=r"window is 100$") as caught:
        limit_of(ChatCall("m", ()), tokens, 100, None)
    assert (caught.value.tokens, caught.value.window) == (tokens, 100)


STOPPED = [
    ("one END two", ["END"], "one "),
    ("one END two", ["two", "END"], "one "),
    ("END", ["END"], ""),
    ("one", ["END"], None),
    ("one EN", ["END"], None),
    ("one", [], None),
    ("aab", ["ab"], "a"),
    ("abab", ["abc", "bab"], "a"),
]


@pytest.mark.parametrize(("text", "stops", "before"), STOPPED)
def test_an_answer_ends_before_a_stop_however_it_is_cut(
    text: str, stops: list[str], before: str | None
) -> None:
    assert before_stop(text, stops) == before
    for at in range(len(text) + 1):
        reader = StopReader(stops)
        out = reader.take(text[:at]) + reader.take(text[at:])
        assert reader.is_over == (before is not None)
        assert out + reader.end() + reader.take("more") + reader.end() == (
            text + "more" if before is None else before
        )


def test_only_what_may_begin_a_stop_waits() -> None:
    reader = StopReader(["END", "<|>"])
    assert [reader.take(one) for one in ("a EN", "d <", "|", "x", "E")] == ["a ", "ENd ", "", "<|x", ""]
    assert [reader.end(), reader.end()] == ["E", ""]
