"""Anthropic's messages: what goes over the wire, and what comes back."""

from __future__ import annotations

import json
from typing import Any

import pytest

from modelcatalog.providers.adapter.chat_types import ChatCall
from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import KEY

from support.services.anthropic import as_events, stream_events


@pytest.fixture
def adapter_name() -> str:
    return "anthropic"


def test_a_call_goes_to_messages_with_the_key_and_the_version(
    runner: Runner, server: RecordingServer
) -> None:
    runner.chat(runner.connection(server.origin), call())
    assert (server.last.method, server.last.path, server.last.query) == ("POST", "/v1/messages", {})
    assert server.last.headers["authorization"] == f"Bearer {KEY}"
    assert server.last.headers["anthropic-version"] == "2026-10-21"
    assert server.last.json == {
        "model": "m/1",
        "max_tokens": 4096,
        "messages": [{"role": "user", "content": "Say hello"}],
    }


def test_system_messages_become_one_field_wherever_they_stand(
    runner: Runner, server: RecordingServer
) -> None:
    messages: list[dict[str, Any]] = [
        {"role": "system", "content": "Be brief"},
        {"role": "user", "content": "Hi"},
        {"role": "developer", "content": [{"type": "text", "text": "Be kind"}]},
    ]
    runner.chat(runner.connection(server.origin), ChatCall.of("m", messages))
    assert server.last.json["system"] == "Be brief\n\nBe kind"
    assert server.last.json["messages"] == [{"role": "user", "content": "Hi"}]


def test_results_of_one_turn_go_back_in_one_message(runner: Runner, server: RecordingServer) -> None:
    function = {"name": "weather", "arguments": '{"city": "Rome"}'}
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": "Weather?"},
        {
            "role": "assistant",
            "content": "",
            # As in a reply of ours, and as OpenAI writes it.
            "tool_calls": [ToolCall("a", "weather", {"city": "Bern"}), {"id": "b", "function": function}],
        },
        {"role": "tool", "tool_call_id": "a", "content": "rain"},
        {"role": "tool", "tool_call_id": "b", "content": "sun"},
        {"role": "user", "content": "Thanks"},
    ]
    runner.chat(runner.connection(server.origin), ChatCall.of("m", messages))
    _, asked, results, thanks = server.last.json["messages"]
    assert asked["content"] == [
        {"type": "tool_use", "id": "a", "name": "weather", "input": {"city": "Bern"}},
        {"type": "tool_use", "id": "b", "name": "weather", "input": {"city": "Rome"}},
    ]
    assert results == {
        "role": "user",
        "content": [
            {"type": "tool_result", "tool_use_id": "a", "content": "rain"},
            {"type": "tool_result", "tool_use_id": "b", "content": "sun"},
        ],
    }
    assert thanks == {"role": "user", "content": "Thanks"}


def test_a_seed_is_not_sent_and_sampling_is_what_the_caller_asked_for(
    runner: Runner, server: RecordingServer
) -> None:
    runner.chat(runner.connection(server.origin), call(seed=7, temperature=0.5, extra_body={"top_k": 3}))
    assert server.last.json.items() >= {"temperature": 0.5, "top_k": 3}.items()
    assert "seed" not in server.last.json


@pytest.mark.parametrize(("theirs", "ours"), [("refusal", "content_filter"), ("pause_turn", "pause_turn")])
def test_reasons_for_an_end_that_are_known_nowhere_else_stay_as_they_are(
    runner: Runner, server: RecordingServer, theirs: str, ours: str
) -> None:
    answer = json.loads(runner.service.chat("x").pieces[0])
    server.answer(answers.as_json({**answer, "stop_reason": theirs}))
    assert runner.chat(runner.connection(server.origin), call()).stop_reason == ours


def test_an_error_in_the_middle_of_a_stream_is_reported(runner: Runner, server: RecordingServer) -> None:
    begun = stream_events("Hel", finish=None)
    error = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
    server.answer(as_events([*begun, error]))
    failure = runner.failure(runner.connection(server.origin), call(), stream=True)
    assert (failure.step, failure.status, failure.detail) == ("server", None, "Overloaded")


def test_a_call_in_a_stream_that_breaks_off_in_its_arguments_is_reported(
    runner: Runner, server: RecordingServer
) -> None:
    broken = ToolCall("a", "weather", text='{"city": "Be')
    server.answer(as_events(stream_events(calls=[broken], finish="length")))
    [asked] = runner.stream(runner.connection(server.origin), call())[-1].tool_calls
    assert asked.error is not None
    assert "no JSON" in asked.error
    assert asked.text == '{"city": "Be'


def test_too_little_credit_is_a_matter_of_quota(runner: Runner, server: RecordingServer) -> None:
    error = {"type": "billing_error", "message": "Your credit balance is too low"}
    server.answer(answers.as_json({"type": "error", "error": error}, 402))
    failure = runner.failure(runner.connection(server.origin), call())
    assert (failure.step, failure.reason) == ("quota", "no-credit")
