"""Anthropic's own client: keys, headers and HTTP, and what it would have read by itself."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.anthropic.client import require
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import KEY

from support.runners import runner_of


@pytest.fixture
def adapter_name() -> str:
    return "anthropic"


def test_a_profile_on_the_disk_decides_nothing(
    runner: Runner, server: RecordingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for folder in (tmp_path / "home/.config/anthropic", tmp_path / "home/config/anthropic"):
        (folder / "configs").mkdir(parents=True)
        (folder / "active_config").write_text("leak")
        profile = {"base_url": "http://127.0.0.1:9/LEAK", "authentication": {"type": "oauth_token"}}
        (folder / "configs" / "leak.json").write_text(json.dumps(profile))
    monkeypatch.setenv("ANTHROPIC_PROFILE", "leak")
    for settings in ({}, {"api_key": None}):
        runner.chat(runner.connection(server.origin, settings=settings), call())
    assert [runner.service.identity(request) for request in server.requests] == [
        runner.service.own_identity,
        {},
    ]


@pytest.mark.parametrize("custom", ["", "Authorization: Bearer LEAK", "authorization: Bearer LEAK"])
def test_a_key_from_a_function_is_asked_for_each_request(
    runner: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch, custom: str
) -> None:
    monkeypatch.setenv("ANTHROPIC_CUSTOM_HEADERS", custom)
    keys = iter(["one", "two"])
    connection = runner.connection(
        server.origin,
        settings={"api_key": lambda: Secret(next(keys))},
        ambient={"ANTHROPIC_CUSTOM_HEADERS": custom},
    )

    async def twice(client: Any) -> None:
        await runner.adapter.achat(client, call())
        await runner.adapter.achat(client.with_options(timeout=9), call())

    def use(client: Any) -> Any:
        if not runner.sync:
            return twice(client)
        return [runner.adapter.chat(one, call()) for one in (client, client.with_options(timeout=9))]

    runner.run(connection, use)
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer one", "Bearer two"]


def test_a_token_among_the_arguments_takes_the_place_of_the_key(
    runner: Runner, server: RecordingServer
) -> None:
    connection = runner.connection(server.origin, arguments={"client": {"auth_token": "token-0"}})
    runner.chat(connection, call())
    assert server.last.headers["authorization"] == "Bearer token-0"
    assert KEY not in server.last.everything


def test_headers_of_the_entry_reach_the_service(runner: Runner, server: RecordingServer) -> None:
    headers = {"anthropic-version": "2023-06-01", "anthropic-beta": "new-things"}
    runner.chat(runner.connection(server.origin, headers=headers), call())
    assert server.last.headers.items() >= headers.items()


def test_a_redirect_is_followed_without_the_key_and_secret_headers(
    runner: Runner, server: RecordingServer
) -> None:
    with RecordingServer(service=runner.service) as other:
        server.answer(answers.redirect(f"{other.origin}/v1/messages"))
        headers = {"X-Token": Secret("LEAK-token-0123456789"), "X-Title": "mine"}
        runner.chat(runner.connection(server.origin, headers=headers), call())
        assert other.last.headers["x-title"] == "mine"
        assert "LEAK" not in other.last.everything
        assert KEY not in other.last.everything


def test_an_http_client_of_the_callers_is_used_and_never_closed(
    adapter_name: str, server: RecordingServer
) -> None:
    import anthropic

    runner = runner_of(adapter_name, sync=True)
    with anthropic.DefaultHttpxClient(headers={"X-Theirs": "1"}) as theirs:
        built = runner.adapter.build(runner.connection(server.origin, http_client=theirs), sync=True)
        runner.adapter.chat(built.client, call())
        assert server.last.headers["x-theirs"] == "1"
        assert (built.close, built.aclose) == (None, None)
        assert not theirs.is_closed


def test_without_a_base_url_there_is_no_client(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_BASE_URL", "http://127.0.0.1:9/LEAK")
    with pytest.raises(ValueError, match="acme has no base URL"):
        runner.client(runner.connection("http://127.0.0.1:1", settings={"base_url": None}))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://api.anthropic.com", None),
        ("https://bedrock-runtime.eu-west-1.amazonaws.com", "use anthropic/bedrock"),
        ("https://europe-west1-aiplatform.googleapis.com/v1", "use anthropic/vertex"),
    ],
)
def test_an_address_of_another_cloud_is_refused(url: str, words: str | None) -> None:
    problem = load_adapter("anthropic").url_problem(url)
    assert problem is None if words is None else words in (problem or "")


def test_a_missing_part_of_an_extra_is_reported_before_a_client_is_built() -> None:
    package = load_adapter("anthropic_bedrock").PACKAGE
    with pytest.raises(ImportError, match=r"not installed.*modelcatalog\[anthropic-bedrock\]"):
        require("modelcatalog-nothing-of-this-name", package)
