"""Bedrock: who signs, how the async client opens, and what Converse wants otherwise than the rest."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.providers.adapter.chat_types import ChatCall
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import KEY
from modelcatalog.resolver import load_catalog, resolve

from support.aws import event_stream, frame, signer
from support.runners import runner_of
from support.services.bedrock import KEY_ID, REGION, SERVICE

NO_KEYS = {"aws_access_key_id": None, "aws_secret_access_key": None}
CHAIN_KEY = "chain-secret-0123456789abcdef"
ENTRY = f"""
catalog: 1
providers:
  rock:
    adapter: bedrock
    auth: [aws]
    args: session.client
    settings:
      region: {{default: {REGION}}}
      base_url: {{env: ROCK_URL}}
      aws_access_key_id: {{default: {KEY_ID}}}
      aws_secret_access_key: {{env: ROCK_SECRET, secret: true}}
"""


@pytest.fixture
def runner(sync: bool, monkeypatch: pytest.MonkeyPatch) -> Runner:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return runner_of("bedrock", sync)


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with RecordingServer(service=SERVICE) as running:
        yield running


def test_the_path_has_the_model_and_the_region_gives_the_address(
    runner: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    runner.chat(runner.connection(server.origin), ChatCall.of("eu.amazon.nova:0", call().messages))
    assert server.last.target == "/model/eu.amazon.nova%3A0/converse"
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    client = runner.client(runner.connection(server.origin, settings={"base_url": None}))
    assert client.meta.endpoint_url == f"https://bedrock-runtime.{REGION}.amazonaws.com"


def test_without_a_region_there_is_no_client(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    with pytest.raises(ValueError, match="acme has no region"):
        runner.client(runner.connection("http://127.0.0.1:1", settings={"region": None}))


def test_an_http_client_is_refused(runner: Runner) -> None:
    with pytest.raises(ArgumentError, match="no HTTP client"):
        runner.client(runner.connection("http://127.0.0.1:1", http_client=object()))


def test_arguments_of_session_client_win_and_their_config_is_joined_to_ours(
    runner: Runner, server: RecordingServer
) -> None:
    from importlib import import_module

    module, name = ("botocore.config", "Config") if runner.sync else ("aiobotocore.config", "AioConfig")
    config = getattr(import_module(module), name)(read_timeout=7, user_agent_extra="mine/1")
    given = {"config": config, "region_name": "us-west-2", "aws_access_key_id": "AKIAGIVEN"}
    given["aws_secret_access_key"] = CHAIN_KEY
    connection = runner.connection(server.origin, timeout=99.0, arguments={"session.client": given})
    assert SERVICE.patience(runner.client(connection)) == (7, 0)
    runner.chat(connection, call())
    assert signer(server.last, CHAIN_KEY) == {"signed by": "AKIAGIVEN", "for": "us-west-2/bedrock"}
    assert "mine/1" in server.last.headers["user-agent"]


def test_what_session_client_takes_is_known() -> None:
    taken = load_adapter("bedrock").parameters("session.client")
    assert taken is not None
    assert {"config", "verify", "endpoint_url", "region_name"} <= taken
    assert "regoin_name" not in taken


def test_messages_of_one_side_become_one_and_empty_text_is_left_out(
    runner: Runner, server: RecordingServer
) -> None:
    messages: list[dict[str, Any]] = [
        {"role": "user", "content": "a"},
        {"role": "user", "content": [{"type": "text", "text": "b"}, {"cachePoint": {"type": "default"}}]},
        {"role": "assistant", "content": ""},
        {"role": "user", "content": "c"},
    ]
    runner.chat(runner.connection(server.origin), ChatCall.of("m", messages[:2]))
    blocks = [{"text": "a"}, {"text": "b"}, {"cachePoint": {"type": "default"}}]
    assert server.last.json["messages"] == [{"role": "user", "content": blocks}]


def test_a_seed_is_refused_since_there_is_no_word_for_it(runner: Runner, server: RecordingServer) -> None:
    failure = runner.failure(runner.connection(server.origin), call(seed=7))
    assert (failure.step, failure.detail) == ("local", "ValueError: Bedrock's Converse takes no seed")
    assert not server.requests


def test_a_refusal_inside_a_stream_is_reported(runner: Runner, server: RecordingServer) -> None:
    server.answer(event_stream(frame("throttlingException", {"message": "Slow down"}, "exception")))
    failure = runner.failure(runner.connection(server.origin), call(), stream=True)
    assert (failure.step, failure.reason, failure.detail) == ("quota", "rate", "Slow down")


def test_a_stream_with_a_wrong_checksum_is_no_answer(runner: Runner, server: RecordingServer) -> None:
    broken = bytearray(frame("messageStart", {"role": "assistant"}))
    broken[-1] ^= 1
    server.answer(event_stream(bytes(broken)))
    failure = runner.failure(runner.connection(server.origin), call(), stream=True)
    assert (failure.step, failure.status) == ("answer", 200)


@pytest.mark.parametrize(
    ("status", "kind", "said", "expected"),
    [
        (403, "ExpiredTokenException", "expired", ("auth", "expired")),
        (400, "ValidationException", "The provided model identifier is invalid.", ("model", "unknown-model")),
        (424, "ModelErrorException", "The model failed", ("server", "error")),
        (408, "ModelTimeoutException", "Too slow", ("server", "timeout")),
        (418, "TeapotException", "Short and stout", ("request", "error")),
    ],
)
def test_the_names_of_errors_say_more_than_their_statuses(
    runner: Runner, server: RecordingServer, status: int, kind: str, said: str, expected: tuple[str, str]
) -> None:
    server.answer(
        Answer((f'{{"message": "{said}"}}'.encode(),), status, headers=(("x-amzn-ErrorType", kind),))
    )
    failure = runner.failure(runner.connection(server.origin), call())
    assert (failure.step, failure.reason) == expected
    assert failure.url == f"{server.origin}/model/m%2F1/converse"


async def test_the_async_client_opens_at_its_first_use_once_and_closes_once(server: RecordingServer) -> None:
    opener = (
        load_adapter("bedrock")
        .build(runner_of("bedrock", sync=False).connection(server.origin), sync=False)
        .client
    )
    with pytest.raises(AttributeError, match="once the client is open"):
        _ = opener.meta
    assert "not open yet" in repr(opener)
    await asyncio.gather(SERVICE.ask(opener), SERVICE.ask(opener))
    assert len(server.requests) == 2
    assert opener.meta.region_name == REGION
    assert await opener.open() is await opener.open()
    await opener.close()
    await opener.close()
    with pytest.raises(RuntimeError, match="closed"):
        await opener.open()


async def test_a_client_that_was_never_used_closes_without_having_opened() -> None:
    built = load_adapter("bedrock").build(
        runner_of("bedrock", sync=False).connection("http://127.0.0.1:1"), sync=False
    )
    assert built.aclose is not None
    await built.aclose()
    assert "closed" in repr(built.client)


async def test_a_resolved_model_has_aioboto3s_client_inside_async_with_and_calls_without(
    server: RecordingServer, tmp_path: Path
) -> None:
    (tmp_path / "rock.yaml").write_text(ENTRY)
    catalog = load_catalog([tmp_path / "rock.yaml"])
    env = {"ROCK_URL": server.origin, "ROCK_SECRET": KEY}
    messages = [{"role": "user", "content": [{"text": "x"}]}]
    async with resolve("rock/m", catalog=catalog, env=env) as m:
        assert type(m.client).__module__ == "aiobotocore.client"
        assert (await m.client.converse(modelId=m.model, messages=messages))["stopReason"] == "end_turn"
        assert (await m.chat("Hi")).text == "Hello"
    m = resolve("rock/m", catalog=catalog, env=env)
    assert (await m.client.converse(modelId=m.model, messages=messages))["stopReason"] == "end_turn"
    assert (await m.chat("Hi")).text == "Hello"
    await m.aclose()
    assert [signer(request, KEY) for request in server.requests] == [SERVICE.own_identity] * 4
