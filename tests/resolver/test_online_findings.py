"""What `check --online` makes of a failed call: the code, how bad it is, the sentence, and the hint."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import pytest

from modelcatalog.providers.adapter.connection import Failure
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.resolver import check, load_catalog
from modelcatalog.resolver.checking.online import ask_all
from modelcatalog.resolver.checking.online_findings import finding_for
from modelcatalog.resolver.checking.report import CheckRow, OnlineAnswer
from modelcatalog.resolver.credentials.cloud_identities import CloudIdentity

CODES = [
    ("auth", "key", "key-refused"),
    ("auth", "forbidden", "access-denied"),
    ("auth", "expired", "credentials-failed"),
    ("auth", "header", "request-refused"),
    ("path", "redirect", "redirected"),
    ("path", "redirects", "redirected"),
    ("path", "not-found", "wrong-path"),
    ("model", "unknown-model", "wrong-path"),
    ("quota", "no-credit", "no-credit"),
    ("quota", "rate", "rate-limited"),
    ("local", "error", "request-refused"),
    ("proxy", "credentials", "no-connection"),
    ("dns", "unknown", "unknown-host"),
    ("connect", "refused", "connection-refused"),
    ("connect", "reset", "no-connection"),
    ("tls", "certificate", "untrusted-certificate"),
    ("tls", "error", "no-tls"),
    ("http", "error", "unreadable-answer"),
    ("server", "timeout", "service-error"),
    ("answer", "error", "unreadable-answer"),
    ("server", "error", "service-error"),
    ("request", "error", "request-refused"),
]
BASE = "Is the base URL right? It came from ACME_BASE_URL, environment: export ACME_BASE_URL=..."
HINTS = [
    ("key", "auth", "The key came from ACME_API_KEY, environment; get one at https://acme.example/keys."),
    (
        "forbidden",
        "auth",
        "The key came from ACME_API_KEY, environment; get one at https://acme.example/keys.",
    ),
    ("expired", "auth", None),
    ("redirect", "path", BASE),
    ("not-found", "path", BASE),
    ("unknown", "dns", BASE),
    ("error", "tls", BASE),
    ("error", "answer", BASE),
    (
        "refused",
        "connect",
        "Is the server running? It came from ACME_BASE_URL, environment: export ACME_BASE_URL=...",
    ),
    (
        "certificate",
        "tls",
        "Behind a company's proxy, name its root certificate: export SSL_CERT_FILE=/path/to/ca.pem",
    ),
    ("deadline", "timeout", "Give it more time: catalog check acme --online --timeout 60"),
    ("rate", "quota", "Try again later."),
    ("error", "server", "Try again later."),
    ("no-credit", "quota", "Add credit at https://acme.example/keys."),
    ("reset", "connect", None),
    ("error", "request", None),
]
KEY = "acme-key-0123456789"
ENTRY = {"base_url": "http://127.0.0.1:9/v1", "keys": "https://acme.example/keys"}


def row(env: dict[str, str] | None = None, **facts: Any) -> CheckRow:
    catalog = load_catalog(user=False, project=False, overlay={"providers": {"acme": {**ENTRY, **facts}}})
    given = {"ACME_API_KEY": KEY, "ACME_BASE_URL": "http://127.0.0.1:7/v1"} if env is None else env
    return check("acme", catalog=catalog, env=given).rows[0]


def failure(step: Any, reason: str, **more: Any) -> Failure:
    nothing: dict[str, Any] = {"status": None, "url": None, "method": None, "detail": "Oops."}
    return Failure(step, reason, **{**nothing, **more})


@pytest.mark.parametrize(("step", "reason", "code"), CODES)
def test_code_and_weight_of_a_failure(step: str, reason: str, code: str) -> None:
    found = finding_for(row(), failure(step, reason), 5.0)
    assert (found.code, found.severity) == (code, "warning" if code == "rate-limited" else "error")
    assert found.message == "Oops."


@pytest.mark.parametrize(("reason", "step", "hint"), HINTS)
def test_hint_of_a_failure(step: str, reason: str, hint: str | None) -> None:
    assert finding_for(row(), failure(step, reason), 20.0).hint == hint


def test_words_of_the_service_come_with_the_status_and_the_address() -> None:
    url = "http://127.0.0.1:7/v1/models"
    found = finding_for(row(), failure("server", "error", status=500, url=url), 5.0)
    assert found.message == f"500: Oops (GET {url})."
    found = finding_for(row(), failure("server", "error", url=url, method="POST", detail=""), 5.0)
    assert found.message == f"no words came with it (POST {url})."
    assert finding_for(row(), failure("auth", "header", status=401), 5.0).code == "credentials-failed"
    assert finding_for(row(), failure("auth", "key", status=None), 5.0).code == "key-refused"


@pytest.mark.parametrize(("step", "code"), [("answer", "html-answer"), ("server", "service-error")])
def test_page_for_people_is_recognised(step: str, code: str) -> None:
    assert finding_for(row(), failure(step, "error", detail="<HTML>"), 5.0).code == code


def test_hints_where_little_is_known() -> None:
    bare = row({}, keys=None, api_key="optional")
    assert finding_for(bare, failure("auth", "key"), 5.0).hint == "No key was sent."
    assert finding_for(bare, failure("quota", "no-credit"), 5.0).hint == "Add credit."
    assert finding_for(bare, failure("dns", "x"), 5.0).hint == "Does this machine reach the internet?"
    assert finding_for(bare, failure("timeout", "x"), 5.0).hint == (
        "Give it more time: catalog check acme --online --timeout 30"
    )
    said = finding_for(bare, failure("tls", "x"), 5.0).hint
    assert said == "Is the base URL right? It came from default, overlay:5: export ACME_BASE_URL=..."


def test_list_is_asked_for_once_more_without_any_secret() -> None:
    """Without the key, and without the headers that hold one: whoever answers that needs neither."""
    headers = {"X-Tenant": {"env": "ACME_TENANT"}, "X-Team": "evals"}
    with RecordingServer() as server:
        server.answer(answers.models("a"), answers.models("a"))
        entry = {**ENTRY, "base_url": server.url, "headers": headers}
        catalog = load_catalog(user=False, project=False, overlay={"providers": {"acme": entry}})
        env = {"ACME_API_KEY": KEY, "ACME_TENANT": "tenant-0123456789"}
        answer = ask_all(check("acme", catalog=catalog, env=env)).rows[0].answer
        first, second = server.requests
    assert answer is not None
    assert answer.outcome == "answers"
    assert (KEY in first.everything, "tenant-0123456789" in first.everything) == (True, True)
    assert (KEY in second.everything, "tenant-0123456789" in second.everything) == (False, False)
    assert "evals" in second.everything


def test_summary_of_a_row_is_its_first_error_or_where_the_key_came_from() -> None:
    error = finding_for(row(), failure("auth", "key", detail="No. Not so."), 5.0)
    note = finding_for(row(), failure("quota", "rate"), 5.0)
    assert replace(row(), findings=(note, error)).summary == ("No", error.hint)
    assert replace(row(), findings=(note,)).summary == ("ACME_API_KEY, environment", "")
    assert replace(row({}), findings=()).summary == ("", "")
    assert replace(row({}, api_key="none"), findings=()).summary == ("http://127.0.0.1:9/v1", "")
    answer = OnlineAnswer("acme", "fails", (error,))
    assert replace(row(), answer=answer).summary == ("No", error.hint)
    plain = finding_for(row(), failure("request", "error"), 5.0)
    assert replace(row(), findings=(plain, error)).summary == ("Oops", "")
    identity = CloudIdentity("aws", "this machine")
    known = replace(row({}, api_key="none").plan, identity=identity)
    assert replace(row(), plan=known, findings=()).summary == ("this machine", "")


CLOUDS = [entry.id for entry in load_catalog(user=False, project=False).entries() if "key" not in entry.auth]


@pytest.mark.parametrize("name", CLOUDS)
@pytest.mark.parametrize("reason", ["key", "forbidden"])
def test_refused_credentials_of_a_cloud_are_not_called_a_key(
    name: str, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    catalog = load_catalog(user=False, project=False)
    nothing = check(name, catalog=catalog, env={}).rows[0]
    identity = nothing.plan.identity
    assert identity is not None
    assert identity.hint
    assert finding_for(nothing, failure("auth", reason), 5.0).hint == identity.hint
    if "aws" in nothing.plan.entry.auth:
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAQ7")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "x" * 40)
        found = finding_for(check(name, catalog=catalog).rows[0], failure("auth", reason), 5.0)
        assert found.hint == "The credentials came from AWS_ACCESS_KEY_ID, environment."


def test_client_that_can_not_be_made_is_a_finding(monkeypatch: pytest.MonkeyPatch) -> None:
    report = check("openai", env={"OPENAI_API_KEY": "sk-0123456789abcdef0123"}, arguments={"timeout_s": 1})
    report = replace(report, rows=report.rows[:1])
    for module, said in (
        ("openai", "The SDK makes no client for openai: openai has no argument 'timeout_s' "),
        (None, "The SDK makes no client for openai: ModuleNotFoundError: "),
    ):
        if module is None:
            monkeypatch.setitem(sys.modules, "openai", None)
        answer = ask_all(report).rows[0].answer
        assert answer is not None
        [finding] = answer.findings
        assert (answer.outcome, finding.code) == ("fails", "unbuildable")
        assert finding.message.startswith(said)
        assert not finding.message.endswith("..")
