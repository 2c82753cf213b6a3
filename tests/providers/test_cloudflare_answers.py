"""What models of Workers AI answer: two forms, whole and in pieces; and what the service says when it refuses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from modelcatalog.providers.adapter.chat_types import Usage
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner

from support.runners import runner_of
from support.services.cloudflare import MODEL, PATH, SERVICE, asking, envelope, events, refused

USAGE = {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}


@pytest.fixture
def runner(sync: bool) -> Runner:
    return runner_of("cloudflare", sync)


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with RecordingServer(service=SERVICE) as running:
        yield running


def test_the_older_form_of_an_answer_is_read(runner: Runner, server: RecordingServer) -> None:
    server.answer(envelope({"response": "Hello", "usage": USAGE}), envelope({"response": ""}))
    reply = runner.chat(runner.connection(server.origin), asking())
    assert (reply.text, reply.usage, reply.stop_reason, reply.model) == ("Hello", Usage(3, 5), None, None)
    assert runner.chat(runner.connection(server.origin), asking()).text == ""


def test_calls_and_events_of_another_form_pass(runner: Runner, server: RecordingServer) -> None:
    asked = [None, 7, {}, {"function": None}, {"name": "f", "function": None, "arguments": {"a": 1}}]
    server.answer(
        envelope({"response": "Hi", "tool_calls": asked}),
        events(
            {"hologram": 1}, {"response": "Hi", "tool_calls": asked, "usage": 7}, {"tool_calls": {"a": 1}}
        ),
    )
    connection = runner.connection(server.origin)
    for one in (runner.chat(connection, asking()), runner.stream(connection, asking())[-1]):
        assert (one.tool_calls[-1].name, one.tool_calls[-1].arguments) == ("f", {"a": 1})


@pytest.mark.parametrize(("limit", "reason"), [(5, "length"), (6, "stop"), (None, None)])
def test_why_an_older_answer_ended_is_reported_only_where_it_is_known(
    runner: Runner, server: RecordingServer, limit: int | None, reason: str | None
) -> None:
    server.answer(
        envelope({"response": "Hello", "usage": USAGE}),
        events({"response": "Hello"}, {"response": "", "usage": USAGE}),
    )
    connection = runner.connection(server.origin)
    assert runner.chat(connection, asking(max_tokens=limit)).stop_reason == reason
    assert runner.stream(connection, asking(max_tokens=limit))[-1].stop_reason == reason


def test_an_answer_by_a_schema_is_given_as_its_text(runner: Runner, server: RecordingServer) -> None:
    server.answer(envelope({"response": {"city": "Bern"}}))
    assert json.loads(runner.chat(runner.connection(server.origin), asking()).text) == {"city": "Bern"}


@pytest.mark.parametrize(
    "asked",
    [
        {"name": "weather", "arguments": {"city": "Bern"}},
        {"name": "weather", "arguments": '{"city": "Bern"}'},
        {"id": "c1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Bern"}'}},
    ],
)
def test_calls_of_the_older_form_are_read(
    runner: Runner, server: RecordingServer, asked: dict[str, Any]
) -> None:
    server.answer(
        envelope({"response": None, "tool_calls": [asked]}), events({"response": "", "tool_calls": [asked]})
    )
    connection = runner.connection(server.origin)
    reply, last = runner.chat(connection, asking()), runner.stream(connection, asking())[-1]
    for one in (reply, last):
        [found] = one.tool_calls
        assert (found.name, found.arguments, found.error) == ("weather", {"city": "Bern"}, None)
        assert found.id in ("c1", "call_1")
        assert one.stop_reason == "tool_calls"


def test_the_older_form_of_a_stream_is_read_digits_too(runner: Runner, server: RecordingServer) -> None:
    server.answer(
        events({"response": "It is "}, {"response": 7}, {"response": ""}, {"response": None, "usage": USAGE})
    )
    *pieces, last = runner.stream(runner.connection(server.origin), asking())
    assert [piece.text for piece in pieces] == ["It is ", "7"]
    assert (last.usage, last.tool_calls) == (Usage(3, 5), ())
    assert server.last.json["stream"] is True


@pytest.mark.parametrize(
    "answer",
    [
        events({"response": "a"}, done=False),
        events({"choices": [{"index": 0, "delta": {"content": "a"}}]}, done=False),
        events({"choices": [{"index": 0, "delta": {"content": "a"}, "finish_reason": None}]}),
    ],
)
def test_a_stream_without_its_end_broke_off(runner: Runner, server: RecordingServer, answer: Answer) -> None:
    server.answer(answer)
    failure = runner.failure(runner.connection(server.origin), asking(), stream=True)
    assert (failure.step, failure.status) == ("answer", 200)
    assert "broke off" in failure.detail


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (400, 5007, ("model", "unknown-model")),
        (404, 3042, ("model", "unknown-model")),
        (403, 5016, ("auth", "forbidden")),
        (403, 10000, ("auth", "key")),
        (400, 7003, ("path", "not-found")),
        (429, 3036, ("quota", "no-credit")),
        (429, 3040, ("server", "busy")),
        (429, 1, ("quota", "rate")),
        (413, 3006, ("request", "too-large")),
        (200, 1000, ("server", "error")),
    ],
)
def test_error_numbers_say_more_than_statuses(
    runner: Runner, server: RecordingServer, status: int, code: int, expected: tuple[str, str]
) -> None:
    server.answer(refused(status, "Their words", code))
    failure = runner.failure(runner.connection(server.origin), asking())
    assert (failure.step, failure.reason, failure.detail) == (*expected, "Their words")
    assert (failure.status, failure.url) == (status, f"{server.origin}{PATH}/run/{MODEL}")


def test_an_error_inside_a_stream_is_reported(runner: Runner, server: RecordingServer) -> None:
    server.answer(events({"response": "a"}, {"errors": [{"code": 3007, "message": "Too slow"}]}))
    failure = runner.failure(runner.connection(server.origin), asking(), stream=True)
    assert (failure.step, failure.detail) == ("server", "Too slow")
