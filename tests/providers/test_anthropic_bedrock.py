"""Anthropic's client for Bedrock: signatures, where the credentials come from, and the bearer token that stays out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.adapter.chat_types import ChatCall
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import KEY

from support import eventstream
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


def test_the_colon_of_a_model_id_is_kept(runner: Runner, server: RecordingServer) -> None:
    model = "eu.anthropic.claude-sonnet-4-5-20250929-v1:0"
    runner.chat(runner.connection(server.origin), ChatCall.of(model, call().messages))
    assert server.last.target == f"/model/{model}/invoke"
    assert runner.service.read(server.last).model == model


def test_a_session_token_is_signed_and_sent(runner: Runner, server: RecordingServer) -> None:
    settings = {"aws_session_token": Secret("session-token-1")}
    runner.chat(runner.connection(server.origin, settings=settings), call())
    assert server.last.headers["x-amz-security-token"] == "session-token-1"
    assert "x-amz-security-token" in server.last.headers["authorization"]
    assert signed_by(server.last, KEY) == "AKIDSENTINEL/eu-test-1/bedrock"


def test_a_profile_of_the_entry_gives_the_keys(
    runner: Runner, server: RecordingServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    profile(tmp_path, "work", "AKIDWORK", "work-secret")
    profile(tmp_path, "other", "AKIDOTHER", "LEAK")
    monkeypatch.setenv("AWS_PROFILE", "other")
    runner.chat(runner.connection(server.origin, settings={**CHAIN, "aws_profile": "work"}), call())
    assert signed_by(server.last, "work-secret") == "AKIDWORK/eu-test-1/bedrock"


def test_without_keys_the_chain_of_aws_is_asked_anew_for_each_client(
    runner: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in (1, 2):
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", f"AKIDCHAIN{number}")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", f"secret-{number}")
        runner.chat(runner.connection(server.origin, settings=CHAIN), call())
        assert signed_by(server.last, f"secret-{number}") == f"AKIDCHAIN{number}/eu-test-1/bedrock"


@pytest.mark.parametrize("settings", [{}, CHAIN], ids=["keys", "chain"])
def test_a_bearer_token_of_the_environment_never_takes_the_place_of_a_signature(
    runner: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch, settings: dict[str, Any]
) -> None:
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "LEAK")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDSENTINEL")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", KEY)
    connection = runner.connection(server.origin, settings=settings)

    def copies(client: Any) -> list[Any]:
        return [client, client.copy(), client.with_options(timeout=9).with_options(max_retries=1)]

    async def all_of(client: Any) -> None:
        for one in copies(client):
            await runner.adapter.achat(one, call())

    runner.run(
        connection,
        lambda client: (
            [runner.adapter.chat(one, call()) for one in copies(client)] if runner.sync else all_of(client)
        ),
    )
    assert len(server.requests) == 3
    assert all(runner.service.identity(request) == runner.service.own_identity for request in server.requests)


def test_a_copy_may_have_other_credentials(runner: Runner, server: RecordingServer) -> None:
    connection = runner.connection(server.origin)
    given = {"aws_access_key": "AKIDTWO", "aws_secret_key": "secret-two", "aws_region": "us-test-2"}

    async def both(client: Any) -> None:
        await runner.adapter.achat(client.with_options(**given), call())
        await runner.adapter.achat(client.with_options(api_key="bearer-1"), call())

    def use(client: Any) -> Any:
        if not runner.sync:
            return both(client)
        runner.adapter.chat(client.with_options(**given), call())
        return runner.adapter.chat(client.with_options(api_key="bearer-1"), call())

    runner.run(connection, use)
    signed, bearer = server.requests
    assert signed_by(signed, "secret-two") == "AKIDTWO/us-test-2/bedrock"
    assert bearer.headers["authorization"] == "Bearer bearer-1"


def test_credentials_among_the_arguments_take_the_place_of_all_of_ours(
    runner: Runner, server: RecordingServer
) -> None:
    given = {"aws_access_key": "AKIDMINE", "aws_secret_key": "my-secret"}
    settings = {"aws_session_token": Secret("LEAK")}
    connection = runner.connection(server.origin, settings=settings, arguments={"client": given})
    runner.chat(connection, call())
    assert signed_by(server.last, "my-secret") == "AKIDMINE/eu-test-1/bedrock"
    assert "LEAK" not in server.last.everything


def test_a_key_of_bedrock_is_sent_as_it_is(runner: Runner, server: RecordingServer) -> None:
    settings = {**CHAIN, "api_key": Secret(KEY)}
    runner.chat(runner.connection(server.origin, settings=settings, auth="key"), call())
    assert server.last.headers["authorization"] == f"Bearer {KEY}"


def test_auth_none_sends_nothing(runner: Runner, server: RecordingServer) -> None:
    runner.chat(runner.connection(server.origin, auth="none"), call())
    assert "authorization" not in server.last.headers


def test_without_a_region_there_is_no_client(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_REGION", "leak-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "leak-2")
    with pytest.raises(ValueError, match="acme has no region"):
        runner.client(runner.connection("http://127.0.0.1:1", settings={"region": None}))


def test_the_region_gives_the_address(runner: Runner) -> None:
    client = runner.client(runner.connection("http://127.0.0.1:1", settings={"base_url": None}))
    assert str(client.base_url) == "https://bedrock-runtime.eu-test-1.amazonaws.com"


def test_no_credentials_and_a_profile_that_is_missing_are_matters_of_auth(
    runner: Runner, server: RecordingServer
) -> None:
    for settings, words in ((CHAIN, "Could not resolve AWS credentials"), ({"aws_profile": "gone"}, "gone")):
        failure = runner.failure(runner.connection(server.origin, settings={**CHAIN, **settings}), call())
        assert (failure.step, failure.reason) == ("auth", "no-credentials")
        assert words in failure.detail
    assert not server.requests


def test_a_redirect_leaves_the_session_token_at_home(runner: Runner, server: RecordingServer) -> None:
    with RecordingServer(service=runner.service) as other:
        server.answer(answers.redirect(f"{other.origin}/model/m/invoke"))
        settings = {"aws_session_token": Secret("LEAK-session")}
        runner.chat(runner.connection(server.origin, settings=settings), call())
        assert "LEAK" not in other.last.everything
        assert "authorization" not in other.last.headers


def test_an_exception_in_the_middle_of_a_stream_is_reported(runner: Runner, server: RecordingServer) -> None:
    begun = runner.service.stream("Hel", finish=None).pieces
    failing = eventstream.failing("throttlingException", b'{"message": "Too many tokens"}')
    server.answer(Answer((*begun, failing), kind=eventstream.KIND))
    failure = runner.failure(runner.connection(server.origin), call(), stream=True)
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
