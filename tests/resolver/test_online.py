"""`check --online`: each listing service asked over a real connection, and every kind of failure told by its code."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.finding_codes import CODES
from modelcatalog.catalog.model.entries import Entry
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recording_server import RecordingServer, closed_port
from modelcatalog.providers.testing.service import KEY
from modelcatalog.resolver import check, load_catalog
from modelcatalog.resolver.checking.online import ask_all
from modelcatalog.resolver.checking.report import CheckReport, OnlineAnswer

from support.certificates import self_signed
from support.entries import ENTRIES, set_up
from support.services import service_of

LISTING = [
    entry
    for entry in ENTRIES
    if service_of(entry.adapter).lists_models and entry.list_models.get("available") is not False
]
SILENT = [entry for entry in ENTRIES if entry not in LISTING]
each = pytest.mark.parametrize("entry", LISTING, ids=lambda entry: entry.id)


@pytest.fixture
def server(entry: Entry) -> Iterator[RecordingServer]:
    with RecordingServer(service=service_of(entry.adapter)) as running:
        yield running


def asked(entry: Entry, **options: Any) -> OnlineAnswer:
    report = ask_all(check(entry.id), **options)
    (row,) = [row for row in report.rows if row.id == entry.id]
    assert row.answer is not None, row.findings
    assert KEY not in repr(row.answer) + str(row.to_json())
    assert {finding.code for finding in row.answer.findings} <= CODES.keys()
    return row.answer


def knows(entry: Entry) -> bool:
    """Whether the entry's facts hold at any host: it has none of its own."""
    return entry.settings["base_url"].default is None and entry.list_models.get("auth") == "key"


def code(answer: OnlineAnswer) -> str | None:
    return answer.findings[0].code if answer.findings else None


@each
def test_key_that_is_needed_is_proved(
    entry: Entry, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The host is the user's own where the entry has one, so the list is asked for without the key too."""
    set_up(monkeypatch, entry, server.origin)
    service = service_of(entry.adapter)
    server.answer(service.models("a", "b"), service.error(401, "who are you"))
    answer = asked(entry)
    assert (answer.outcome, answer.models) == ("works" if knows(entry) or service.keyless else "answers", 2)
    assert service.identity(server.requests[0]) == service.own_identity
    assert [service.identity(request) for request in server.requests[1:]] == (
        [{}] if service.keyless and not knows(entry) else []
    )
    assert all(request.method == "GET" for request in server.requests)


@each
def test_list_that_everybody_gets_proves_no_key(
    entry: Entry, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(monkeypatch, entry, server.origin)
    if knows(entry):
        return
    answer = asked(entry)
    assert (answer.outcome, code(answer)) == ("answers", "unproved-key")
    assert "LEAK" not in "".join(request.everything for request in server.requests)


@each
@pytest.mark.parametrize(
    ("status", "expected"),
    [(401, "key-refused"), (403, "access-denied"), (429, "rate-limited"), (500, "service-error")],
)
def test_refusal_is_reported_by_its_code(
    entry: Entry, server: RecordingServer, monkeypatch: pytest.MonkeyPatch, status: int, expected: str
) -> None:
    set_up(monkeypatch, entry, server.origin)
    server.answer(service_of(entry.adapter).error(status, f"no, not with {KEY}"))
    answer = asked(entry)
    assert (code(answer), answer.status) == (expected, status)
    assert answer.outcome == ("unsure" if status == 429 else "fails")
    assert len(server.requests) == 1  # nothing is tried again
    if status == 401:
        assert "The key came from" in (answer.findings[0].hint or "")


@each
@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        (answers.html(200), "html-answer"),
        (Answer((b"{broken",)), "unreadable-answer"),
        (Answer(silent=True), "unreadable-answer"),
        (Answer((b"{",), cut=True), "unreadable-answer"),
        (Answer((b"404 page not found",), 404, "text/plain"), "wrong-path"),
    ],
    ids=["html", "no-json", "silent", "cut", "404"],
)
def test_answer_that_isnt_one_is_reported_by_its_code(
    entry: Entry, server: RecordingServer, monkeypatch: pytest.MonkeyPatch, sent: Answer, expected: str
) -> None:
    set_up(monkeypatch, entry, server.origin)
    server.answer(sent, sent)
    answer = asked(entry)
    assert (answer.outcome, code(answer)) == ("fails", expected), answer


@each
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect_is_never_followed(
    entry: Entry, server: RecordingServer, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    set_up(monkeypatch, entry, server.origin)
    with RecordingServer(service=service_of(entry.adapter)) as elsewhere:
        server.answer(answers.redirect(f"{elsewhere.origin}/v1/models", status))
        answer = asked(entry)
        assert (answer.outcome, code(answer)) == ("fails", "redirected"), answer
        assert elsewhere.requests == []
    assert len(server.requests) == 1


@each
def test_slow_service_is_left_behind(
    entry: Entry, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(monkeypatch, entry, server.origin)
    gate = threading.Event()
    server.answer(answers.as_json({}, wait=gate))
    answer = asked(entry, timeout=0.3)
    gate.set()
    assert (answer.outcome, code(answer)) == ("fails", "timed-out")


@each
def test_port_where_nothing_listens_is_reported(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(monkeypatch, entry, f"http://127.0.0.1:{closed_port()}")
    answer = asked(entry)
    assert (answer.outcome, code(answer)) == ("fails", "connection-refused")


@each
def test_https_to_a_port_that_speaks_http_is_reported(
    entry: Entry, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_up(monkeypatch, entry, server.origin.replace("http:", "https:"))
    answer = asked(entry)
    assert (answer.outcome, code(answer)) == ("fails", "no-tls"), answer


@each
def test_certificate_that_nobody_trusts_is_reported(
    entry: Entry, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with RecordingServer(self_signed(tmp_path), service_of(entry.adapter)) as server:
        set_up(monkeypatch, entry, server.origin)
        answer = asked(entry)
    assert (answer.outcome, code(answer)) == ("fails", "untrusted-certificate"), answer


@each
def test_host_that_is_missing_is_reported(entry: Entry, monkeypatch: pytest.MonkeyPatch) -> None:
    set_up(monkeypatch, entry, "https://nosuch.invalid")
    answer = asked(entry)
    assert (answer.outcome, code(answer)) == ("fails", "unknown-host"), answer


@pytest.mark.parametrize("entry", SILENT, ids=lambda entry: entry.id)
def test_service_without_a_free_request_isnt_asked(
    entry: Entry, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    if set_up(monkeypatch, entry, server.origin):
        return
    report = ask_all(check(entry.id))
    for row in report.rows:
        if row.id == entry.id and row.state == "ready":
            assert row.answer is not None
            assert (row.answer.outcome, code(row.answer)) == ("not_contacted", "not-askable")
            assert "catalog probe" in (row.answer.findings[0].hint or "")
    assert server.requests == []


def acme(server: RecordingServer, **facts: Any) -> CheckReport:
    entry = {"base_url": server.url, **facts}
    catalog = load_catalog(overlay={"providers": {"acme": entry}})
    return ask_all(check("acme", catalog=catalog, env={"ACME_API_KEY": KEY}))


@pytest.fixture
def plain() -> Iterator[RecordingServer]:
    with RecordingServer() as running:
        yield running


def test_entry_that_knows_its_list_is_guarded_is_asked_once(plain: RecordingServer) -> None:
    report = acme(plain, list_models={"auth": "key"})
    assert report.rows[0].answer is not None
    assert report.rows[0].answer.outcome == "works"
    assert len(plain.requests) == 1


def test_request_that_proves_the_key_is_taken_where_the_list_is_public(plain: RecordingServer) -> None:
    plain.answer(answers.as_json({"data": {"label": "mine"}}))
    report = acme(plain, list_models={"auth": "none", "proof": "/key"})
    assert report.rows[0].answer is not None
    assert report.rows[0].answer.outcome == "works"
    assert [request.path for request in plain.requests] == ["/v1/key"]


def test_public_list_without_such_a_request_proves_nothing(plain: RecordingServer) -> None:
    report = acme(plain, list_models={"auth": "none"})
    assert report.rows[0].answer is not None
    assert code(report.rows[0].answer) == "unproved-key"
    assert len(plain.requests) == 1


def test_used_up_credit_and_wrong_key_with_400_are_reported(plain: RecordingServer) -> None:
    plain.answer(answers.error(429, "You exceeded your current quota", code="insufficient_quota"))
    assert [code(row.answer) for row in acme(plain).rows if row.answer] == ["no-credit"]
    plain.answer(answers.error(400, "Incorrect API key provided: xa***."))
    assert [code(row.answer) for row in acme(plain).rows if row.answer] == ["key-refused"]


def test_path_that_lacks_its_version_is_named(plain: RecordingServer) -> None:
    plain.answer(Answer((b"no",), 404, "text/plain"))
    found = acme(plain, base_url=plain.origin).rows[0].answer
    assert found is not None
    assert found.findings[0].hint == f"The endpoint answers at {plain.origin}/v1: set that."


def test_service_that_never_ends_its_answer_holds_nobody_up() -> None:
    """Each sign comes in time, so that no timeout of an HTTP library sees it; the last never does."""
    from support.dripping import dripping_server

    with dripping_server() as slow, RecordingServer() as quick:
        entries = {
            "slow": {"base_url": f"{slow}/v1", "api_key": "none"},
            "quick": {"base_url": quick.url, "api_key": "none"},
        }
        catalog = load_catalog(overlay={"providers": entries})
        # Even the quick one needs some time, and on a busy machine more.
        outcomes: dict[str, str] = {}
        for timeout in (0.5, 2, 8, 32):
            if outcomes.get("quick") == "answers":
                break
            report = ask_all(
                check(["slow", "quick"], catalog=catalog, env={}), timeout=timeout, concurrency=1
            )
            found = {row.id: row.answer for row in report.rows}
            assert found["slow"] is not None
            assert found["quick"] is not None
            assert code(found["slow"]) == "timed-out"
            outcomes = {name: answer.outcome for name, answer in found.items() if answer is not None}
            assert outcomes["quick"] == "answers" or code(found["quick"]) == "timed-out"
    assert outcomes["quick"] == "answers"


def test_all_are_asked_at_once_within_bounds(plain: RecordingServer) -> None:
    names = [f"acme{number}" for number in range(6)]
    catalog = load_catalog(
        overlay={"providers": {name: {"base_url": plain.url, "api_key": "none"} for name in names}}
    )
    running: set[str] = set()
    seen: list[int] = []

    def progress(name: str, answer: OnlineAnswer | None) -> None:
        (running.add if answer is None else running.discard)(name)
        seen.append(len(running))

    report = ask_all(check("acme*", catalog=catalog, env={}), concurrency=3, progress=progress)
    assert max(seen) == 3
    assert {row.answer.outcome for row in report.rows if row.answer} == {"answers"}
