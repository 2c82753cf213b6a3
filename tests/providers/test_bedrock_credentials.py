"""Who signs a request to Bedrock, or carries a key; and what is never asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import KEY

from support.aws import signer
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


def test_temporary_credentials_carry_their_token(runner: Runner, server: RecordingServer) -> None:
    runner.chat(runner.connection(server.origin, settings={"aws_session_token": Secret("token-1")}), call())
    assert server.last.headers["x-amz-security-token"] == "token-1"
    assert signer(server.last, KEY) == SERVICE.own_identity


def test_headers_of_the_entry_are_signed_too(runner: Runner, server: RecordingServer) -> None:
    runner.chat(runner.connection(server.origin, headers={"X-Team": Secret("evals")}), call())
    assert server.last.headers["x-team"] == "evals"
    assert "x-team" in server.last.headers["authorization"]
    assert signer(server.last, KEY) == SERVICE.own_identity


def test_the_aws_chain_is_asked_where_no_keys_are_given(
    runner: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"ACCESS_KEY_ID": "AKIACHAIN", "SECRET_ACCESS_KEY": CHAIN_KEY}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "LEAK")
    runner.chat(runner.connection(server.origin, settings=NO_KEYS), call())
    assert signer(server.last, CHAIN_KEY)["signed by"] == "AKIACHAIN"


@pytest.mark.parametrize("by_variable", [False, True])
def test_a_profile_is_read_from_its_file(
    runner: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch, by_variable: bool
) -> None:
    folder = Path.home() / ".aws"
    folder.mkdir()
    keys = f"[work]\naws_access_key_id = AKIAWORK\naws_secret_access_key = {CHAIN_KEY}\n"
    (folder / "credentials").write_text(keys)
    (folder / "config").write_text("[profile work]\nregion = us-west-1\nendpoint_url = http://127.0.0.1:9\n")
    settings: dict[str, Any] = {**NO_KEYS, "profile": None if by_variable else "work"}
    if by_variable:
        monkeypatch.setenv("AWS_PROFILE", "work")
    runner.chat(runner.connection(server.origin, settings=settings), call())
    assert signer(server.last, CHAIN_KEY) == {"signed by": "AKIAWORK", "for": f"{REGION}/bedrock"}


@pytest.mark.parametrize("give", [Secret, lambda key: lambda: key])
def test_a_bedrock_api_key_is_sent_as_it_is(
    runner: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch, give: Any
) -> None:
    for name, value in SERVICE.poison.items():
        monkeypatch.setenv(name, value)
    settings = {**NO_KEYS, "api_key": give("bedrock-api-key")}
    connection = runner.connection(server.origin, settings=settings, auth="key")
    runner.chat(connection, call())
    runner.stream(connection, call())
    for request in server.requests:
        assert request.headers["authorization"] == "Bearer bedrock-api-key"
        assert "LEAK" not in request.everything


def test_keys_that_are_given_win_over_a_bedrock_api_key(runner: Runner, server: RecordingServer) -> None:
    runner.chat(runner.connection(server.origin, settings={"api_key": Secret("other")}, auth="key"), call())
    assert signer(server.last, KEY) == SERVICE.own_identity


def test_auth_none_sends_nothing_of_anybodys(
    runner: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SERVICE.poison.items():
        monkeypatch.setenv(name, value)
    runner.chat(runner.connection(server.origin, settings=NO_KEYS, auth="none"), call())
    assert signer(server.last, KEY) == {}
    assert "LEAK" not in server.last.everything


def test_no_credentials_are_a_matter_of_auth(runner: Runner, server: RecordingServer) -> None:
    failure = runner.failure(runner.connection(server.origin, settings=NO_KEYS), call())
    assert (failure.step, failure.reason) == ("auth", "no-credentials")
    assert not server.requests


def test_building_does_not_ask_the_metadata_address(
    runner: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.origin)
    built = runner.adapter.build(runner.connection("http://127.0.0.1:1", settings=NO_KEYS), sync=runner.sync)
    assert not server.requests
    if built.close is not None:
        built.close()


@pytest.mark.parametrize("missing", ["aws_access_key_id", "aws_secret_access_key"])
def test_half_of_a_key_pair_is_refused(runner: Runner, missing: str) -> None:
    with pytest.raises(ValueError, match="not one of them"):
        runner.client(runner.connection("http://127.0.0.1:1", settings={missing: None}))


def test_a_profile_that_is_missing_is_reported(runner: Runner) -> None:
    connection = runner.connection("http://127.0.0.1:1", settings={**NO_KEYS, "profile": "nowhere"})
    with pytest.raises(ArgumentError, match=r"profile \(nowhere\) could not be found") as caught:
        runner.client(connection)
    assert caught.value.argument == "profile"


def test_a_key_that_no_header_can_carry_is_not_shown(runner: Runner, server: RecordingServer) -> None:
    failure = runner.failure(
        runner.connection(server.origin, settings={"aws_access_key_id": f"{KEY}\n"}), call()
    )
    assert (failure.step, failure.reason, failure.status) == ("auth", "header", None)
    assert KEY not in failure.detail
    assert not server.requests
