"""Whose fault a failed call is: what `resolve` gives says which argument is wrong, and asks nobody else's error."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import ArgumentError, ProviderCallError
from modelcatalog.catalog.model.entries import Entry
from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.providers.testing.recording_server import RecordingServer, closed_port
from modelcatalog.resolver import resolve

from support.entries import ENTRIES, set_up
from support.services import service_of

ONE_OF_EACH = list({entry.adapter: entry for entry in reversed(ENTRIES)}.values())
HALF = "emoji \ud83d cut"


@pytest.fixture(params=ONE_OF_EACH, ids=[entry.id for entry in ONE_OF_EACH])
def entry(request: pytest.FixtureRequest) -> Entry:
    found: Entry = request.param
    return found


@pytest.fixture
def server(entry: Entry) -> Iterator[RecordingServer]:
    with RecordingServer(service=service_of(entry.adapter)) as running:
        yield running


def ask(
    name: str, messages: Any, *, sync: bool, stream: bool = False, options: Any = None, **arguments: Any
) -> None:
    options = options or {}
    if sync:
        with resolve(name, sync=True, **arguments) as model:
            list(model.stream(messages, **options)) if stream else model.chat(messages, **options)
        return

    async def talk() -> None:
        async with resolve(name, **arguments) as model:
            if stream:
                async for _ in model.stream(messages, **options):
                    pass
            else:
                await model.chat(messages, **options)

    asyncio.run(talk())


@pytest.mark.parametrize("sync", [True, False], ids=["sync", "async"])
def test_text_that_cannot_be_encoded_is_named_and_nobody_is_asked(
    entry: Entry, sync: bool, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = set_up(monkeypatch, entry, server.origin)
    messages = [
        {"role": "user", "content": "hi"},
        {"role": "user", "content": [{"type": "text", "text": HALF}]},
    ]
    for stream in (False, True):
        with suppress(ArgumentError):
            ask(f"{entry.id}/m", messages, sync=sync, stream=stream, **arguments)
            # The SDK escapes it in its JSON, and the service has the say.
            assert server.requests
            server.requests.clear()
            continue
        assert not server.requests
        with pytest.raises(ArgumentError) as caught:
            ask(f"{entry.id}/m", messages, sync=sync, stream=stream, **arguments)
        place = "messages[1]['content'][0]['text'] can't be encoded: its character 6 ('\\ud83d')"
        assert (caught.value.argument, place in str(caught.value)) == ("messages", True)


@pytest.mark.parametrize(
    ("messages", "options", "place"),
    [
        (HALF, {}, "messages can't be encoded: its character 6"),
        ([{"role": "user", "content": HALF}], {}, "messages[0]['content'] can't be encoded: its character 6"),
        (
            [{"role": "user", "content": "x", "\udc00": "x"}],
            {},
            "a key of messages[0] can't be encoded: its character 0",
        ),
        ("hi", {"stop": ["a", HALF]}, "stop[1] can't be encoded"),
        (
            "hi",
            {"tools": [{"name": "f", "description": HALF}]},
            "tools[0]['description'] can't be encoded",
        ),
        (
            [
                {"role": "user", "content": "hi"},
                {
                    "role": "assistant",
                    "content": "",
                    "tool_calls": [ToolCall("1", "f", {}, None, f'"{HALF}"')],
                },
            ],
            {},
            "messages[1]['tool_calls'][0].text can't be encoded: its character 7",
        ),
    ],
)
def test_place_and_character_are_shown(messages: Any, options: Any, place: str) -> None:
    with RecordingServer() as server, pytest.raises(ArgumentError) as caught:
        ask("openai/m", messages, sync=True, options=options, api_key="sk-0123456789", base_url=server.url)
    assert place in str(caught.value)
    assert HALF not in str(caught.value)
    assert not server.requests
    assert isinstance(caught.value.__cause__, UnicodeEncodeError)


@pytest.mark.parametrize("sync", [True, False], ids=["sync", "async"])
def test_error_of_another_call_that_is_being_handled_is_no_cause(
    entry: Entry, sync: bool, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{entry.id}/m"
    arguments = set_up(monkeypatch, entry, server.origin)
    server.answer(*[service_of(entry.adapter).error(429, "slow down")] * 8)
    with pytest.raises(ProviderCallError) as first:
        ask(name, "hi", sync=sync, max_retries=0, **arguments)
    assert (first.value.step, first.value.status) == ("quota", 429)
    arguments = set_up(monkeypatch, entry, f"http://127.0.0.1:{closed_port()}")

    def second() -> None:
        try:
            raise first.value
        except ProviderCallError:
            ask(name, "hi", sync=sync, max_retries=0, **arguments)

    with pytest.raises(ProviderCallError) as caught:
        second()
    assert (caught.value.step, caught.value.status) == ("connect", None)
