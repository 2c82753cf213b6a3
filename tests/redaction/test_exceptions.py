"""No secret in an exception of a call, nor in anything that hangs on it: every entry, sync and async, each failure."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import ProviderCallError
from modelcatalog.catalog.model.entries import Entry
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recording_server import RecordingServer, closed_port
from modelcatalog.providers.testing.service import KEY
from modelcatalog.resolver import probe, resolve

from support.entries import ENTRIES, set_up
from support.google_account import TOKEN
from support.secret_traces import echoes, everything, forms
from support.services import service_of


@pytest.fixture(params=ENTRIES, ids=[entry.id for entry in ENTRIES])
def entry(request: pytest.FixtureRequest) -> Entry:
    found: Entry = request.param
    return found


@pytest.fixture
def its_server(entry: Entry) -> Iterator[RecordingServer]:
    with RecordingServer(service=service_of(entry.adapter)) as running:
        yield running


def spilled(text: str) -> set[str]:
    """What of the keys that the tests' services know is in the text; their last four characters may be."""
    return {form for secret in (KEY, TOKEN) for form in forms(secret) if form in text}


def secret_of(entry: Entry) -> str:
    """What the service gets: a key, or a token that the SDK fetched by itself."""
    return TOKEN if TOKEN in str(service_of(entry.adapter).own_identity) else KEY


def failures(entry: Entry) -> list[Answer]:
    """A service that gives back what it got, in its own form of error and in others, in bodies and headers."""
    service = service_of(entry.adapter)
    got = secret_of(entry)
    echo = " | ".join(echoes(got)).replace("\n", " ")
    headers = (("X-Echo", got), ("WWW-Authenticate", f"Bearer {got}"), ("X-Request-Id", got[:20]))
    return [
        *(service.error(status, echo) for status in (400, 401, 403, 404, 429, 500)),
        Answer((echo.encode(),), 401, "text/plain", headers),
        Answer((f"<html><title>{echo}</title></html>".encode(),), 403, "text/html", headers),
        Answer((echo.encode(),), 200, "application/json", headers),
        Answer((f'{{"{got}": "{got}"'.encode(),), 200, cut=True, headers=headers),
        answers.redirect(f"http://127.0.0.1:{closed_port()}/?key={got}"),
    ]


def error_of(name: str, *, sync: bool, stream: bool, **arguments: Any) -> ProviderCallError:
    def ask() -> None:
        with resolve(name, sync=True, **arguments) as model:
            _ = list(model.stream("hi")) if stream else model.chat("hi")

    async def talk() -> None:
        async with resolve(name, **arguments) as model:
            _ = [one async for one in model.stream("hi")] if stream else await model.chat("hi")

    with pytest.raises(ProviderCallError) as caught:
        ask() if sync else asyncio.run(talk())
    return caught.value


@pytest.mark.slow
@pytest.mark.parametrize("sync", [True, False], ids=["sync", "async"])
@pytest.mark.parametrize("stream", [False, True], ids=["chat", "stream"])
def test_service_that_echoes_the_key_spills_nothing(
    entry: Entry, its_server: RecordingServer, monkeypatch: pytest.MonkeyPatch, sync: bool, stream: bool
) -> None:
    arguments = {**set_up(monkeypatch, entry, its_server.origin), "max_retries": 0, "timeout": 5}
    for answer in failures(entry):
        its_server.answer(answer)
        error = error_of(f"{entry.id}/m", sync=sync, stream=stream, **arguments)
        assert spilled(everything(error)) == set(), (answer.status, answer.kind)


@pytest.mark.parametrize("sync", [True, False], ids=["sync", "async"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_connection_that_fails_spills_nothing(
    entry: Entry, its_server: RecordingServer, monkeypatch: pytest.MonkeyPatch, sync: bool, scheme: str
) -> None:
    """Nobody listens; or the port speaks no TLS."""
    origin = (
        f"http://127.0.0.1:{closed_port()}"
        if scheme == "http"
        else its_server.origin.replace("http:", "https:")
    )
    arguments = {**set_up(monkeypatch, entry, origin), "max_retries": 0, "timeout": 5}
    error = error_of(f"{entry.id}/m", sync=sync, stream=False, **arguments)
    assert spilled(everything(error)) == set()


def test_request_in_the_exception_has_lost_its_key_and_the_client_has_not(
    entry: Entry, its_server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = {**set_up(monkeypatch, entry, its_server.origin), "max_retries": 0}
    service = service_of(entry.adapter)
    with resolve(f"{entry.id}/m", sync=True, **arguments) as model:
        its_server.answer(service.error(401, secret_of(entry)))
        with pytest.raises(ProviderCallError):
            model.chat("hi")
        assert model.chat("hi").text == "Hello"
        assert service.identity(its_server.last) == service.own_identity


def test_probe_of_an_echoing_service_spills_nothing(
    entry: Entry, its_server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = set_up(monkeypatch, entry, its_server.origin)
    for answer in failures(entry)[:8]:
        its_server.answer(answer)
        report = probe(f"{entry.id}/m", **arguments)
        assert not report.ok
        assert spilled(f"{report} {report.to_json()}") == set()


def test_debug_records_of_the_sdks_are_clean_behind_the_filter(
    entry: Entry,
    its_server: RecordingServer,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    from modelcatalog.catalog.redaction.log_filter import SecretFilter

    caplog.handler.addFilter(SecretFilter())
    caplog.set_level(logging.DEBUG)
    arguments = {**set_up(monkeypatch, entry, its_server.origin), "max_retries": 0}
    its_server.answer(service_of(entry.adapter).error(401, secret_of(entry)))
    error_of(f"{entry.id}/m", sync=True, stream=False, **arguments)
    assert spilled(caplog.text) == set()
