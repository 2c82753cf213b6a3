"""Groq's own client: its path, its headers, its usage."""

from __future__ import annotations

from typing import Any

import pytest

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import KEY

from support.runners import runner_of


@pytest.fixture
def adapter_name() -> str:
    return "groq"


def test_a_call_goes_below_openai_v1(runner: Runner, server: RecordingServer) -> None:
    runner.chat(runner.connection(server.origin), call())
    assert (server.last.method, server.last.path) == ("POST", "/openai/v1/chat/completions")
    assert server.last.headers["authorization"] == f"Bearer {KEY}"
    assert server.last.headers["user-agent"].startswith(("Groq/", "AsyncGroq/"))


def test_models_are_listed_below_openai_v1(runner: Runner, server: RecordingServer) -> None:
    runner.list_models(runner.connection(server.origin))
    assert (server.last.method, server.last.path) == ("GET", "/openai/v1/models")


def test_a_stream_asks_for_nothing_that_the_sdk_does_not_know(
    runner: Runner, server: RecordingServer
) -> None:
    runner.stream(runner.connection(server.origin), call())
    assert server.last.json.keys() == {"model", "messages", "stream"}


@pytest.mark.parametrize("spelling", ["Authorization", "authorization", "AUTHORIZATION"])
def test_an_ambient_authorization_is_neither_sent_nor_joined(
    runner: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch, spelling: str
) -> None:
    custom = f"{spelling}: Bearer LEAK\nX-Team: LEAK\nuser-agent: LEAK"
    monkeypatch.setenv("GROQ_CUSTOM_HEADERS", custom)
    connection = runner.connection(
        server.origin, headers={"x-team": "mine"}, ambient={"GROQ_CUSTOM_HEADERS": custom}
    )

    async def twice(client: Any) -> None:
        await runner.adapter.achat(client, call())
        await runner.adapter.achat(client.with_options(timeout=9), call())

    def use(client: Any) -> Any:
        if not runner.sync:
            return twice(client)
        return [runner.adapter.chat(one, call()) for one in (client, client.with_options(timeout=9))]

    runner.run(connection, use)
    assert len(server.requests) == 2
    for request in server.requests:
        assert "LEAK" not in request.everything
        assert request.headers["authorization"] == f"Bearer {KEY}"
        assert request.headers["x-team"] == "mine"
        assert "," not in request.headers["user-agent"]


def test_a_header_of_the_entry_replaces_the_sdks_own_in_any_spelling(
    runner: Runner, server: RecordingServer
) -> None:
    runner.chat(runner.connection(server.origin, headers={"user-AGENT": "mine"}), call())
    assert server.last.headers["user-agent"] == "mine"


def test_a_key_from_a_function_is_asked_for_each_request(runner: Runner, server: RecordingServer) -> None:
    keys = iter(["one", "two"])
    connection = runner.connection(server.origin, settings={"api_key": lambda: Secret(next(keys))})
    for _ in range(2):
        runner.chat(connection, call())
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer one", "Bearer two"]


def test_an_http_client_of_the_callers_is_used_and_never_closed(
    adapter_name: str, server: RecordingServer
) -> None:
    import groq

    runner = runner_of(adapter_name, sync=True)
    with groq.DefaultHttpxClient(headers={"X-Theirs": "1"}) as theirs:
        built = runner.adapter.build(runner.connection(server.origin, http_client=theirs), sync=True)
        runner.adapter.chat(built.client, call())
        assert server.last.headers["x-theirs"] == "1"
        assert (built.close, built.aclose) == (None, None)
        assert not theirs.is_closed


def test_a_redirect_is_followed_without_the_key(runner: Runner, server: RecordingServer) -> None:
    with RecordingServer(service=runner.service) as other:
        server.answer(answers.redirect(f"{other.origin}/openai/v1/chat/completions"))
        headers = {"X-Token": Secret("LEAK-token-0123456789")}
        runner.chat(runner.connection(server.origin, headers=headers), call())
        assert "LEAK" not in other.last.everything
        assert KEY not in other.last.everything


def test_without_a_base_url_there_is_no_client(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GROQ_BASE_URL", "http://127.0.0.1:9/LEAK")
    with pytest.raises(ValueError, match="acme has no base URL"):
        runner.client(runner.connection("http://127.0.0.1:1", settings={"base_url": None}))
