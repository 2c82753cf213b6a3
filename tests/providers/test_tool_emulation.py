"""Tools that are emulated: what the model is sent, what comes back, and that any adapter can do it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.providers.adapter.chat_types import ChatCall
from modelcatalog.providers.adapter.packages import installed_version
from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.providers.chat.tool_emulation_parser import CLOSE, OPEN
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call

from support.runners import runner_of

WEATHER = {
    "name": "weather",
    "description": "The weather of a city, in words like <sun>",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}
BERN = ToolCall("call_1", "weather", {"city": "Bern"})
SAID = f'Let me see.\n{OPEN}{{"name": "weather", "arguments": {{"city": "Bern"}}}}{CLOSE}'
EMULATING = {
    name: distribution
    for name, distribution in {
        "azureai": "azure-ai-inference",
        "bedrock": "aioboto3",
        "cloudflare": "httpx2",
        "goodfire": "goodfire",
    }.items()
    if installed_version(distribution)
}


@pytest.fixture(params=EMULATING)
def runner(request: pytest.FixtureRequest, sync: bool) -> Runner:
    return runner_of(request.param, sync)


@pytest.fixture
def server(runner: Runner) -> Iterator[RecordingServer]:
    with RecordingServer(service=runner.service) as running:
        yield running


def emulated(runner: Runner, server: RecordingServer, asked: Any = True) -> Any:
    return runner.connection(server.origin, arguments={"adapter": {"emulate_tools": asked}})


def test_a_call_is_read_out_of_the_text(runner: Runner, server: RecordingServer) -> None:
    server.answer(runner.service.chat(SAID))
    reply = runner.chat(emulated(runner, server), call(tools=[WEATHER]))
    assert (reply.text, reply.tool_calls, reply.stop_reason) == ("Let me see.", (BERN,), "tool_calls")
    assert '"tools"' not in server.last.body.decode()
    assert "toolConfig" not in server.last.json


def test_a_call_is_read_out_of_a_stream(runner: Runner, server: RecordingServer) -> None:
    server.answer(
        runner.service.stream("Let me", " see.\n", *(SAID[12 + at : 19 + at] for at in range(0, 80, 7)))
    )
    *pieces, last = runner.stream(emulated(runner, server), call(tools=[WEATHER]))
    assert "".join(piece.text for piece in pieces) == "Let me see."
    assert (last.text, last.tool_calls, last.stop_reason) == ("", (BERN,), "tool_calls")
    assert not any(piece.tool_calls or piece.stop_reason for piece in pieces)


def test_text_of_a_stream_that_was_held_back_comes_before_the_end(
    runner: Runner, server: RecordingServer
) -> None:
    server.answer(runner.service.stream("1 ", "<tool", " 2 ", "<too"))
    *pieces, last = runner.stream(emulated(runner, server), call(tools=[WEATHER]))
    assert "".join(piece.text for piece in pieces) == "1 <tool 2 <too"
    assert (last.text, last.stop_reason) == ("", "stop")


def test_without_tools_nothing_is_read_out_of_the_text(runner: Runner, server: RecordingServer) -> None:
    either: list[dict[str, Any]] = [{}, {"tools": [WEATHER], "tool_choice": "none"}]
    for options in either:
        server.answer(runner.service.chat(SAID))
        reply = runner.chat(emulated(runner, server), call(**options))
        assert (reply.text, reply.tool_calls) == (SAID, ())
        assert "NAME_OF_THE_FUNCTION" not in server.last.body.decode()


def test_a_conversation_with_calls_goes_back_as_text(runner: Runner, server: RecordingServer) -> None:
    server.answer(runner.service.chat(SAID))
    connection = emulated(runner, server)
    first = call(tools=[WEATHER])
    reply = runner.chat(connection, first)
    result = {"role": "tool", "tool_call_id": reply.tool_calls[0].id, "content": "rain"}
    server.answer(runner.service.chat(SAID))
    again = runner.chat(
        connection, ChatCall.of("m/1", [*first.messages, reply.message, result], {}, {"tools": [WEATHER]})
    )
    assert [one.id for one in again.tool_calls] == ["call_2"]
    sent = server.last.body.decode()
    assert "toolResult" not in sent
    assert '"role": "tool"' not in sent
    assert "Let me see." in sent


@pytest.mark.parametrize("asked", [1, 0, "yes", "True", "", [], "1"])
def test_only_true_and_false_are_taken(runner: Runner, asked: Any) -> None:
    connection = runner.connection("http://127.0.0.1:1", arguments={"adapter": {"emulate_tools": asked}})
    with pytest.raises(ArgumentError, match="; expected true or false"):
        runner.client(connection)


def test_false_leaves_everything_as_it_is(runner: Runner, server: RecordingServer) -> None:
    server.answer(runner.service.chat(SAID))
    reply = runner.chat(emulated(runner, server, asked="false"), call())
    assert (reply.text, reply.tool_calls) == (SAID, ())


def test_one_client_that_emulates_does_not_make_another_one_do_so(
    runner: Runner, server: RecordingServer
) -> None:
    if runner.adapter_name == "goodfire":
        return  # does so anyway
    server.answer(runner.service.chat(SAID), runner.service.chat(SAID))
    assert runner.chat(emulated(runner, server), call(tools=[WEATHER])).tool_calls
    assert not runner.chat(runner.connection(server.origin), call(tools=[WEATHER])).tool_calls
