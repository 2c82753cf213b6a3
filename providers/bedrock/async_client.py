"""aioboto3's client opens in an `async with`; this opens it once, when it is first used, and closes it once."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from functools import cache
from typing import Any, Self


class AsyncBedrock:
    """Stands for the client until it is open.

        async with resolve("bedrock/...") as m:       # m.client is aioboto3's own client
            await m.client.converse(modelId=m.model, messages=[...])

        m = resolve("bedrock/...")                    # m.client is this: its calls open the client
        await m.client.converse(modelId=m.model, messages=[...])
        await m.aclose()

    Each operation of the service is a coroutine method here as there. What needs no request (`meta`, `exceptions`) is
    there once the client is open; before, asking for it is an AttributeError that says so.
    """

    def __init__(self, create: Callable[[], Any], ready: Callable[[Any], None]) -> None:
        self._create = create
        self._ready = ready
        self._stack = AsyncExitStack()
        self._opening = asyncio.Lock()
        self._client: Any = None
        self._closed = False

    async def open(self) -> Any:
        """The client itself, opened if it wasn't."""
        async with self._opening:
            if self._closed:
                raise RuntimeError("the client is closed")
            if self._client is None:
                client = await self._stack.enter_async_context(self._create())
                self._ready(client)
                self._client = client
            return self._client

    async def close(self) -> None:
        """Close the client, if it was ever opened. A second time does nothing."""
        async with self._opening:
            self._closed = True
            await self._stack.aclose()

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        if self._client is not None:
            return getattr(self._client, name)
        if name not in _operations():
            raise AttributeError(
                f"{name!r} is there once the client is open: use `async with`, or await open()"
            )

        async def call(*args: Any, **kwargs: Any) -> Any:
            return await getattr(await self.open(), name)(*args, **kwargs)

        call.__name__ = call.__qualname__ = name
        return call

    def __repr__(self) -> str:
        state = "closed" if self._closed else "not open yet" if self._client is None else repr(self._client)
        return f"<{type(self).__name__}: {state}>"


# Read from the SDK's own description of the service, which is a file of it.
@cache
def _operations() -> frozenset[str]:
    """The names of the service's calls, from the description that comes with the SDK."""
    from importlib import import_module

    # Not by a session: that looks for the profile of AWS_PROFILE, which may not be there and isn't needed here.
    described = import_module("botocore.loaders").Loader().load_service_model("bedrock-runtime", "service-2")
    snake = import_module("botocore").xform_name
    return frozenset(snake(name) for name in described["operations"])


# A class, made once the SDK can be imported.
@cache
def staying_session() -> Any:
    """The HTTP session of aiobotocore, but one that follows no redirect, as botocore's doesn't.

    aiohttp would take every header but Authorization along to another host, the session's token too.
    """
    from importlib import import_module

    base: Any = import_module("aiobotocore.httpsession").AIOHTTPSession

    class StayingSession(base):  # type: ignore[misc]
        async def _get_session(self, proxy_url: Any) -> Any:
            return _Staying(await super()._get_session(proxy_url))

    return StayingSession


class _Staying:
    def __init__(self, session: Any) -> None:
        self._session = session

    async def request(self, *args: Any, **keywords: Any) -> Any:
        return await self._session.request(*args, **keywords, allow_redirects=False)
