"""The two ended packages over REST: arguments, retries, names of models, async by a thread."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.providers.adapter.chat_types import ChatCall
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call

from support.runners import runner_of

ELSEWHERE = "http://127.0.0.1:9"


@pytest.fixture(params=["google_legacy", "vertex"])
def adapter_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture(params=["google_legacy"])
def legacy(request: pytest.FixtureRequest, sync: bool) -> Runner:
    return runner_of(request.param, sync)


@pytest.fixture
def vertex(sync: bool) -> Runner:
    return runner_of("vertex", sync)


def ask(runner: Runner, client: Any, **keywords: Any) -> Any:
    return (
        client.generate_content("x", **keywords)
        if runner.sync
        else client.generate_content_async("x", **keywords)
    )


def test_native_calls_stream_too_both_ways(runner: Runner, server: RecordingServer) -> None:
    async def collect(client: Any) -> list[str]:
        return [piece.text async for piece in await ask(runner, client, stream=True)]

    def use(client: Any) -> Any:
        return [piece.text for piece in ask(runner, client, stream=True)] if runner.sync else collect(client)

    server.answer(runner.service.stream("Hel", "lo", finish=None))
    assert runner.run(runner.connection(server.origin), use) == ["Hel", "lo"]


def test_a_stream_that_nobody_reads_on_is_let_go(runner: Runner, server: RecordingServer) -> None:
    async def first(client: Any) -> Any:
        async for chunk in runner.adapter.astream(client, call()):
            return chunk.text
        return None

    def use(client: Any) -> Any:
        return next(iter(runner.adapter.stream(client, call()))).text if runner.sync else first(client)

    assert runner.run(runner.connection(server.origin), use) == "Hel"


@pytest.mark.parametrize("retries", [0, 1])
def test_a_busy_service_is_asked_again_as_often_as_set(
    runner: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch, retries: int
) -> None:
    monkeypatch.setattr("modelcatalog.providers.ended.generative_model.rest._WAITS", (0.001, 0.001))
    server.answer(runner.service.error(503, "busy"), runner.service.error(503, "still busy"))
    failure = runner.failure(runner.connection(server.origin, max_retries=retries), call())
    assert (failure.step, failure.status) == ("server", 503)
    assert len(server.requests) == retries + 1


def test_options_of_a_call_win_over_the_connections(legacy: Runner, server: RecordingServer) -> None:
    server.service = legacy.service
    options = {"request_options": {"timeout": 5, "metadata": [("x-one", "call")]}}
    connection = legacy.connection(server.origin, headers={"X-One": "ours", "X-Two": "2"}, timeout=9)
    legacy.chat(connection, ChatCall.of("m/1", call().messages, options))
    assert (server.last.headers["x-one"], server.last.headers["x-two"]) == ("call", "2")


def test_arguments_of_configure_reach_it(legacy: Runner, server: RecordingServer) -> None:
    server.service = legacy.service
    given = {
        "api_key": "theirs",
        "default_metadata": [("x-mine", "1")],
        "client_options": {"api_endpoint": server.origin},
        "transport": "rest",
    }
    legacy.chat(legacy.connection(ELSEWHERE, arguments={"configure": given}), call())
    assert (server.last.headers["x-goog-api-key"], server.last.headers["x-mine"]) == ("theirs", "1")
    assert legacy.list_models(legacy.connection(ELSEWHERE, arguments={"configure": given})) == [
        "small",
        "large",
    ]
    assert server.last.headers["x-mine"] == "1"


def test_arguments_of_init_reach_the_model(vertex: Runner, server: RecordingServer) -> None:
    runner = vertex
    server.service = runner.service
    given = {"location": "us-east1", "api_endpoint": server.origin, "request_metadata": [("X-Mine", "1")]}
    runner.chat(runner.connection(ELSEWHERE, arguments={"configure": given}), call())
    assert server.last.headers["x-mine"] == "1"
    assert "/locations/us-east1/" in server.last.path


def test_arguments_of_the_model_itself_reach_it(runner: Runner, server: RecordingServer) -> None:
    server.service = runner.service
    given = {
        "generation_config": {"candidate_count": 1, "temperature": 0.25},
        "system_instruction": "Be brief.",
    }
    assert set(given) <= (runner.adapter.parameters("model") or set())
    runner.chat(runner.connection(server.origin, arguments={"model": given}), call())
    assert server.last.json["generationConfig"]["temperature"] == 0.25
    assert "Be brief." in str(server.last.json["systemInstruction"])


def test_configure_takes_its_real_names(runner: Runner) -> None:
    taken = runner.adapter.parameters("configure")
    assert taken is not None
    assert {"credentials"} <= taken
    assert {"google_legacy": "default_metadata", "vertex": "request_metadata"}[runner.adapter_name] in taken
    # It would be set for the whole process.
    assert "experiment" not in taken


@pytest.mark.parametrize("transport", ["grpc", "grpc_asyncio"])
def test_other_transports_and_http_clients_are_refused(runner: Runner, transport: str) -> None:
    name = {"google_legacy": "transport", "vertex": "api_transport"}[runner.adapter_name]
    with pytest.raises(ArgumentError, match="REST only"):
        runner.client(runner.connection(ELSEWHERE, arguments={"configure": {name: transport}}))
    with pytest.raises(ArgumentError, match="http_client"):
        runner.client(runner.connection(ELSEWHERE, http_client=object()))


def test_a_key_from_a_function_is_asked_for_each_request(legacy: Runner, server: RecordingServer) -> None:
    server.service = legacy.service
    keys = iter(["one", "two"])
    connection = legacy.connection(server.origin, settings={"api_key": lambda: next(keys)})
    legacy.chat(connection, call())
    legacy.stream(connection, call())
    assert [request.headers["x-goog-api-key"] for request in server.requests] == ["one", "two"]


def test_a_netrc_file_does_not_take_the_place_of_the_token(runner: Runner, server: RecordingServer) -> None:
    netrc = Path.home() / ".netrc"
    netrc.write_text("machine 127.0.0.1 login LEAK password LEAK\n")
    netrc.chmod(0o600)
    runner.chat(runner.connection(server.origin), call())
    assert runner.service.identity(server.last) == runner.service.own_identity


def test_models_of_any_form_of_name_are_found(legacy: Runner, server: RecordingServer) -> None:
    server.service = legacy.service
    paths = {"gemini": "models/gemini", "models/gemini": "models/gemini", "tunedModels/x": "tunedModels/x"}
    for name, path in paths.items():
        legacy.chat(legacy.connection(server.origin, model=name), ChatCall.of(name, call().messages))
        assert server.last.path == f"/v1beta/{path}:generateContent"


def test_models_of_any_publisher_and_full_names_are_found(vertex: Runner, server: RecordingServer) -> None:
    runner = vertex
    server.service = runner.service
    here = "projects/my-project/locations/europe-west4/publishers"
    full = "projects/p/locations/l/publishers/google/models/g"
    paths = {
        "gemini": f"{here}/google/models/gemini",
        "models/gemini": f"{here}/google/models/gemini",
        "meta/llama": f"{here}/meta/models/llama",
        "publishers/meta/models/llama": f"{here}/meta/models/llama",
        full: full,
    }
    for name, path in paths.items():
        runner.chat(runner.connection(server.origin, model=name), ChatCall.of(name, call().messages))
        assert server.last.path == f"/v1/{path}:generateContent"
        runner.run(runner.connection(server.origin, model=name), lambda client: ask(runner, client))
        assert server.last.path == f"/v1/{path}:generateContent"


def test_a_tool_without_parameters_is_declared_without(legacy: Runner, server: RecordingServer) -> None:
    server.service = legacy.service
    legacy.chat(legacy.connection(server.origin), call(tools=[{"name": "now"}]))
    assert server.last.json["tools"] == [{"functionDeclarations": [{"name": "now"}]}]


def test_the_second_adapter_is_there_by_name() -> None:
    assert load_adapter("google_legacy").client_name(True) == "google.generativeai.GenerativeModel"
