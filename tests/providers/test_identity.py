"""Whether the clouds' own sign-in services know a login: signed requests and assertions, verified on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.bedrock.identity import identify as identify_at_aws
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.resolver import check
from modelcatalog.resolver.checking.online import ask_all
from modelcatalog.resolver.checking.report import OnlineAnswer

from support.aws import signer
from support.google_account import ADDRESS, TOKEN, account
from support.runners import runner_of

KEY_ID, SECRET = "AKIASENTINEL00000001", "secret-of-the-sentinel-0123456789"
ARN = "arn:aws:iam::123456789012:user/sentinel"
KNOWN = f"""<GetCallerIdentityResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><GetCallerIdentityResult>
<Arn>{ARN}</Arn><UserId>U</UserId><Account>123456789012</Account></GetCallerIdentityResult></GetCallerIdentityResponse>"""
UNKNOWN = """<ErrorResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><Error><Type>Sender</Type>
<Code>{code}</Code><Message>The token is no good</Message></Error></ErrorResponse>"""
NAMES = {
    "bedrock": ("aws_access_key_id", "aws_secret_access_key"),
    "anthropic_bedrock": ("aws_access_key", "aws_secret_key"),
}


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with RecordingServer() as running:
        yield running


def xml(text: str, status: int = 200) -> Answer:
    return Answer((text.encode(),), status, "text/xml")


def connection(adapter: str, **changes: Any) -> Any:
    key_id, secret = NAMES[adapter]
    settings = {key_id: KEY_ID, secret: Secret(SECRET), "region": "eu-central-1"}
    return runner_of(adapter, sync=True).connection(
        "http://127.0.0.1:9", settings=settings, auth="aws", **changes
    )


@pytest.mark.parametrize("adapter", NAMES)
def test_login_of_aws_is_known_by_its_signature(adapter: str, server: RecordingServer) -> None:
    server.answer(xml(KNOWN))
    assert identify_at_aws(connection(adapter), server.origin) == ARN
    assert signer(server.last, SECRET) == {"signed by": KEY_ID, "for": "eu-central-1/sts"}
    assert b"Action=GetCallerIdentity" in server.last.body
    assert SECRET not in server.last.everything


@pytest.mark.parametrize("adapter", NAMES)
@pytest.mark.parametrize(
    ("code", "reason"),
    [("InvalidClientTokenId", "key"), ("SignatureDoesNotMatch", "key"), ("ExpiredToken", "expired")],
)
def test_credentials_that_aws_refuses_is_explained(
    adapter: str, code: str, reason: str, server: RecordingServer
) -> None:
    server.answer(xml(UNKNOWN.format(code=code), 403))
    with pytest.raises(Exception, match="no good") as caught:
        identify_at_aws(connection(adapter), server.origin)
    failure = load_adapter(adapter).failure(caught.value, [SECRET])
    assert (failure.step, failure.reason, failure.status) == ("auth", reason, 403)
    assert len(server.requests) == 1


def test_api_key_of_bedrock_is_no_login() -> None:
    with pytest.raises(NotImplementedError, match="calls of models only"):
        identify_at_aws(runner_of("bedrock", sync=True).connection("http://127.0.0.1:9", auth="key"))


def asked(name: str) -> OnlineAnswer:
    (row,) = [row for row in ask_all(check(name)).rows if row.id == name]
    assert row.answer is not None, row.findings
    assert TOKEN not in repr(row.answer)
    return row.answer


@pytest.fixture
def google(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("GOOGLE_APPLICATION_CREDENTIALS", str(account().file(tmp_path)))
    for name in ("GOOGLE_CLOUD_PROJECT", "ANTHROPIC_VERTEX_PROJECT_ID"):
        monkeypatch.setenv(name, "my-project")
    monkeypatch.setenv("ANTHROPIC_VERTEX_REGION", "europe-west1")
    yield
    account().refuses = False


@pytest.mark.usefixtures("google")
@pytest.mark.parametrize("name", ["google/vertex", "vertex", "anthropic/vertex"])
def test_login_of_google_is_asked_for_a_token_and_nothing_else(name: str) -> None:
    before = len(account().claims)
    answer = asked(name)
    assert (answer.outcome, [finding.code for finding in answer.findings]) == ("answers", ["unproved-right"])
    assert [claims["iss"] for claims in account().claims[before:]] == [ADDRESS]


@pytest.mark.usefixtures("google")
@pytest.mark.parametrize("name", ["google/vertex", "vertex", "anthropic/vertex"])
def test_credentials_that_google_refuses_is_reported(name: str) -> None:
    account().refuses = True
    answer = asked(name)
    assert (answer.outcome, [finding.code for finding in answer.findings]) == (
        "fails",
        ["credentials-failed"],
    )
    assert "Account not found" in answer.findings[0].message


@pytest.mark.usefixtures("google")
def test_login_isnt_shown_to_anybody_where_the_host_is_the_users_own(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANTHROPIC_VERTEX_BASE_URL", "http://127.0.0.1:9/v1")
    before = len(account().claims)
    assert asked("anthropic/vertex").outcome == "not_contacted"
    assert len(account().claims) == before
