"""Sync calls for an async caller: each in a thread, since the packages' async clients don't work over REST."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import suppress
from typing import Any

_END = object()


class Threaded:
    """An async service client: the sync one, each call in a thread."""

    def __init__(self, service: Any) -> None:
        self._service = service

    async def generate_content(self, *args: Any, **keywords: Any) -> Any:
        return await in_thread(self._service.generate_content, *args, **keywords)

    async def stream_generate_content(self, *args: Any, **keywords: Any) -> AsyncIterator[Any]:
        pieces = await in_thread(self._service.stream_generate_content, *args, **keywords)
        return each_in_thread(pieces)

    async def count_tokens(self, *args: Any, **keywords: Any) -> Any:
        return await in_thread(self._service.count_tokens, *args, **keywords)


async def in_thread(function: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
    """What the function gives, from a thread of its own. One that is left goes on to its end there."""
    from asyncio import to_thread

    return await to_thread(function, *args, **keywords)


async def each_in_thread(items: Iterator[Any]) -> AsyncIterator[Any]:
    """The items, each waited for in a thread; closed at the end where they can be."""
    try:
        while (item := await in_thread(next, items, _END)) is not _END:
            yield item
    finally:
        # One that is at work in its thread can't be closed; it goes on to its end there.
        if hasattr(items, "close"):
            with suppress(ValueError):
                items.close()
