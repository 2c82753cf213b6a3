"""Anthropic's client for Bedrock: signatures, where the credentials come from, and the bearer token that stays out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.adapter.chat_types import ChatCall
from modelcatalog.providers.adapter.registry import load_adapter

from support import answers, eventstream
from support.answers import Answer
from support.recording_server import RecordingServer
from support.roads import KEY, Road, call
from support.signatures import signed_by

# Of the settings of a usual connection, none that says who asks.
CHAIN = {"aws_access_key": None, "aws_secret_key": None}


@pytest.fixture
def adapter_name() -> str:
    return "anthropic_bedrock"


@pytest.fixture(autouse=True)
def no_metadata_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


def profile(tmp_path: Path, name: str, key: str, secret: str) -> None:
    folder = tmp_path / "home" / ".aws"
    folder.mkdir(exist_ok=True)
    with (folder / "credentials").open("a") as file:
        file.write(f"[{name}]\naws_access_key_id = {key}\naws_secret_access_key = {secret}\n")


def test_the_colon_of_a_model_id_is_kept(road: Road, server: RecordingServer) -> None:
    model = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
    road.chat(road.connection(server.origin), ChatCall.of(model, call().messages))
    assert server.last.target == f"/model/{model}/invoke"
    assert road.service.read(server.last).model == model


def test_a_session_token_is_signed_and_sent(road: Road, server: RecordingServer) -> None:
    settings = {"aws_session_token": Secret("session-token-1")}
    road.chat(road.connection(server.origin, settings=settings), call())
    assert server.last.headers["x-amz-security-token"] == "session-token-1"
    assert "x-amz-security-token" in server.last.headers["authorization"]
    assert signed_by(server.last, KEY) == "AKIDSENTINEL/eu-test-1/bedrock"


def test_a_profile_of_the_entry_gives_the_keys(
    road: Road, server: RecordingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile(tmp_path, "work", "AKIDWORK", "work-secret")
    profile(tmp_path, "other", "AKIDOTHER", "LEAK")
    monkeypatch.setenv("AWS_PROFILE", "other")
    road.chat(road.connection(server.origin, settings={**CHAIN, "aws_profile": "work"}), call())
    assert signed_by(server.last, "work-secret") == "AKIDWORK/eu-test-1/bedrock"


def test_without_keys_the_chain_of_aws_is_asked_anew_for_each_client(
    road: Road, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", f"AKIDCHAIN{number}")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", f"secret-{number}")
        road.chat(road.connection(server.origin, settings=CHAIN), call())
        assert signed_by(server.last, f"secret-{number}") == f"AKIDCHAIN{number}/eu-test-1/bedrock"


@pytest.mark.parametrize("settings", [{}, CHAIN], ids=["keys", "chain"])
def test_a_bearer_token_of_the_environment_never_takes_the_place_of_a_signature(
    road: Road, server: RecordingServer, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any]
) -> None:
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "LEAK")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDSENTINEL")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEY)
    connection = road.connection(server.origin, settings=settings)

    def copies(client: Any) -> list[Any]:
        return [client, client.copy(), client.with_options(timeout=9).with_options(max_retries=1)]

    async def all_of(client: Any) -> None:
        for one in copies(client):
            await road.adapter.achat(one, call())

    road.run(
        connection,
        lambda client: (
            [road.adapter.chat(one, call()) for one in copies(client)] if road.sync else all_of(client)
        ),
    )
    assert len(server.requests) == 3
    assert all(road.service.identity(request) == road.service.own_identity for request in server.requests)


def test_a_copy_may_have_other_credentials(road: Road, server: RecordingServer) -> None:
    connection = road.connection(server.origin)
    given = {"aws_access_key": "AKIDTWO", "aws_secret_key": "secret-two", "aws_region": "us-test-2"}

    async def both(client: Any) -> None:
        await road.adapter.achat(client.with_options(**given), call())
        await road.adapter.achat(client.with_options(api_key="bearer-1"), call())

    def use(client: Any) -> Any:
        if not road.sync:
            return both(client)
        road.adapter.chat(client.with_options(**given), call())
        return road.adapter.chat(client.with_options(api_key="bearer-1"), call())

    road.run(connection, use)
    signed, bearer = server.requests
    assert signed_by(signed, "secret-two") == "AKIDTWO/us-test-2/bedrock"
    assert bearer.headers["authorization"] == "Bearer bearer-1"


def test_credentials_among_the_arguments_take_the_place_of_all_of_ours(
    road: Road, server: RecordingServer
) -> None:
    given = {"aws_access_key": "AKIDMINE", "aws_secret_key": "my-secret"}
    settings = {"aws_session_token": Secret("LEAK")}
    connection = road.connection(server.origin, settings=settings, arguments={"client": given})
    road.chat(connection, call())
    assert signed_by(server.last, "my-secret") == "AKIDMINE/eu-test-1/bedrock"
    assert "LEAK" not in server.last.everything


def test_a_key_of_bedrock_is_sent_as_it_is(road: Road, server: RecordingServer) -> None:
    settings = {**CHAIN, "api_key": Secret(KEY)}
    road.chat(road.connection(server.origin, settings=settings, auth="key"), call())
    assert server.last.headers["authorization"] == f"Bearer {KEY}"


def test_auth_none_sends_nothing(road: Road, server: RecordingServer) -> None:
    road.chat(road.connection(server.origin, auth="none"), call())
    assert "authorization" not in server.last.headers


def test_without_a_region_there_is_no_client(road: Road, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "leak-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "leak-2")
    with pytest.raises(ValueError, match="acme has no region"):
        road.client(road.connection("http://127.0.0.1:1", settings={"region": None}))


def test_the_region_gives_the_address(road: Road) -> None:
    client = road.client(road.connection("http://127.0.0.1:1", settings={"base_url": None}))
    assert str(client.base_url) == "https://bedrock-runtime.eu-test-1.amazonaws.com"


def test_no_credentials_and_a_profile_that_is_missing_are_matters_of_auth(
    road: Road, server: RecordingServer
) -> None:
    for settings, words in ((CHAIN, "Could not resolve AWS credentials"), ({"aws_profile": "gone"}, "gone")):
        failure = road.failure(road.connection(server.origin, settings={**CHAIN, **settings}), call())
        assert (failure.step, failure.reason) == ("auth", "no-credentials")
        assert words in failure.detail
    assert not server.requests


def test_a_redirect_leaves_the_session_token_at_home(road: Road, server: RecordingServer) -> None:
    with RecordingServer(service=road.service) as other:
        server.answer(answers.redirect(f"{other.origin}/model/m/invoke"))
        settings = {"aws_session_token": Secret("LEAK-session")}
        road.chat(road.connection(server.origin, settings=settings), call())
        assert "LEAK" not in other.last.everything
        assert "authorization" not in other.last.headers


def test_an_exception_in_the_middle_of_a_stream_is_reported(road: Road, server: RecordingServer) -> None:
    begun = road.service.stream("Hel", finish=None).pieces
    failing = eventstream.failing("throttlingException", b'{"message": "Too many tokens"}')
    server.answer(Answer((*begun, failing), kind=eventstream.KIND))
    failure = road.failure(road.connection(server.origin), call(), stream=True)
    assert (failure.step, failure.detail) == ("quota", "Too many tokens")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("https://bedrock-runtime.eu-west-1.amazonaws.com", None),
        ("https://x.dev/model/m:0/invoke", "Write https://x.dev."),
        ("https://api.anthropic.com", "use anthropic without qualifier"),
    ],
)
def test_an_address_that_is_not_bedrocks_is_refused(url: str, words: str | None) -> None:
    problem = load_adapter("anthropic_bedrock").url_problem(url)
    assert problem is None if words is None else words in (problem or "")
