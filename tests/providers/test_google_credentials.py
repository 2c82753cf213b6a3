"""Tokens of Google Cloud: whose, asked for when, billed to whom; and that building looks nothing up."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call

from support.google_account import ADDRESS, TOKEN, Account, account

AUDIENCE = "https://oauth2.googleapis.com/token"
CLOUD = "https://www.googleapis.com/auth/cloud-platform"


@pytest.fixture(params=["google_vertex", "vertex"])
def adapter_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def robot() -> Iterator[Account]:
    made = account()
    made.claims.clear()
    yield made
    made.refuses = False


def test_the_token_of_the_account_is_sent_and_asked_for_once(
    runner: Runner, server: RecordingServer, robot: Account
) -> None:
    def twice(client: Any) -> Any:
        return [runner.adapter.chat(client, call()) for _ in range(2)]

    async def atwice(client: Any) -> Any:
        return [await runner.adapter.achat(client, call()) for _ in range(2)]

    runner.run(runner.connection(server.origin), twice if runner.sync else atwice)
    assert [request.headers["authorization"] for request in server.requests] == [f"Bearer {TOKEN}"] * 2
    [claims] = robot.claims
    assert (claims["iss"], claims["aud"], claims["scope"]) == (ADDRESS, AUDIENCE, CLOUD)


def test_without_a_file_the_default_credentials_are_looked_up_at_the_first_call(
    runner: Runner, server: RecordingServer, robot: Account, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    connection = runner.connection(server.origin, settings={"credentials_file": None})

    def use(client: Any) -> Any:
        # Only now: what was set when the client was built doesn't matter.
        folder = tmp_path / "later"
        folder.mkdir()
        monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(robot.file(folder)))
        return (runner.adapter.chat if runner.sync else runner.adapter.achat)(client, call())

    assert runner.run(connection, use).text == "Hello"
    assert server.last.headers["authorization"] == f"Bearer {TOKEN}"


def test_building_starts_no_gcloud_and_asks_no_metadata_address(
    runner: Runner, server: RecordingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran = tmp_path / "ran"
    tool = tmp_path / "bin" / "gcloud"
    tool.parent.mkdir()
    tool.write_text(f"#!/bin/sh\ntouch {ran}\n")
    tool.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tool.parent}:{os.environ['PATH']}")
    monkeypatch.setenv("GCE_METADATA_HOST", server.origin.partition("//")[2])
    monkeypatch.setenv("GCE_METADATA_IP", server.origin.partition("//")[2])
    runner.client(runner.connection("https://127.0.0.1:1", settings={"credentials_file": None}))
    assert not ran.exists()
    assert not server.requests


def test_no_credentials_at_all_are_reported_with_what_to_do(
    runner: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_GCE_CHECK", "true")
    failure = runner.failure(runner.connection(server.origin, settings={"credentials_file": None}), call())
    assert (failure.step, failure.reason) == ("auth", "no-credentials")
    assert "gcloud auth application-default login" in failure.detail
    assert not server.requests


@pytest.mark.parametrize("text", [None, "{}", "not JSON"])
def test_a_file_that_holds_no_credentials_is_reported(
    runner: Runner, server: RecordingServer, tmp_path: Path, text: str | None
) -> None:
    file = tmp_path / "broken.json"
    if text is not None:
        file.write_text(text)
    failure = runner.failure(
        runner.connection(server.origin, settings={"credentials_file": str(file)}), call()
    )
    assert (failure.step, failure.reason) == ("auth", "no-credentials")


def test_an_account_that_gets_no_token_is_reported(
    runner: Runner, server: RecordingServer, robot: Account
) -> None:
    robot.refuses = True
    failure = runner.failure(runner.connection(server.origin), call())
    assert (failure.step, failure.reason, failure.status) == ("auth", "credentials", None)
    assert "invalid_grant" in failure.detail
    assert not server.requests


def test_the_project_that_pays_is_sent_when_said(runner: Runner, server: RecordingServer) -> None:
    runner.chat(runner.connection(server.origin), call())
    assert "x-goog-user-project" not in server.last.headers
    runner.chat(runner.connection(server.origin, settings={"quota_project": "said"}), call())
    assert server.last.headers["x-goog-user-project"] == "said"
    assert server.last.headers["authorization"] == f"Bearer {TOKEN}"


def test_a_persons_own_login_is_taken_with_the_project_that_it_bills(
    runner: Runner, server: RecordingServer, tmp_path: Path
) -> None:
    file = tmp_path / "login.json"
    login = {
        "type": "authorized_user",
        "client_id": "id",
        "client_secret": "secret",
        "refresh_token": "refresh",
        "token": "of-the-login",
        "expiry": "2099-01-01T00:00:00Z",
        "quota_project_id": "of-the-file",
    }
    file.write_text(json.dumps(login))
    runner.chat(runner.connection(server.origin, settings={"credentials_file": str(file)}), call())
    assert server.last.headers["authorization"] == "Bearer of-the-login"
    assert server.last.headers["x-goog-user-project"] == "of-the-file"
