"""One way to build and call the clients of any adapter, sync and async."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import Any

from modelcatalog.providers.adapter.adapter import Adapter, Connection, Failure
from modelcatalog.providers.adapter.chat_types import ChatCall, ChatChunk, ChatReply
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.testing.service import KEY, Service


@dataclass(frozen=True)
class Runner:
    """An adapter with its sync or its async client, and the service behind it."""

    adapter_name: str
    sync: bool
    service: Service

    @property
    def adapter(self) -> Adapter:
        return load_adapter(self.adapter_name)

    def connection(self, origin: str, **changes: Any) -> Connection:
        """A connection to the service at this origin, as the resolver makes it for an entry that says nothing special.

        `settings` are joined to the usual ones; None takes one away.
        """
        service = self.service
        settings = {"base_url": service.base_url(origin), **service.settings(origin)}
        declared = frozenset(settings)
        settings |= changes.pop("settings", {})
        given: dict[str, Any] = {
            "provider": "acme",
            "qualifier": None,
            "model": "m/1",
            "settings": {name: value for name, value in settings.items() if value is not None},
            "declared": declared,
            "auth": service.auth,
            "max_retries": 0,
        }
        return Connection(**{**given, **changes})

    def ambient(self) -> dict[str, str]:
        """What the resolver would put into a connection when all variables are poisoned."""
        names = {one.variable for one in self.adapter.AMBIENT}
        return {name: value for name, value in self.service.poison.items() if name in names}

    def run(self, connection: Connection, use: Callable[[Any], Any]) -> Any:
        """Build a client, do something with it, close it. `use` may give a coroutine."""
        return self.run_built(connection, lambda client, _: use(client))

    def run_built(self, connection: Connection, use: Callable[[Any, bool], Any]) -> Any:
        """`run`; `use` also gets whether tools are emulated."""
        if self.sync:
            built = self.adapter.build(connection, sync=True)
            try:
                return use(built.client, built.emulates_tools)
            finally:
                if built.close is not None:
                    built.close()
        return asyncio.run(self._arun(connection, use))

    async def _arun(self, connection: Connection, use: Callable[[Any, bool], Any]) -> Any:
        built = self.adapter.build(connection, sync=False)
        try:
            client = built.client if built.aopen is None else await built.aopen()
            result = use(client, built.emulates_tools)
            return await result if isinstance(result, Coroutine) else result
        finally:
            if built.aclose is not None:
                await built.aclose()

    def chat(self, connection: Connection, call: ChatCall) -> ChatReply:
        one = self.adapter.chat if self.sync else self.adapter.achat
        reply: ChatReply = self.run_built(
            connection, lambda client, emulates: one(client, replace(call, emulate_tools=emulates))
        )
        return reply

    def client(self, connection: Connection) -> Any:
        """A client to look at, already closed."""
        return self.run(connection, lambda client: client)

    def failure(self, connection: Connection, call: ChatCall, *, stream: bool = False) -> Failure:
        """What the adapter says of a call that fails."""
        try:
            (self.stream if stream else self.chat)(connection, call)
        except Exception as error:  # noqa: BLE001  whatever it is, the adapter has to explain it
            return self.adapter.failure(error, [KEY])
        raise AssertionError("nothing was raised")

    def stream(self, connection: Connection, call: ChatCall) -> list[ChatChunk]:
        async def collect(client: Any, asked: ChatCall) -> list[ChatChunk]:
            return [chunk async for chunk in self.adapter.astream(client, asked)]

        def use(client: Any, emulates: bool) -> Any:
            asked = replace(call, emulate_tools=emulates)
            return list(self.adapter.stream(client, asked)) if self.sync else collect(client, asked)

        chunks: list[ChatChunk] = self.run_built(connection, use)
        return chunks

    def list_models(self, connection: Connection, **options: Any) -> list[str]:
        one = self.adapter.list_models if self.sync else self.adapter.alist_models
        names: list[str] = self.run(connection, lambda client: one(client, **options))
        return names


def call(text: str = "Say hello", **options: Any) -> ChatCall:
    """A call of one user message, with these options."""
    return ChatCall.of("m/1", [{"role": "user", "content": text}], {}, options)
