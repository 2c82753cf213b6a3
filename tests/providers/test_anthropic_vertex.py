"""Anthropic's client for Vertex AI: paths, and a token that is looked up when it is wanted."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.providers.adapter.chat_types import ChatCall
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import KEY

from support.google_account import ADDRESS, TOKEN, account

# Of the settings of a usual connection, none that says who asks.
DEFAULT = {"access_token": None}


@pytest.fixture
def adapter_name() -> str:
    return "anthropic_vertex"


@pytest.fixture(autouse=True)
def no_metadata_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_GCE_CHECK", "true")


def test_the_at_sign_of_a_model_id_is_kept(runner: Runner, server: RecordingServer) -> None:
    runner.chat(runner.connection(server.origin), ChatCall.of("claude-sonnet-4-5@20250929", call().messages))
    assert server.last.target == (
        "/v1/projects/my-project/locations/eu-test-1"
        "/publishers/anthropic/models/claude-sonnet-4-5@20250929:rawPredict"
    )


def test_a_service_account_gets_a_token_when_the_first_request_wants_it(
    runner: Runner, server: RecordingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(account().file(tmp_path)))
    monkeypatch.setenv("GOOGLE_CLOUD_PROJECT", "LEAK")
    connection = runner.connection(server.origin, settings=DEFAULT)
    asked = len(account().claims)
    runner.client(connection)
    assert len(account().claims) == asked
    runner.chat(connection, call())
    assert account().claims[-1]["iss"] == ADDRESS
    assert server.last.headers["authorization"] == f"Bearer {TOKEN}"
    assert server.last.path.startswith("/v1/projects/my-project/")
    assert "LEAK" not in server.last.everything


def test_copies_share_the_token(
    runner: Runner, server: RecordingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(account().file(tmp_path)))
    asked = len(account().claims)

    async def both(client: Any) -> None:
        await runner.adapter.achat(client, call())
        await runner.adapter.achat(client.with_options(timeout=9), call())

    def use(client: Any) -> Any:
        if not runner.sync:
            return both(client)
        return [runner.adapter.chat(one, call()) for one in (client, client.with_options(timeout=9))]

    runner.run(runner.connection(server.origin, settings=DEFAULT), use)
    assert len(account().claims) == asked + 1
    assert [request.headers["authorization"] for request in server.requests] == [f"Bearer {TOKEN}"] * 2


def test_no_credentials_are_a_matter_of_auth(runner: Runner, server: RecordingServer) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        failure = runner.failure(runner.connection(server.origin, settings=DEFAULT), call())
    assert (failure.step, failure.reason) == ("auth", "no-credentials")
    assert not server.requests


def test_credentials_that_google_refuses_are_a_matter_of_auth(
    runner: Runner, server: RecordingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(account().file(tmp_path)))
    monkeypatch.setattr(account(), "refuses", True)
    failure = runner.failure(runner.connection(server.origin, settings=DEFAULT), call())
    assert (failure.step, failure.reason) == ("auth", "credentials")
    assert "Account not found" in failure.detail


def test_a_token_among_the_arguments_takes_the_place_of_ours(runner: Runner, server: RecordingServer) -> None:
    connection = runner.connection(server.origin, arguments={"client": {"access_token": "token-0"}})
    runner.chat(connection, call())
    assert server.last.headers["authorization"] == "Bearer token-0"
    assert KEY not in server.last.everything


@pytest.mark.parametrize(
    ("missing", "words"),
    [
        (["project"], "no project"),
        (["region"], "no region"),
        (["project", "region"], "no project and no region"),
    ],
)
def test_without_project_or_region_there_is_no_client(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, missing: list[str], words: str
) -> None:
    for variable in ("ANTHROPIC_VERTEX_PROJECT_ID", "CLOUD_ML_REGION", "GOOGLE_CLOUD_PROJECT"):
        monkeypatch.setenv(variable, "LEAK")
    with pytest.raises(ValueError, match=f"acme has {words}$"):
        runner.client(runner.connection("http://127.0.0.1:1", settings=dict.fromkeys(missing)))


@pytest.mark.parametrize(
    ("region", "url"),
    [
        ("global", "https://aiplatform.googleapis.com/v1/"),
        ("eu", "https://aiplatform.eu.rep.googleapis.com/v1/"),
        ("europe-west1", "https://europe-west1-aiplatform.googleapis.com/v1/"),
    ],
)
def test_the_region_gives_the_address(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, region: str, url: str
) -> None:
    monkeypatch.setenv("ANTHROPIC_VERTEX_BASE_URL", "http://127.0.0.1:9/LEAK")
    client = runner.client(
        runner.connection("http://127.0.0.1:1", settings={"base_url": None, "region": region})
    )
    assert str(client.base_url) == url


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://europe-west1-aiplatform.googleapis.com/v1", None),
        (
            "https://europe-west1-aiplatform.googleapis.com",
            "Write https://europe-west1-aiplatform.googleapis.com/v1.",
        ),
        ("https://x.dev/v1/projects/p/locations/l", "Write https://x.dev/v1."),
    ],
)
def test_an_address_that_the_sdk_would_continue_wrongly_is_refused(url: str, words: str | None) -> None:
    problem = load_adapter("anthropic_vertex").url_problem(url)
    assert problem is None if words is None else words in (problem or "")
