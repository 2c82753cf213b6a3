"""The client of google-genai: paths, options, keys, and what it must not do."""

from __future__ import annotations

import gc
from importlib import import_module
from typing import Any

import pytest

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.adapter.chat_types import ChatCall
from modelcatalog.providers.google.http import is_third
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import KEY

from support.runners import runner_of
from support.services.google import Google

SERVICE = Google()


@pytest.fixture(params=["google"])
def adapter_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def test_the_gemini_api_is_called_in_the_sdks_own_version(runner: Runner, server: RecordingServer) -> None:
    runner.chat(runner.connection(server.origin), ChatCall.of("gemini-2.5-pro", call().messages))
    version = "v1" if is_third() else "v1beta"
    assert server.last.target == f"/{version}/models/gemini-2.5-pro:generateContent"
    runner.stream(runner.connection(server.origin), ChatCall.of("models/gemini", call().messages))
    assert server.last.target == f"/{version}/models/gemini:streamGenerateContent?alt=sse"


def test_a_part_of_the_client_works_without_the_client(runner: Runner, server: RecordingServer) -> None:
    def use(client: Any) -> Any:
        models = (client if runner.sync else client.aio).models
        del client
        # With HTTP clients of the SDK's own it would close them now.
        gc.collect()
        return models.generate_content(model="m", contents="x")

    assert runner.run(runner.connection(server.origin), use).text == "Hello"


def test_aiohttp_stays_out(runner: Runner) -> None:
    assert not runner.client(runner.connection("http://127.0.0.1:1"))._api_client._use_aiohttp()


def test_a_closed_client_says_so(runner: Runner, server: RecordingServer) -> None:
    client = runner.client(runner.connection(server.origin))
    with pytest.raises(RuntimeError, match="closed"):
        client.models.generate_content(model="m", contents="x")


def test_seconds_become_milliseconds_and_reach_the_service(runner: Runner, server: RecordingServer) -> None:
    runner.chat(runner.connection(server.origin, timeout=9), call())
    assert server.last.headers["x-server-timeout"] == "9"


def test_retries_are_made_when_asked_for(runner: Runner, server: RecordingServer) -> None:
    server.answer(SERVICE.error(503, "busy"))
    options = {"http_options": {"retry_options": {"attempts": 2, "initial_delay": 0.01, "jitter": 0.01}}}
    assert (
        runner.chat(runner.connection(server.origin, arguments={"client": options}), call()).text == "Hello"
    )
    assert len(server.requests) == 2


def test_options_given_as_the_sdks_own_object_win(runner: Runner, server: RecordingServer) -> None:
    from google.genai.types import HttpOptions

    options = HttpOptions(api_version="v7", headers={"X-One": "theirs"})
    connection = runner.connection(
        server.origin,
        headers={"x-one": "ours", "X-Two": "2"},
        arguments={"client": {"http_options": options}},
    )
    runner.chat(connection, call())
    assert server.last.path.startswith("/v7/")
    assert (server.last.headers["x-one"], server.last.headers["x-two"]) == ("theirs", "2")
    assert server.last.headers["x-goog-api-key"] == KEY


async def test_an_http_client_of_the_callers_is_used_and_left_open(server: RecordingServer) -> None:
    library = import_module("httpx2" if is_third() else "httpx")
    adapter = runner_of("google", sync=True).adapter
    server.service = SERVICE
    with library.Client(headers={"X-Mine": "sync"}) as theirs:
        built = adapter.build(
            runner_of("google", sync=True).connection(server.origin, http_client=theirs), sync=True
        )
        assert adapter.chat(built.client, call()).text == "Hello"
        assert built.close is not None
        built.close()
        assert not theirs.is_closed
    async with library.AsyncClient(headers={"X-Mine": "async"}) as theirs:
        built = adapter.build(
            runner_of("google", sync=False).connection(server.origin, http_client=theirs), sync=False
        )
        assert (await adapter.achat(built.client, call())).text == "Hello"
        assert built.aclose is not None
        await built.aclose()
        assert not theirs.is_closed
    assert [request.headers["x-mine"] for request in server.requests] == ["sync", "async"]


def test_a_key_from_a_function_is_asked_for_each_request(runner: Runner, server: RecordingServer) -> None:
    keys = iter(["one", "two"])

    async def later() -> str:
        return next(keys)

    given = (lambda: next(keys)) if runner.sync else later
    connection = runner.connection(server.origin, settings={"api_key": given})

    async def twice(client: Any) -> None:
        for _ in range(2):
            await runner.adapter.achat(client, call())

    runner.run(
        connection,
        (lambda client: [runner.adapter.chat(client, call()) for _ in range(2)]) if runner.sync else twice,
    )
    assert [request.headers["x-goog-api-key"] for request in server.requests] == ["one", "two"]


@pytest.mark.parametrize("adapter_name", ["google", "google_vertex", "google_legacy", "vertex"])
def test_a_redirect_elsewhere_takes_no_secret_along(runner: Runner, server: RecordingServer) -> None:
    with RecordingServer(service=runner.service) as other:
        server.answer(answers.redirect(f"{other.origin}/elsewhere"))
        headers = {"X-Token": Secret("LEAK-token-0123456789"), "X-Title": "mine"}
        assert runner.chat(runner.connection(server.origin, headers=headers), call()).text == "Hello"
        assert server.last.headers["x-token"] == "LEAK-token-0123456789"
        assert other.last.headers["x-title"] == "mine"
        assert "LEAK" not in other.last.everything
        assert runner.service.identity(other.last) == {}


@pytest.mark.parametrize("adapter_name", ["google", "google_vertex", "google_legacy", "vertex"])
@pytest.mark.parametrize("connection_lacks", ["api_key", "base_url", "project", "location"])
def test_what_is_missing_is_an_error_and_never_looked_up(runner: Runner, connection_lacks: str) -> None:
    usual = runner.connection("http://127.0.0.1:1").settings
    needed = {"google": ("api_key", "base_url"), "google_legacy": ("api_key", "base_url")}
    if connection_lacks not in needed.get(runner.adapter_name, ("project", "location")):
        return
    assert connection_lacks in usual
    what = {"api_key": "API key", "base_url": "base URL"}.get(connection_lacks, connection_lacks)
    with pytest.raises(ValueError, match=f"acme has no {what}"):
        runner.client(runner.connection("http://127.0.0.1:1", settings={connection_lacks: None}))


def test_arguments_of_the_request_are_fields_of_the_config(runner: Runner, server: RecordingServer) -> None:
    given = {"top_k": 3, "thinking_config": {"include_thoughts": True}}
    connection = runner.connection(server.origin, arguments={"request": given})
    args = runner.adapter.request_args(connection)
    runner.chat(connection, ChatCall.of("m/1", call().messages, args, {"candidate_count": 1}))
    sent = runner.service.read(server.last).rest
    assert (sent["topK"], sent["candidateCount"]) == (3, 1)
    assert list(sent["thinkingConfig"].values()) == [True]


def test_pasted_addresses_of_other_protocols_are_reported() -> None:
    adapters = {
        name: runner_of(name, sync=True).adapter
        for name in ("google", "google_legacy", "google_vertex", "vertex")
    }
    for name in ("google", "google_legacy"):
        problem = adapters[name].url_problem("https://generativelanguage.googleapis.com/v1beta/openai")
        assert "adapter openai" in str(problem)
        assert adapters[name].url_problem("https://generativelanguage.googleapis.com") is None
    for name in ("google_vertex", "vertex"):
        problem = adapters[name].url_problem("https://x.googleapis.com/v1/projects/p/locations/l")
        assert str(problem).endswith("Write https://x.googleapis.com/v1.")
        assert adapters[name].url_problem("https://x.googleapis.com") is None
