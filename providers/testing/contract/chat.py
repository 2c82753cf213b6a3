"""What a chat with any adapter must do: text, streams, options, tools, and what goes back.

What differs from service to service is asked of the service: see service.py.
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
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call

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


def _asked(*calls: Any) -> list[tuple[str, dict[str, Any], str | None]]:
    return [(one.name, dict(one.arguments), one.error) for one in calls]


class ChatContract:
    """A chat: text, streams, options, tools, and what goes back."""

    def test_a_chat_gives_text_usage_and_the_reason_for_its_end(
        self, runner: Runner, server: RecordingServer
    ) -> None:
        reply = runner.chat(runner.connection(server.origin), call())
        assert (reply.text, reply.stop_reason, reply.model) == ("Hello", "stop", runner.service.model)
        assert reply.usage == (Usage(3, 5) if runner.service.has_usage else None)
        assert runner.service.identity(server.last) == runner.service.own_identity

    def test_a_chat_sends_the_model_and_the_messages(self, runner: Runner, server: RecordingServer) -> None:
        messages = [
            {"role": "system", "content": "Be brief"},
            {"role": "user", "content": "Hi"},
            {"role": "assistant", "content": "Yes?"},
            {"role": "user", "content": "Who are you?"},
        ]
        runner.chat(runner.connection(server.origin), ChatCall.of("m/1", messages))
        sent = runner.service.read(server.last)
        assert (sent.model, sent.messages, sent.stream) == ("m/1", messages, False)

    def test_what_is_not_asked_for_is_not_sent(self, runner: Runner, server: RecordingServer) -> None:
        runner.chat(runner.connection(server.origin), call())
        sent = runner.service.read(server.last)
        assert (sent.options, sent.rest, sent.tools, sent.tool_choice) == (
            runner.service.always,
            {},
            [],
            None,
        )

    def test_a_stream_gives_pieces_and_then_the_rest(self, runner: Runner, server: RecordingServer) -> None:
        *pieces, last = runner.stream(runner.connection(server.origin), call())
        assert [piece.text for piece in pieces] == ["Hel", "lo"]
        assert (last.text, last.stop_reason) == ("", "stop")
        assert last.usage == (Usage(3, 5) if runner.service.has_usage else None)
        assert runner.service.read(server.last).stream
        assert runner.service.identity(server.last) == runner.service.own_identity

    def test_a_stream_that_is_left_closes_its_connection(
        self, runner: Runner, server: RecordingServer
    ) -> None:
        left = threading.Event()
        server.answer(replace(runner.service.stream("Hel", "lo", finish=None), left=left))

        async def first(client: Any) -> bool:
            stream = runner.adapter.astream(client, call())
            async with aclosing(stream):  # type: ignore[type-var]
                await anext(stream)
            return not runner.service.closes_left_streams or await asyncio.to_thread(left.wait, 30)

        def use(client: Any) -> Any:
            if not runner.sync:
                return first(client)
            stream = runner.adapter.stream(client, call())
            with closing(stream):  # type: ignore[type-var]
                next(stream)
            return not runner.service.closes_left_streams or left.wait(30)

        assert runner.run(runner.connection(server.origin), use)
        assert runner.service.may_keep_left_streams or left.wait(30)

    def test_options_of_the_call_reach_the_service(self, runner: Runner, server: RecordingServer) -> None:
        options: dict[str, Any] = {
            "max_tokens": 9,
            "temperature": 0.5,
            "top_p": 0.25,
            "stop": ["x"],
            "seed": 7,
        }
        known = {name: value for name, value in options.items() if name in runner.service.options}
        runner.chat(runner.connection(server.origin), call(**known))
        assert runner.service.read(server.last).options == known

    def test_one_word_to_stop_at_is_as_good_as_a_list(self, runner: Runner, server: RecordingServer) -> None:
        runner.chat(runner.connection(server.origin), call(stop="x"))
        assert runner.service.read(server.last).options["stop"] in ("x", ["x"])

    @pytest.mark.parametrize("stream", [False, True], ids=["chat", "stream"])
    def test_tools_are_sent_or_refused(self, runner: Runner, server: RecordingServer, stream: bool) -> None:
        asked = call(tools=[WEATHER])
        connection = runner.connection(server.origin)
        if runner.service.has_tools:
            runner.stream(connection, asked) if stream else runner.chat(connection, asked)
            assert runner.service.read(server.last).tools == [WEATHER]
        else:
            failure = runner.failure(connection, asked, stream=stream)
            assert (failure.step, failure.reason, server.requests) == ("local", "argument", [])

    def test_tools_go_out_and_calls_come_in(self, runner: Runner, server: RecordingServer) -> None:
        if not runner.service.has_tools:
            return
        server.answer(runner.service.chat(None, calls=[BERN, ROME], finish="tool_calls"))
        reply = runner.chat(
            runner.connection(server.origin), call(tools=[CLOCK, WEATHER], tool_choice="weather")
        )
        sent = runner.service.read(server.last)
        named = ([CLOCK, WEATHER], "weather") if runner.service.named_tool_choice else ([WEATHER], "required")
        assert (sent.tools, sent.tool_choice) == named
        assert _asked(*reply.tool_calls) == _asked(BERN, ROME)
        assert (reply.text, reply.stop_reason) == ("", "tool_calls")
        if runner.service.has_call_ids:
            assert [one.id for one in reply.tool_calls] == [BERN.id, ROME.id]

    @pytest.mark.parametrize("choice", ["auto", "none", "required"])
    def test_a_choice_among_tools_goes_out(
        self, runner: Runner, server: RecordingServer, choice: str
    ) -> None:
        if not runner.service.has_tools:
            return
        runner.chat(runner.connection(server.origin), call(tools=[WEATHER], tool_choice=choice))
        sent = runner.service.read(server.last)
        if choice in runner.service.tool_choices:
            assert sent.tool_choice == choice
        else:
            assert (choice, sent.tools) == ("none", [])

    def test_calls_come_whole_at_the_end_of_a_stream(self, runner: Runner, server: RecordingServer) -> None:
        if not runner.service.has_tools:
            return
        server.answer(runner.service.stream("See", calls=[BERN, ROME], finish="tool_calls"))
        *pieces, last = runner.stream(runner.connection(server.origin), call(tools=[WEATHER]))
        assert [(piece.text, piece.tool_calls) for piece in pieces] == [("See", ())]
        assert _asked(*last.tool_calls) == _asked(BERN, ROME)
        assert last.stop_reason == "tool_calls"

    def test_a_reply_and_a_tools_results_go_back_as_messages(
        self, runner: Runner, server: RecordingServer
    ) -> None:
        if not runner.service.has_tools:
            return
        server.answer(runner.service.chat("See", calls=[BERN, ROME], finish="tool_calls"))
        connection = runner.connection(server.origin)
        first = call(tools=[WEATHER])
        reply = runner.chat(connection, first)
        results = [
            {"role": "tool", "tool_call_id": one.id, "content": f"rain in {one.arguments['city']}"}
            for one in reply.tool_calls
        ]
        messages = [*first.messages, reply.message, *results]
        runner.chat(connection, ChatCall.of("m/1", messages, options={"tools": [WEATHER]}))
        _, back, *others = runner.service.read(server.last).messages
        assert (back["role"], back["content"]) == ("assistant", "See")
        assert [(one["name"], one["arguments"]) for one in back["tool_calls"]] == [
            ("weather", {"city": "Bern"}),
            ("weather", {"city": "Rome"}),
        ]
        assert [one["content"] for one in others] == ["rain in Bern", "rain in Rome"]
        if runner.service.has_call_ids:
            assert others == results

    def test_the_end_by_length_is_reported(self, runner: Runner, server: RecordingServer) -> None:
        server.answer(
            runner.service.chat("Hel", finish="length"), runner.service.stream("Hel", finish="length")
        )
        assert runner.chat(runner.connection(server.origin), call()).stop_reason == "length"
        assert runner.stream(runner.connection(server.origin), call())[-1].stop_reason == "length"

    def test_request_arguments_reach_each_call(self, runner: Runner, server: RecordingServer) -> None:
        given = {"request": runner.service.request_arguments, "body": {"transforms": ["middle-out"]}}
        arguments = {target: given[target] for target in given.keys() & runner.adapter.TARGETS}
        connection = runner.connection(server.origin, arguments=arguments)
        runner.chat(connection, ChatCall.of("m/1", call().messages, runner.adapter.request_args(connection)))
        sent = runner.service.read(server.last)
        if "request" in arguments:
            assert sent.options == {**runner.service.always, **runner.service.request_options}
        assert sent.rest == arguments.get("body", {})

    def test_an_option_of_the_call_wins_over_a_request_argument(
        self, runner: Runner, server: RecordingServer
    ) -> None:
        if "request" not in runner.adapter.TARGETS:
            return
        [name] = runner.service.request_options
        other = {"temperature": 0.25, "stop": ["b"]}[name]
        connection = runner.connection(server.origin, arguments={"request": runner.service.request_arguments})
        args = runner.adapter.request_args(connection)
        runner.chat(connection, ChatCall.of("m/1", call().messages, args, {name: other}))
        assert runner.service.read(server.last).options[name] == other
