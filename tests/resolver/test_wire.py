"""What arrives at the provider: every entry of the bundled catalog, resolved in a poisoned environment."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from openai import AsyncOpenAI, OpenAI

from modelcatalog.catalog.errors import ClientTypeError, MissingCredentialError, ProviderCallError
from modelcatalog.resolver import load_catalog, resolve

from support import answers
from support.recording_server import RecordingServer

POISON = {
    "OPENAI_API_KEY": "poison-openai-key",
    "OPENAI_ADMIN_KEY": "poison-admin-key",
    "OPENAI_BASE_URL": "http://127.0.0.1:9/poison",
    "OPENAI_ORG_ID": "poison-organization",
    "OPENAI_PROJECT_ID": "poison-project",
    "OPENAI_CUSTOM_HEADERS": "Authorization: Bearer poison-custom\nX-Poison: poison-header",
    "OPENAI_WEBHOOK_SECRET": "poison-webhook",
    "AZURE_OPENAI_AD_TOKEN": "poison-ad-token",
}
KEY = "right-key-0123456789abcdef"
ENTRIES = [entry.id for entry in load_catalog(user=False, project=False).entries()]


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with RecordingServer() as running:
        yield running


def set_up(monkeypatch: pytest.MonkeyPatch, name: str, url: str, *, key: bool = True) -> None:
    """Everything poisoned, then what this one entry needs."""
    for variable, value in POISON.items():
        monkeypatch.setenv(variable, value)
    provider, _, qualifier = name.partition("/")
    entry = load_catalog().entry(provider, qualifier or None)
    for setting in entry.settings.values():
        if setting.name == "api_key" and not key:
            for variable in setting.variables:
                monkeypatch.delenv(variable, raising=False)
            continue
        values = {"api_key": KEY, "base_url": url}
        if setting.name in values or setting.required:
            monkeypatch.setenv(setting.variables[0], values.get(setting.name, "acc1"))
        elif name == "openai" and setting.variables:
            monkeypatch.delenv(setting.variables[0])


@pytest.mark.parametrize("sync", [True, False], ids=["sync", "async"])
@pytest.mark.parametrize("name", ENTRIES)
def test_request_carries_its_own_key_and_nothing_ambient(
    name: str, sync: bool, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(monkeypatch, name, server.url)
    server.answer(answers.chat("hello"), answers.chat("again"))
    if sync:
        with resolve(f"{name}/m", sync=True) as model:
            assert model.chat("hi").text == "hello"
            copy = model.client.with_options(max_retries=0)
            copy.chat.completions.create(model=model.model, messages=[{"role": "user", "content": "hi"}])
    else:

        async def talk() -> None:
            async with resolve(f"{name}/m") as model:
                assert (await model.chat("hi")).text == "hello"
                copy = model.client.with_options(max_retries=0)
                await copy.chat.completions.create(
                    model=model.model, messages=[{"role": "user", "content": "hi"}]
                )

        asyncio.run(talk())
    assert len(server.requests) == 2
    for request in server.requests:
        assert "poison" not in request.everything
        sent = {request.headers.get("authorization"), request.headers.get("api-key")}
        assert sent in ({f"Bearer {KEY}", None}, {KEY, None})


@pytest.mark.parametrize("name", ENTRIES)
def test_no_key_of_its_own_is_an_error_or_no_key_at_all(
    name: str, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(monkeypatch, name, server.url, key=False)
    provider, _, qualifier = name.partition("/")
    key = load_catalog().entry(provider, qualifier or None).settings["api_key"]
    if key.required:
        with pytest.raises(MissingCredentialError):
            resolve(f"{name}/m", sync=True)
        assert server.requests == []
        return
    server.answer(answers.chat("hello"))
    with resolve(f"{name}/m", sync=True) as model:
        model.chat("hi")
    assert "authorization" not in server.last.headers
    assert "poison" not in server.last.everything


def test_client_type_is_checked_and_typed(server: RecordingServer) -> None:
    with resolve("openai/m", api_key=KEY, base_url=server.url, sync=True, client_type=OpenAI) as model:
        assert type(model.client) is OpenAI
    with pytest.raises(
        ClientTypeError, match=r"openai/m gives a openai.AsyncOpenAI, not a OpenAI \(sync=True gives"
    ):
        resolve("openai/m", api_key=KEY, base_url=server.url, client_type=OpenAI)
    made = resolve("openai/m", api_key=KEY, base_url=server.url, client_type=AsyncOpenAI)
    assert type(made.client) is AsyncOpenAI


def test_body_arguments_arrive_at_the_top_of_the_body(server: RecordingServer) -> None:
    server.answer(answers.chat("hello"), answers.chat("hello"))
    arguments: dict[str, Any] = {
        "models": ["a/b"],
        "provider": {"order": ["x"]},
        "api_key": KEY,
        "base_url": server.url,
    }
    with resolve("openrouter/a/b", sync=True, **arguments) as model:
        model.chat("hi")
        model.client.chat.completions.create(
            model=model.model, messages=[{"role": "user", "content": "hi"}], **model.request_args
        )
    for request in server.requests:
        assert request.json["models"] == ["a/b"]
        assert request.json["provider"] == {"order": ["x"]}
        assert request.json["model"] == "a/b"


def test_timeout_retries_headers_and_client_are_passed_on(server: RecordingServer) -> None:
    import httpx2

    server.answer(answers.error(500, "no"), answers.chat("hello"))
    with httpx2.Client() as mine:
        given: dict[str, Any] = {"timeout": 7, "max_retries": 0, "headers": {"X-Team": "evals"}}
        with resolve(
            "openai/m", sync=True, api_key=KEY, base_url=server.url, http_client=mine, **given
        ) as model:
            assert model.client.timeout == 7
            with pytest.raises(ProviderCallError) as caught:
                model.chat("hi")
            assert caught.value.step == "server"
            assert len(server.requests) == 1
            assert server.last.headers["x-team"] == "evals"
        assert not mine.is_closed


def test_closing_closes_what_we_opened(server: RecordingServer) -> None:
    with resolve("openai/m", sync=True, api_key=KEY, base_url=server.url) as model:
        pass
    assert model.client.is_closed()


def test_two_resolves_share_nothing(server: RecordingServer) -> None:
    server.answer(answers.chat("one"))
    first = resolve("openai/m", sync=True, api_key="key-one", base_url=server.url)
    second = resolve("openai/m", sync=True, api_key="key-two", base_url=server.url)
    first.close()
    assert second.chat("hi").text == "one"
    assert server.last.headers["authorization"] == "Bearer key-two"
    second.close()


def test_resolved_model_isnt_pickled(server: RecordingServer) -> None:
    import pickle

    with resolve("openai/m", sync=True, api_key=KEY, base_url=server.url) as model, pytest.raises(TypeError):
        pickle.dumps(model)


def test_streaming_gives_text_usage_and_reason() -> None:
    with RecordingServer() as server:
        server.answer(answers.stream("hel", "lo"))
        with resolve("openai/m", sync=True, api_key=KEY, base_url=server.url) as model:
            chunks = list(model.stream("hi"))
    assert "".join(chunk.text for chunk in chunks) == "hello"
    assert chunks[-1].stop_reason == "stop"


def test_tools_go_out_and_calls_come_back(server: RecordingServer) -> None:
    server.answer(answers.chat(None, tool_calls=[answers.tool_call("weather", '{"city": "Oslo"}')]))
    with resolve("openai/m", sync=True, api_key=KEY, base_url=server.url) as model:
        reply = model.chat(
            "hi", tools=[{"name": "weather", "description": "", "parameters": {"type": "object"}}]
        )
    assert reply.tool_calls[0].name == "weather"
    assert reply.tool_calls[0].arguments == {"city": "Oslo"}
