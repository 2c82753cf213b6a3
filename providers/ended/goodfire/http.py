"""The HTTP below goodfire's clients: headers, patience, and threads where the SDK's own way does not work.

goodfire 0.3.5 is the last release, so that what is read and set here stays where it is. Its sync client asks for the
thread's event loop, which there is none of after the first `asyncio.run`. Its async client can't read a refusal of a
stream (`response.read()` without await), and sleeps without await when it is asked to slow down. Both take what one
read of the socket gives for whole events, and stumble when the last one comes together with the one before it.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.redaction.secret import reveal

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Connection


def settle(client: Any, connection: Connection, key: Any, *, sync: bool) -> None:
    """Give the client what its constructor has no argument for."""
    completions = client.chat.completions
    completions._get_headers = _headers(connection, key)  # noqa: SLF001  there is no other place, see above
    http = completions._http  # noqa: SLF001  likewise
    threaded = http if sync else _sync_twin(http)
    if connection.max_retries is not None:
        http.max_retries = connection.max_retries
        threaded._async_http.max_retries = connection.max_retries  # noqa: SLF001  likewise
    http.timeout = connection.timeout
    plain, streamed = http.post, threaded.stream

    def patient(options: dict[str, Any]) -> dict[str, Any]:
        return options if http.timeout is None else {**options, "timeout": http.timeout}

    if sync:
        http.post = lambda *args, **options: _with_loop(lambda: plain(*args, **patient(options)))
        http.stream = lambda *args, **options: _events(streamed(*args, **patient(options)))
        return

    async def post(*args: Any, **options: Any) -> Any:
        return await plain(*args, **patient(options))

    async def stream(*args: Any, **options: Any) -> AsyncIterator[bytes]:
        return _pieces(_events(streamed(*args, **patient(options))))

    http.post, http.stream = post, stream


def _headers(connection: Connection, key: Any) -> Callable[[], dict[str, str]]:
    fixed = {name: reveal(value) for name, value in connection.headers.items()}

    def headers() -> dict[str, str]:
        value = reveal(key() if callable(key) else key)
        if isawaitable(value):
            raise TypeError("goodfire's SDK takes a key from a plain function, not from a coroutine")
        return fixed if not value else {**fixed, "Authorization": f"Bearer {value}"}

    return headers


def _sync_twin(http: Any) -> Any:
    from importlib import import_module

    twin: Any = import_module("goodfire.api.utils").HTTPWrapper(http.inital_backoff_time, http.max_retries)
    return twin


def _with_loop(function: Callable[[], Any]) -> Any:
    """The function's result, in a thread with an event loop of its own."""

    def run() -> Any:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        try:
            return function()
        finally:
            asyncio.set_event_loop(None)
            loop.close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(run).result()


def _events(blocks: Any) -> Iterator[bytes]:
    """The events of a stream, each for itself, however the blocks were cut."""
    held = b""
    try:
        for block in blocks:
            *events, held = (held + block).split(b"\n\n")
            yield from (event + b"\n\n" for event in events)
    finally:
        blocks.close()
    if held.strip():
        yield held


async def _pieces(events: Any) -> AsyncIterator[bytes]:
    """The events of a sync stream, each waited for in a thread."""
    try:
        while (event := await asyncio.to_thread(next, events, None)) is not None:
            yield event
    finally:
        await asyncio.to_thread(events.close)
