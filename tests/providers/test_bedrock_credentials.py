"""Who signs a request to Bedrock, or carries a key; and what is never asked."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.catalog.redaction.secret import Secret

from support.aws import signer
from support.recording_server import RecordingServer
from support.roads import KEY, Road, call
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
def road(sync: bool, monkeypatch: pytest.MonkeyPatch) -> Road:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    return Road("bedrock", sync)


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with RecordingServer(service=SERVICE) as running:
        yield running


def test_temporary_credentials_carry_their_token(road: Road, server: RecordingServer) -> None:
    road.chat(road.connection(server.origin, settings={"aws_session_token": Secret("token-1")}), call())
    assert server.last.headers["x-amz-security-token"] == "token-1"
    assert signer(server.last, KEY) == SERVICE.own_identity


def test_headers_of_the_entry_are_signed_too(road: Road, server: RecordingServer) -> None:
    road.chat(road.connection(server.origin, headers={"X-Team": Secret("evals")}), call())
    assert server.last.headers["x-team"] == "evals"
    assert "x-team" in server.last.headers["authorization"]
    assert signer(server.last, KEY) == SERVICE.own_identity


def test_the_aws_chain_is_asked_where_no_keys_are_given(
    road: Road, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"ACCESS_KEY_ID": "AKIACHAIN", "SECRET_ACCESS_KEY": CHAIN_KEY}.items():
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "LEAK")
    road.chat(road.connection(server.origin, settings=NO_KEYS), call())
    assert signer(server.last, CHAIN_KEY)["signed by"] == "AKIACHAIN"


@pytest.mark.parametrize("by_variable", [False, True])
def test_a_profile_is_read_from_its_file(
    road: Road, server: RecordingServer, monkeypatch: pytest.MonkeyPatch, by_variable: bool
) -> None:
    folder = Path.home() / ".aws"
    folder.mkdir()
    keys = f"[work]\naws_access_key_id = AKIAWORK\naws_secret_access_key = {CHAIN_KEY}\n"
    (folder / "credentials").write_text(keys)
    (folder / "config").write_text("[profile work]\nregion = us-west-1\nendpoint_url = http://127.0.0.1:9\n")
    settings: dict[str, Any] = {**NO_KEYS, "profile": None if by_variable else "work"}
    if by_variable:
        monkeypatch.setenv("AWS_PROFILE", "work")
    road.chat(road.connection(server.origin, settings=settings), call())
    assert signer(server.last, CHAIN_KEY) == {"signed by": "AKIAWORK", "for": f"{REGION}/bedrock"}


@pytest.mark.parametrize("give", [Secret, lambda key: lambda: key])
def test_a_bedrock_api_key_is_sent_as_it_is(
    road: Road, server: RecordingServer, monkeypatch: pytest.MonkeyPatch, give: Any
) -> None:
    for name, value in SERVICE.poison.items():
        monkeypatch.setenv(name, value)
    settings = {**NO_KEYS, "api_key": give("bedrock-api-key")}
    connection = road.connection(server.origin, settings=settings, auth="key")
    road.chat(connection, call())
    road.stream(connection, call())
    for request in server.requests:
        assert request.headers["authorization"] == "Bearer bedrock-api-key"
        assert "LEAK" not in request.everything


def test_keys_that_are_given_win_over_a_bedrock_api_key(road: Road, server: RecordingServer) -> None:
    road.chat(road.connection(server.origin, settings={"api_key": Secret("other")}, auth="key"), call())
    assert signer(server.last, KEY) == SERVICE.own_identity


def test_auth_none_sends_nothing_of_anybodys(
    road: Road, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in SERVICE.poison.items():
        monkeypatch.setenv(name, value)
    road.chat(road.connection(server.origin, settings=NO_KEYS, auth="none"), call())
    assert signer(server.last, KEY) == {}
    assert "LEAK" not in server.last.everything


def test_no_credentials_are_a_matter_of_auth(road: Road, server: RecordingServer) -> None:
    failure = road.failure(road.connection(server.origin, settings=NO_KEYS), call())
    assert (failure.step, failure.reason) == ("auth", "no-credentials")
    assert not server.requests


def test_building_does_not_ask_the_metadata_address(
    road: Road, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AWS_EC2_METADATA_DISABLED")
    monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", server.origin)
    built = road.adapter.build(road.connection("http://127.0.0.1:1", settings=NO_KEYS), sync=road.sync)
    assert not server.requests
    if built.close is not None:
        built.close()


@pytest.mark.parametrize("missing", ["aws_access_key_id", "aws_secret_access_key"])
def test_half_of_a_key_pair_is_refused(road: Road, missing: str) -> None:
    with pytest.raises(ValueError, match="not one of them"):
        road.client(road.connection("http://127.0.0.1:1", settings={missing: None}))


def test_a_profile_that_is_missing_is_reported(road: Road) -> None:
    connection = road.connection("http://127.0.0.1:1", settings={**NO_KEYS, "profile": "nowhere"})
    with pytest.raises(ArgumentError, match=r"profile \(nowhere\) could not be found") as caught:
        road.client(connection)
    assert caught.value.argument == "profile"


def test_a_key_that_no_header_can_carry_is_not_shown(road: Road, server: RecordingServer) -> None:
    failure = road.failure(road.connection(server.origin, settings={"aws_access_key_id": f"{KEY}\n"}), call())
    assert (failure.step, failure.reason, failure.status) == ("auth", "header", None)
    assert KEY not in failure.detail
    assert not server.requests
