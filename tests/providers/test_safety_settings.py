"""Safety settings: our words, what they become, and that one model's never reach another."""

from __future__ import annotations

from enum import Enum
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.providers.adapter.chat_types import ChatCall
from modelcatalog.providers.google.safety_settings import safety_settings
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call

from support.services import service_of
from support.services.google import USUAL

USUAL_NAMES = [f"HARM_CATEGORY_{name}" for name in USUAL]
Category = Enum("Category", " ".join([*USUAL_NAMES, "HARM_CATEGORY_JAILBREAK"]))  # type: ignore[misc]
Threshold = Enum("Threshold", "BLOCK_NONE BLOCK_ONLY_HIGH BLOCK_MEDIUM_AND_ABOVE BLOCK_LOW_AND_ABOVE OFF")


def settings(given: object) -> dict[str, str]:
    return safety_settings(given, Category, Threshold)


def test_all_four_are_none_unless_said() -> None:
    assert settings(None) == settings({}) == dict.fromkeys(USUAL_NAMES, "BLOCK_NONE")


def test_what_is_said_changes_that_category_alone() -> None:
    chosen = settings({"hate_speech": "low_and_above", "harassment": "only_high"})
    assert chosen == {
        "HARM_CATEGORY_SEXUALLY_EXPLICIT": "BLOCK_NONE",
        "HARM_CATEGORY_HATE_SPEECH": "BLOCK_LOW_AND_ABOVE",
        "HARM_CATEGORY_HARASSMENT": "BLOCK_ONLY_HIGH",
        "HARM_CATEGORY_DANGEROUS_CONTENT": "BLOCK_NONE",
    }


@pytest.mark.parametrize(
    "text",
    [
        '{"hate_speech": "medium_and_above"}',
        "{'hate_speech': 'medium_and_above'}",
        "{hate_speech: medium_and_above}",
        "hate_speech: medium_and_above\n",
    ],
)
def test_a_text_of_json_or_yaml_is_as_good_as_a_mapping(text: str) -> None:
    assert settings(text)["HARM_CATEGORY_HATE_SPEECH"] == "BLOCK_MEDIUM_AND_ABOVE"


def test_categories_that_the_sdk_added_are_taken_when_said() -> None:
    assert settings({"jailbreak": "off"})["HARM_CATEGORY_JAILBREAK"] == "OFF"
    assert "HARM_CATEGORY_JAILBREAK" not in settings({})


@pytest.mark.parametrize("word", ["dangerous", "HATE_SPEECH", "hate", "hate_speech ", "image_hate", 7, ""])
def test_an_unknown_category_is_refused_with_those_that_there_are(word: object) -> None:
    with pytest.raises(ArgumentError) as caught:
        settings({word: "none"})
    assert str(caught.value) == (
        f"safety_settings: there is no category {word!r}; there are sexually_explicit, hate_speech, harassment, "
        "dangerous_content, jailbreak."
    )
    assert caught.value.argument == "safety_settings"


@pytest.mark.parametrize("word", ["high", "block_none", "None", None, 0, True, ["none"]])
def test_an_unknown_threshold_is_refused_with_those_that_there_are(word: object) -> None:
    with pytest.raises(
        ArgumentError, match="there are none, only_high, medium_and_above, low_and_above, off"
    ):
        settings({"harassment": word})


@pytest.mark.parametrize("given", ["low_and_above", ["hate_speech"], 3, "{hate_speech: [}"])
def test_what_is_no_mapping_is_refused(given: object) -> None:
    with pytest.raises(ArgumentError, match="safety_settings"):
        settings(given)


def test_a_near_word_is_suggested() -> None:
    with pytest.raises(ArgumentError) as caught:
        settings({"harrassment": "none"})
    assert caught.value.suggestions == ("harassment",)


@pytest.fixture(params=["google", "google_vertex", "google_legacy", "vertex"])
def adapter_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def ask(runner: Runner, server: RecordingServer, given: object) -> Any:
    """The safety settings that a chat with these sends, None for the usual ones."""
    arguments = {"adapter": {} if given is None else {"safety_settings": given}}
    connection = runner.connection(server.origin, arguments=arguments)
    runner.chat(connection, ChatCall.of("m/1", call().messages, runner.adapter.request_args(connection)))
    assert "safetySettings" in server.last.json
    return service_of(runner.adapter_name).read(server.last).rest.get("safetySettings")


def test_each_sdk_sends_them(runner: Runner, server: RecordingServer) -> None:
    assert ask(runner, server, '{"dangerous_content": "only_high"}') == {
        **dict.fromkeys(USUAL_NAMES, "BLOCK_NONE"),
        "HARM_CATEGORY_DANGEROUS_CONTENT": "BLOCK_ONLY_HIGH",
    }


def test_those_of_one_model_never_reach_another(runner: Runner, server: RecordingServer) -> None:
    given = {"hate_speech": "low_and_above"}
    assert ask(runner, server, given)["HARM_CATEGORY_HATE_SPEECH"] == "BLOCK_LOW_AND_ABOVE"
    assert ask(runner, server, None) is None
    assert ask(runner, server, {"harassment": "only_high"})["HARM_CATEGORY_HATE_SPEECH"] == "BLOCK_NONE"
    assert given == {"hate_speech": "low_and_above"}


def test_a_wrong_word_is_refused_before_any_call(runner: Runner, server: RecordingServer) -> None:
    with pytest.raises(ArgumentError, match="there is no category 'dangerous'"):
        ask(runner, server, {"dangerous": "none"})
    assert not server.requests


def test_every_word_that_an_sdk_is_said_to_know_it_takes(runner: Runner, server: RecordingServer) -> None:
    with pytest.raises(ArgumentError) as caught:
        ask(runner, server, {"nothing": "none"})
    categories = str(caught.value).partition("there are ")[2].rstrip(".").split(", ")
    with pytest.raises(ArgumentError) as caught:
        ask(runner, server, {"harassment": "nothing"})
    thresholds = str(caught.value).partition("there are ")[2].rstrip(".").split(", ")
    assert len(categories) >= 4
    words = [
        *((category, "only_high") for category in categories),
        *(("harassment", word) for word in thresholds),
    ]
    for category, word in words:
        connection = runner.connection(
            server.origin, arguments={"adapter": {"safety_settings": {category: word}}}
        )
        args = runner.adapter.request_args(connection)
        runner.chat(connection, ChatCall.of("m/1", call().messages, args))
        assert len(server.last.json["safetySettings"]) in (4, 5)
