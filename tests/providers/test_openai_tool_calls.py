"""Tool calls as services really send them: whole, in pieces, several at once, and broken."""

from __future__ import annotations

import pytest

from modelcatalog.providers.adapter.tool_types import Tool
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import tool_call
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call

from support.runners import connection_to


def part(index: int, arguments: str, **more: str) -> dict[str, object]:
    """A piece of a call, as it comes after the first."""
    return {"tool_calls": [{"index": index, "function": {"arguments": arguments}, **more}]}


def first(name: str, arguments: str, *, identity: str, index: int) -> dict[str, object]:
    return {"tool_calls": [tool_call(name, arguments, identity=identity, index=index)]}


@pytest.mark.parametrize(
    ("written", "error"),
    [
        ('{"city": "Be', "no JSON"),
        ("city=Bern", "no JSON"),
        ('["Bern"]', "no object"),
        ('"Bern"', "no object"),
    ],
)
def test_arguments_that_are_no_json_object_are_reported_and_kept(
    plain: Runner, server: RecordingServer, written: str, error: str
) -> None:
    server.answer(answers.chat(None, tool_calls=[tool_call("weather", written)]))
    [asked] = plain.chat(connection_to(server.url), call()).tool_calls
    assert asked.error is not None
    assert error in asked.error
    assert (dict(asked.arguments), asked.text) == ({}, written)


@pytest.mark.parametrize("written", ["", "{}", " "])
def test_a_call_without_arguments_is_no_error(plain: Runner, server: RecordingServer, written: str) -> None:
    server.answer(answers.chat(None, tool_calls=[tool_call("now", written)]))
    [asked] = plain.chat(connection_to(server.url), call()).tool_calls
    assert (dict(asked.arguments), asked.error) == ({}, None)


def test_calls_are_put_together_from_their_pieces(openai_runner: Runner, server: RecordingServer) -> None:
    deltas = [
        first("weather", "", identity="a", index=0),
        part(0, '{"city": '),
        first("time", '{"zone"', identity="b", index=1),
        part(0, '"Bern"}'),
        part(1, ': "CET"}'),
    ]
    server.answer(answers.stream("Let me see", deltas=deltas, finish="tool_calls"))
    *pieces, last = openai_runner.stream(connection_to(server.url), call())
    assert [piece.text for piece in pieces] == ["Let me see"]
    assert not any(piece.tool_calls for piece in pieces)
    assert [(one.id, one.name, one.arguments) for one in last.tool_calls] == [
        ("a", "weather", {"city": "Bern"}),
        ("b", "time", {"zone": "CET"}),
    ]
    assert last.stop_reason == "tool_calls"


def test_calls_that_all_have_the_index_0_are_kept_apart_by_their_id(
    plain: Runner, server: RecordingServer
) -> None:
    deltas = [
        first("weather", '{"city": "Bern"}', identity="a", index=0),
        first("weather", '{"city": "Rome"}', identity="b", index=0),
    ]
    server.answer(answers.stream(deltas=deltas, finish="tool_calls"))
    calls = plain.stream(connection_to(server.url), call())[-1].tool_calls
    assert [one.arguments["city"] for one in calls] == ["Bern", "Rome"]


def test_a_broken_call_in_a_stream_is_reported(plain: Runner, server: RecordingServer) -> None:
    server.answer(answers.stream(deltas=[first("weather", '{"ci', identity="a", index=0)], finish="length"))
    [asked] = plain.stream(connection_to(server.url), call())[-1].tool_calls
    assert asked.error is not None


def test_a_tool_may_be_given_in_the_vendors_form() -> None:
    function = {"name": "now", "description": "The time"}
    tool = Tool.of({"type": "function", "function": function})
    assert tool == Tool.of(function) == Tool.of(tool) == Tool("now", "The time")


def test_a_refusal_is_the_text_of_the_answer(plain: Runner, server: RecordingServer) -> None:
    message = {"role": "assistant", "content": None, "refusal": "I can't"}
    server.answer(answers.as_json({"model": "m", "choices": [{"message": message, "finish_reason": "stop"}]}))
    reply = plain.chat(connection_to(server.url), call())
    assert (reply.text, reply.usage) == ("I can't", None)
