"""Building Mistral's clients, its own and the one for Azure: keys, headers, HTTP, addresses."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import KEY

from support.runners import runner_of

PATHS = {"mistral": "/v1/chat/completions", "mistral_azure": "/models/chat/completions"}


@pytest.fixture(params=["mistral", "mistral_azure"])
def adapter_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def mistral(sync: bool) -> Runner:
    return runner_of("mistral", sync)


def test_headers_of_the_entry_reach_the_service(runner: Runner, server: RecordingServer) -> None:
    headers = {"X-Token": Secret("token-1"), "User-Agent": "mine"}
    runner.chat(runner.connection(server.origin, headers=headers), call())
    assert server.last.headers.items() >= {"x-token": "token-1", "user-agent": "mine"}.items()


def test_a_key_from_a_function_is_asked_for_each_request(runner: Runner, server: RecordingServer) -> None:
    keys = iter(["one", "two"])
    connection = runner.connection(server.origin, settings={"api_key": lambda: Secret(next(keys))})

    async def twice(client: Any) -> None:
        for _ in range(2):
            await runner.adapter.achat(client, call())

    def use(client: Any) -> Any:
        return [runner.adapter.chat(client, call()) for _ in range(2)] if runner.sync else twice(client)

    runner.run(connection, use)
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer one", "Bearer two"]


def test_a_variable_prints_no_request(
    runner: Runner,
    server: RecordingServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("MISTRAL_DEBUG", "1")
    caplog.set_level(logging.DEBUG)
    runner.chat(runner.connection(server.origin), call())
    assert KEY not in caplog.text
    assert KEY not in "".join(capfd.readouterr())


def test_an_http_client_of_the_callers_is_used_and_never_closed(
    adapter_name: str, server: RecordingServer
) -> None:
    import httpx2

    runner = runner_of(adapter_name, sync=True)
    with httpx2.Client(headers={"X-Theirs": "1"}) as theirs:
        for settings in ({}, {"api_key": None}):
            connection = runner.connection(server.origin, settings=settings, http_client=theirs)
            built = runner.adapter.build(connection, sync=True)
            runner.adapter.chat(built.client, call())
            assert server.last.headers["x-theirs"] == "1"
            assert (built.close, built.aclose) == (None, None)
        assert runner.service.identity(server.last) == {}
        assert not theirs.is_closed


def test_two_clients_on_one_http_client_share_neither_headers_nor_keys(
    adapter_name: str, server: RecordingServer
) -> None:
    import httpx2

    runner = runner_of(adapter_name, sync=True)
    with httpx2.Client() as theirs:
        built = [
            runner.adapter.build(
                runner.connection(
                    server.origin,
                    settings={"api_key": lambda name=name: f"key-{name}", "api_version": f"version-{name}"},
                    headers={f"X-{name}": "1"},
                    http_client=theirs,
                ),
                sync=True,
            )
            for name in ("a", "b")
        ]
        for one in built:
            runner.adapter.chat(one.client, call())
    first, second = server.requests
    assert (first.headers["authorization"], second.headers["authorization"]) == (
        "Bearer key-a",
        "Bearer key-b",
    )
    assert ("x-b" in first.headers, "x-a" in second.headers) == (False, False)
    if adapter_name == "mistral_azure":
        assert [request.query["api-version"] for request in server.requests] == [["version-a"], ["version-b"]]


def test_what_we_built_is_closed(runner: Runner) -> None:
    settings = runner.client(runner.connection("http://127.0.0.1:1")).sdk_configuration
    assert (settings.client if runner.sync else settings.async_client).is_closed


def test_a_redirect_is_followed_without_the_key_and_secret_headers(
    runner: Runner, server: RecordingServer
) -> None:
    with RecordingServer(service=runner.service) as other:
        server.answer(answers.redirect(f"{other.origin}{PATHS[runner.adapter_name]}"))
        headers = {"X-Token": Secret("LEAK-token-0123456789"), "X-Title": "mine"}
        runner.chat(runner.connection(server.origin, headers=headers), call())
        assert server.last.headers["x-token"] == "LEAK-token-0123456789"
        assert other.last.headers["x-title"] == "mine"
        assert "LEAK" not in other.last.everything
        assert KEY not in other.last.everything


def test_a_named_server_among_the_arguments_takes_the_place_of_the_address(mistral: Runner) -> None:
    connection = mistral.connection("http://127.0.0.1:1", arguments={"client": {"server": "eu"}})
    settings = mistral.client(connection).sdk_configuration
    assert settings.get_server_details()[0] == "https://api.eu.mistral.ai"


def test_without_a_base_url_there_is_no_client(runner: Runner) -> None:
    with pytest.raises(ValueError, match="acme has no base URL"):
        runner.client(runner.connection("http://127.0.0.1:1", settings={"base_url": None}))


@pytest.mark.parametrize(
    ("adapter", "url", "words"),
    [
        ("mistral", "https://api.mistral.ai", None),
        ("mistral", "https://x.services.ai.azure.com/models", "use mistral/azure"),
        ("mistral_azure", "https://x.services.ai.azure.com", None),
        ("mistral_azure", "https://api.mistral.ai", "use mistral without qualifier"),
    ],
)
def test_an_address_for_the_other_client_is_refused(adapter: str, url: str, words: str | None) -> None:
    problem = load_adapter(adapter).url_problem(url)
    assert problem is None if words is None else words in (problem or "")
