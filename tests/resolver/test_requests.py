"""What arrives at the provider: every entry of the bundled catalog, resolved in a poisoned environment."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Any

import pytest
from openai import AsyncOpenAI, OpenAI

from modelcatalog.catalog.diagnostics.errors import (
    ClientTypeError,
    MissingCredentialError,
    ProviderCallError,
    SetupError,
)
from modelcatalog.catalog.model.entries import Entry
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.resolver import explain, probe, resolve

from support.entries import ENTRIES, set_up
from support.services import service_of

KEY = "right-key-0123456789abcdef"
ids = [entry.id for entry in ENTRIES]


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with RecordingServer() as running:
        yield running


@pytest.fixture(params=ENTRIES, ids=ids)
def entry(request: pytest.FixtureRequest) -> Entry:
    found: Entry = request.param
    return found


@pytest.fixture
def its_server(entry: Entry) -> Iterator[RecordingServer]:
    """Answers as the service of the entry does."""
    with RecordingServer() as running:
        running.service = service_of(entry.adapter)
        yield running


def ask(name: str, *, sync: bool, **arguments: Any) -> str:
    """Resolve, chat and close; the text of the answer."""
    if sync:
        with resolve(name, sync=True, **arguments) as model:
            answer: str = model.chat("hi").text
            return answer

    async def talk() -> str:
        async with resolve(name, **arguments) as model:
            answer: str = (await model.chat("hi")).text
            return answer

    return asyncio.run(talk())


@pytest.mark.parametrize("sync", [True, False], ids=["sync", "async"])
def test_every_entry_answers_with_its_own_identity_and_nothing_ambient(
    entry: Entry, sync: bool, its_server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = service_of(entry.adapter)
    arguments = set_up(monkeypatch, entry, its_server.origin)
    assert ask(f"{entry.id}/m", sync=sync, **arguments) == "Hello"
    request = its_server.last
    assert "LEAK" not in request.everything
    assert service.identity(request) == service.own_identity
    assert service.read(request).model == entry.model_id("m")


def test_every_entry_is_probed(
    entry: Entry, its_server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = probe(f"{entry.id}/m", **set_up(monkeypatch, entry, its_server.origin))
    assert report.ok, report
    assert report.text == "Hello"


def test_plan_of_every_entry_names_the_client_that_is_built(
    entry: Entry, its_server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = set_up(monkeypatch, entry, its_server.origin)
    plan = explain(f"{entry.id}/m", sync=True, **arguments)
    assert plan.errors == ()
    with resolve(f"{entry.id}/m", sync=True, **arguments) as model:
        assert service_of(entry.adapter).is_called(model.client, plan.client)
    assert its_server.requests == []


def test_nothing_set_is_never_ready(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    for variable, value in service_of(entry.adapter).poison.items():
        monkeypatch.setenv(variable, value)
    for setting in entry.settings.values():
        for variable in setting.variables:
            monkeypatch.delenv(variable, raising=False)
    plan = explain(f"{entry.id}/m")
    key = entry.settings.get("api_key")
    if key is None or not key.required:
        assert plan.auth != "key"
        return
    assert "missing-credential" in {finding.code for finding in plan.errors}
    with pytest.raises(MissingCredentialError):
        resolve(f"{entry.id}/m", sync=True)


def test_wrong_key_is_reported_as_such(
    entry: Entry, its_server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = set_up(monkeypatch, entry, its_server.origin)
    for _ in range(4):
        its_server.answer(service_of(entry.adapter).error(401, "who are you"))
    report = probe(f"{entry.id}/m", **arguments)
    assert (report.ok, report.step, report.status) == (False, "auth", 401), report


def test_missing_settings_are_found_before_anything_is_sent(
    entry: Entry, monkeypatch: pytest.MonkeyPatch
) -> None:
    for setting in entry.settings.values():
        for variable in setting.variables:
            monkeypatch.delenv(variable, raising=False)
    needed = {
        s.name for s in entry.settings.values() if s.required and s.default is None and s.name != "api_key"
    }
    if needed:
        with pytest.raises(SetupError) as caught:
            resolve(f"{entry.id}/m", sync=True)
        assert needed <= {finding.setting for finding in caught.value.findings}


def test_client_type_is_checked_and_typed(server: RecordingServer) -> None:
    with resolve("openai/m", api_key=KEY, base_url=server.url, sync=True, client_type=OpenAI) as model:
        assert type(model.client) is OpenAI
    with pytest.raises(ClientTypeError, match=r"openai/m is openai.AsyncOpenAI, expected openai.OpenAI"):
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


@pytest.mark.parametrize("name", ["openai/m", "ollama/m", "openrouter/a/b"])
def test_tools_are_emulated_at_any_endpoint_that_speaks_as_openai_does(
    name: str, server: RecordingServer
) -> None:
    tools = [{"name": "weather", "description": "of a city", "parameters": {"type": "object"}}]
    said = 'Let me see. <tool_call>{"name": "weather", "arguments": {"city": "Oslo"}}</tool_call>'
    server.answer(answers.chat(said), answers.stream(*said))
    with resolve(name, sync=True, api_key=KEY, base_url=server.url, emulate_tools=True) as model:
        reply = model.chat("hi", tools=tools)
        pieces = list(model.stream("hi", tools=tools))
    for text, calls in (
        (reply.text, reply.tool_calls),
        ("".join(p.text for p in pieces), pieces[-1].tool_calls),
    ):
        assert text.strip() == "Let me see."
        assert [(call.name, call.arguments) for call in calls] == [("weather", {"city": "Oslo"})]
    for request in server.requests:
        assert "tools" not in request.json
        assert "weather" in str(request.json["messages"])
