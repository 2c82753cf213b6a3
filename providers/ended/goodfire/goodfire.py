"""Adapter for goodfire's SDK. The package is archived and its hosted API gone: kept for those who run their own.

What the SDK sends unless other values are given: a system prompt of its own (where the messages have none), temperature
0.6, top_p 0.9, seed 42, at most 2048 tokens, two words to stop at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.adapter.adapter import Adapter, Package, UrlRule
from modelcatalog.providers.adapter.connection import Built
from modelcatalog.providers.adapter.emulate_tools import PARAMETERS, is_wanted
from modelcatalog.providers.adapter.packages import import_sdk

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Connection


class Goodfire(Adapter):
    """`goodfire.Client` and `goodfire.AsyncClient`."""

    PACKAGE = Package("goodfire", "goodfire", "0.3.5", "goodfire")
    CALLS = "modelcatalog.providers.ended.goodfire.chat"
    FAILURES = "modelcatalog.providers.ended.goodfire.failure"
    CLIENTS = ("goodfire.Client", "goodfire.AsyncClient")
    TARGETS = frozenset({"request", "adapter"})
    ARGUMENTS = PARAMETERS
    URL_RULE = UrlRule(
        strip=("/api/inference/v1/chat/completions", "/api/inference/v1", "/api"),
        version="/v1",
        forbid_version=True,
    )
    NO_LIST = "goodfire lists no models: its SDK knows two by name, goodfire.variants.SUPPORTED_MODELS."

    def parameters(self, target: str) -> frozenset[str] | None:
        if target == "adapter":
            return PARAMETERS
        from inspect import signature

        create = import_sdk(self.PACKAGE).Client("", "").chat.completions.create
        return frozenset(signature(create).parameters)

    def build(self, connection: Connection, *, sync: bool) -> Built:
        """`goodfire.Client` or `goodfire.AsyncClient`. Raises ValueError without a base URL."""
        # Tools are emulated unless that is refused: the service has none of its own.
        emulates = is_wanted(connection, default=True)
        url = connection.settings.get("base_url")
        if not url:
            raise ValueError(f"{connection.provider} has no base URL")
        if connection.http_client is not None:
            raise ArgumentError("The goodfire SDK takes no HTTP client.", argument="http_client")
        key = None if connection.auth == "none" else reveal(connection.settings.get("api_key"))
        sdk: Any = import_sdk(self.PACKAGE)
        from modelcatalog.providers.ended.goodfire.http import settle

        client = (sdk.Client if sync else sdk.AsyncClient)(
            key if isinstance(key, str) else "", str(url).rstrip("/")
        )
        settle(client, connection, key, sync=sync)
        # It opens a connection for each request, and has nothing to close.
        if sync:
            return Built(client, close=_nothing, emulates_tools=emulates)
        return Built(client, aclose=_anothing, emulates_tools=emulates)


def _nothing() -> None:
    """Nothing is open."""


async def _anothing() -> None:
    """Nothing is open."""
