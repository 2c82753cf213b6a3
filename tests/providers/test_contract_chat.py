"""What a chat with any adapter must do: text, streams, options, tools, and what goes back.

What differs from service to service is asked of the service: see tests/support/services.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import aclosing, closing
from dataclasses import replace
from typing import Any

import pytest

from modelcatalog.providers.adapter.chat_types import ChatCall, Usage
from modelcatalog.providers.adapter.tool_types import ToolCall

from support.recording_server import RecordingServer
from support.roads import Road, call

WEATHER = {
    "name": "weather",
    "description": "The weather of a city",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
CLOCK = {
    "name": "clock",
    "description": "The time of day",
    "parameters": {"type": "object", "properties": {"zone": {"type": "string"}}},
}
BERN = ToolCall("call12345", "weather", {"city": "Bern"})
ROME = ToolCall("call67890", "weather", {"city": "Rome"})


def asked(*calls: Any) -> list[tuple[str, dict[str, Any], str | None]]:
    return [(one.name, dict(one.arguments), one.error) for one in calls]


def test_a_chat_gives_text_usage_and_the_reason_for_its_end(road: Road, server: RecordingServer) -> None:
    reply = road.chat(road.connection(server.origin), call())
    assert (reply.text, reply.stop_reason, reply.model) == ("Hello", "stop", road.service.model)
    assert reply.usage == (Usage(3, 5) if road.service.has_usage else None)
    assert road.service.identity(server.last) == road.service.own_identity


def test_a_chat_sends_the_model_and_the_messages(road: Road, server: RecordingServer) -> None:
    messages = [
        {"role": "system", "content": "Be brief"},
        {"role": "user", "content": "Hi"},
        {"role": "assistant", "content": "Yes?"},
        {"role": "user", "content": "Who are you?"},
    ]
    road.chat(road.connection(server.origin), ChatCall.of("m/1", messages))
    sent = road.service.read(server.last)
    assert (sent.model, sent.messages, sent.stream) == ("m/1", messages, False)


def test_what_is_not_asked_for_is_not_sent(road: Road, server: RecordingServer) -> None:
    road.chat(road.connection(server.origin), call())
    sent = road.service.read(server.last)
    assert (sent.options, sent.rest, sent.tools, sent.tool_choice) == (road.service.always, {}, [], None)


def test_a_stream_gives_pieces_and_then_the_rest(road: Road, server: RecordingServer) -> None:
    *pieces, last = road.stream(road.connection(server.origin), call())
    assert [piece.text for piece in pieces] == ["Hel", "lo"]
    assert (last.text, last.stop_reason) == ("", "stop")
    assert last.usage == (Usage(3, 5) if road.service.has_usage else None)
    assert road.service.read(server.last).stream
    assert road.service.identity(server.last) == road.service.own_identity


def test_a_stream_that_is_left_closes_its_connection(road: Road, server: RecordingServer) -> None:
    left = threading.Event()
    server.answer(replace(road.service.stream("Hel", "lo", finish=None), left=left))

    async def first(client: Any) -> bool:
        stream = road.adapter.astream(client, call())
        async with aclosing(stream):  # type: ignore[type-var]
            await anext(stream)
        return not road.service.closes_left_streams or await asyncio.to_thread(left.wait, 30)

    def use(client: Any) -> Any:
        if not road.sync:
            return first(client)
        stream = road.adapter.stream(client, call())
        with closing(stream):  # type: ignore[type-var]
            next(stream)
        return not road.service.closes_left_streams or left.wait(30)

    assert road.run(road.connection(server.origin), use)
    assert road.service.may_keep_left_streams or left.wait(30)


def test_options_of_the_call_reach_the_service(road: Road, server: RecordingServer) -> None:
    options: dict[str, Any] = {"max_tokens": 9, "temperature": 0.5, "top_p": 0.25, "stop": ["x"], "seed": 7}
    known = {name: value for name, value in options.items() if name in road.service.options}
    road.chat(road.connection(server.origin), call(**known))
    assert road.service.read(server.last).options == known


def test_one_word_to_stop_at_is_as_good_as_a_list(road: Road, server: RecordingServer) -> None:
    road.chat(road.connection(server.origin), call(stop="x"))
    assert road.service.read(server.last).options["stop"] in ("x", ["x"])


def test_tools_go_out_and_calls_come_in(road: Road, server: RecordingServer) -> None:
    server.answer(road.service.chat(None, calls=[BERN, ROME], finish="tool_calls"))
    reply = road.chat(road.connection(server.origin), call(tools=[CLOCK, WEATHER], tool_choice="weather"))
    sent = road.service.read(server.last)
    named = ([CLOCK, WEATHER], "weather") if road.service.named_tool_choice else ([WEATHER], "required")
    assert (sent.tools, sent.tool_choice) == named
    assert asked(*reply.tool_calls) == asked(BERN, ROME)
    assert (reply.text, reply.stop_reason) == ("", "tool_calls")
    if road.service.has_call_ids:
        assert [one.id for one in reply.tool_calls] == [BERN.id, ROME.id]


@pytest.mark.parametrize("choice", ["auto", "none", "required"])
def test_a_choice_among_tools_goes_out(road: Road, server: RecordingServer, choice: str) -> None:
    road.chat(road.connection(server.origin), call(tools=[WEATHER], tool_choice=choice))
    sent = road.service.read(server.last)
    if choice in road.service.tool_choices:
        assert sent.tool_choice == choice
    else:
        assert (choice, sent.tools) == ("none", [])


def test_calls_come_whole_at_the_end_of_a_stream(road: Road, server: RecordingServer) -> None:
    server.answer(road.service.stream("See", calls=[BERN, ROME], finish="tool_calls"))
    *pieces, last = road.stream(road.connection(server.origin), call(tools=[WEATHER]))
    assert [(piece.text, piece.tool_calls) for piece in pieces] == [("See", ())]
    assert asked(*last.tool_calls) == asked(BERN, ROME)
    assert last.stop_reason == "tool_calls"


def test_a_reply_and_a_tools_results_go_back_as_messages(road: Road, server: RecordingServer) -> None:
    server.answer(road.service.chat("See", calls=[BERN, ROME], finish="tool_calls"))
    connection = road.connection(server.origin)
    first = call(tools=[WEATHER])
    reply = road.chat(connection, first)
    results = [
        {"role": "tool", "tool_call_id": one.id, "content": f"rain in {one.arguments['city']}"}
        for one in reply.tool_calls
    ]
    messages = [*first.messages, reply.message, *results]
    road.chat(connection, ChatCall.of("m/1", messages, options={"tools": [WEATHER]}))
    _, back, *others = road.service.read(server.last).messages
    assert (back["role"], back["content"]) == ("assistant", "See")
    assert [(one["name"], one["arguments"]) for one in back["tool_calls"]] == [
        ("weather", {"city": "Bern"}),
        ("weather", {"city": "Rome"}),
    ]
    assert [one["content"] for one in others] == ["rain in Bern", "rain in Rome"]
    if road.service.has_call_ids:
        assert others == results


def test_the_end_by_length_is_reported(road: Road, server: RecordingServer) -> None:
    server.answer(road.service.chat("Hel", finish="length"), road.service.stream("Hel", finish="length"))
    assert road.chat(road.connection(server.origin), call()).stop_reason == "length"
    assert road.stream(road.connection(server.origin), call())[-1].stop_reason == "length"


def test_request_arguments_reach_each_call(road: Road, server: RecordingServer) -> None:
    given = {"request": road.service.request_arguments, "body": {"transforms": ["middle-out"]}}
    arguments = {target: given[target] for target in given.keys() & road.adapter.TARGETS}
    connection = road.connection(server.origin, arguments=arguments)
    road.chat(connection, ChatCall.of("m/1", call().messages, road.adapter.request_args(connection)))
    sent = road.service.read(server.last)
    if "request" in arguments:
        assert sent.options == {**road.service.always, **road.service.request_options}
    assert sent.rest == arguments.get("body", {})


def test_an_option_of_the_call_wins_over_a_request_argument(road: Road, server: RecordingServer) -> None:
    if "request" not in road.adapter.TARGETS:
        return
    [name] = road.service.request_options
    other = {"temperature": 0.25, "stop": ["b"]}[name]
    connection = road.connection(server.origin, arguments={"request": road.service.request_arguments})
    args = road.adapter.request_args(connection)
    road.chat(connection, ChatCall.of("m/1", call().messages, args, {name: other}))
    assert road.service.read(server.last).options[name] == other
