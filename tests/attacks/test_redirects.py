"""A service that answers with a redirect to another host: no key, no signature and no secret header goes along."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from modelcatalog.catalog.model.entries import Entry
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.resolver import load_catalog, resolve

from support.entries import ENTRIES, set_up
from support.services import service_of

SECRET = "secret-of-a-header-0123456789"


@pytest.fixture
def elsewhere() -> Iterator[RecordingServer]:
    with RecordingServer() as running:
        yield running


async def aask(name: str, arguments: dict[str, Any]) -> None:
    async with resolve(name, max_retries=0, timeout=5, **arguments) as model:
        with suppress(Exception):
            await model.chat("hi")


@pytest.mark.parametrize("status", [302, 307, 308])
@pytest.mark.parametrize("sync", [True, False], ids=["sync", "async"])
@pytest.mark.parametrize("entry", ENTRIES, ids=[entry.id for entry in ENTRIES])
def test_redirect_takes_no_secret_along(
    entry: Entry, sync: bool, status: int, elsewhere: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = service_of(entry.adapter)
    elsewhere.service = service
    headers = {"X-Team-Token": {"env": "TEAM_TOKEN"}}
    patch = (
        {"headers": headers}
        if entry.qualifier is None
        else {"qualifiers": {entry.qualifier: {"headers": headers}}}
    )
    catalog = load_catalog(overlay={"providers": {entry.provider: patch}})
    with RecordingServer(service=service) as server:
        arguments = set_up(monkeypatch, entry, server.origin) | {"catalog": catalog}
        monkeypatch.setenv("TEAM_TOKEN", SECRET)
        server.answer(*[answers.redirect(f"{elsewhere.origin}/elsewhere", status)] * 3)
        if sync:
            with (
                resolve(f"{entry.id}/m", sync=True, max_retries=0, timeout=5, **arguments) as model,
                suppress(Exception),
            ):
                model.chat("hi")
        else:
            asyncio.run(aask(f"{entry.id}/m", arguments))
        assert SECRET in server.requests[0].everything
    own = [value for value in service.own_identity.values() if value]
    for request in elsewhere.requests:
        assert SECRET not in request.everything
        assert not [value for value in own if value in request.everything]
        assert "authorization" not in request.headers
