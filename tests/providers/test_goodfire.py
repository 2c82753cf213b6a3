"""goodfire's SDK: what it sends by itself, and what is corrected below it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.providers.adapter.chat_types import ChatCall
from modelcatalog.providers.adapter.packages import installed_version
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import KEY

from support.runners import runner_of
from support.services.goodfire import OWN_PROMPT, SERVICE

# Its SDK needs an environment of its own, which `tests/run` makes.
pytestmark = [
    pytest.mark.goodfire,
    pytest.mark.skipif(not installed_version("goodfire"), reason="needs the extra goodfire"),
]

MESSAGES = [{"role": "user", "content": "x"}]


@pytest.fixture
def runner(sync: bool) -> Runner:
    return runner_of("goodfire", sync)


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with RecordingServer(service=SERVICE) as running:
        yield running


def test_what_the_sdk_sends_by_itself(runner: Runner, server: RecordingServer) -> None:
    runner.chat(runner.connection(f"{server.origin}/"), call())
    assert server.last.path == "/api/inference/v1/chat/completions"
    assert server.last.headers["authorization"] == f"Bearer {KEY}"
    system, user = server.last.json["messages"]
    assert (system["role"], user["content"]) == ("system", "Say hello")
    assert system["content"].startswith(OWN_PROMPT)
    assert server.last.json.items() >= {"temperature": 0.6, "seed": 42, "max_completion_tokens": 2048}.items()


def test_a_system_message_takes_the_place_of_the_sdks_own(runner: Runner, server: RecordingServer) -> None:
    messages = [{"role": "system", "content": "Be brief"}, *MESSAGES]
    runner.chat(runner.connection(server.origin), ChatCall.of("m", messages))
    assert server.last.json["messages"] == messages


def test_arguments_of_each_call_are_those_of_create(runner: Runner, server: RecordingServer) -> None:
    taken = runner.adapter.parameters("request")
    assert taken is not None
    assert {"system_prompt", "max_completion_tokens", "seed", "timeout"} <= taken
    connection = runner.connection(server.origin, arguments={"request": {"system_prompt": "Mine", "seed": 1}})
    args = runner.adapter.request_args(connection)
    runner.chat(connection, ChatCall.of("m", MESSAGES, args))
    assert server.last.json["messages"][0] == {"role": "system", "content": "Mine"}
    assert server.last.json["seed"] == 1


def test_it_tries_again_after_429_as_often_as_set(runner: Runner, server: RecordingServer) -> None:
    server.answer(answers.error(429, "Slow down"))
    assert runner.failure(runner.connection(server.origin, max_retries=0), call()).reason == "rate"
    assert len(server.requests) == 1


async def test_the_sync_client_works_inside_a_running_loop(server: RecordingServer) -> None:
    runner = runner_of("goodfire", sync=True)
    built = runner.adapter.build(runner.connection(server.origin), sync=True)
    assert built.client.chat.completions.create(MESSAGES, "m").choices[0].message["content"] == "Hello"
    assert runner.adapter.chat(built.client, call()).text == "Hello"


def test_events_may_come_cut_and_joined_in_any_way(runner: Runner, server: RecordingServer) -> None:
    whole = b"".join(SERVICE.stream("Hel", "lo").pieces)
    for size in (7, 100, len(whole)):
        pieces = tuple(whole[at : at + size] for at in range(0, len(whole), size))
        server.answer(Answer(pieces, kind=answers.EVENTS))
        chunks = runner.stream(runner.connection(server.origin), call())
        assert "".join(chunk.text for chunk in chunks) == "Hello"


async def test_streams_of_one_client_run_beside_each_other(server: RecordingServer) -> None:
    runner = runner_of("goodfire", sync=False)
    client = runner.adapter.build(runner.connection(server.origin), sync=False).client

    async def text() -> str:
        return "".join([chunk.text async for chunk in runner.adapter.astream(client, call())])

    assert list(await asyncio.gather(text(), text(), text())) == ["Hello"] * 3


def test_a_key_from_a_function_is_asked_for_each_request(runner: Runner, server: RecordingServer) -> None:
    keys = iter(["one", "two"])
    connection = runner.connection(server.origin, settings={"api_key": lambda: next(keys)})
    runner.run(connection, lambda client: _twice(client, runner.sync))
    assert [one.headers["authorization"] for one in server.requests] == ["Bearer one", "Bearer two"]


def test_tools_are_refused_without_emulation(runner: Runner, server: RecordingServer) -> None:
    connection = runner.connection(server.origin, arguments={"adapter": {"emulate_tools": False}})
    failure = runner.failure(connection, call(tools=[{"name": "f"}]))
    assert "no tools of its own" in failure.detail
    assert not server.requests


def test_an_http_client_is_refused(runner: Runner) -> None:
    with pytest.raises(ArgumentError, match="no HTTP client"):
        runner.client(runner.connection("http://127.0.0.1:1", http_client=object()))


def test_an_answer_of_another_form_knows_its_address(runner: Runner, server: RecordingServer) -> None:
    server.answer(Answer((json.dumps({"choices": []}).encode(),)))
    failure = runner.failure(runner.connection(server.origin), call())
    assert (failure.step, failure.url) == ("answer", f"{server.origin}/api/inference/v1/chat/completions")


def _twice(client: Any, sync: bool) -> Any:
    if sync:
        return [client.chat.completions.create(MESSAGES, "m") for _ in range(2)]

    async def both() -> None:
        for _ in range(2):
            await client.chat.completions.create(MESSAGES, "m")

    return both()


def test_a_key_that_no_header_can_carry_is_not_shown(runner: Runner, server: RecordingServer) -> None:
    failure = runner.failure(runner.connection(server.origin, settings={"api_key": f"{KEY}\n"}), call())
    assert (failure.step, failure.reason, failure.status) == ("auth", "header", None)
    assert KEY not in failure.detail
    assert not server.requests
