"""Adapter for goodfire's SDK. The package is archived and its hosted API gone: kept for those who run their own.

What the SDK sends unless told otherwise: a system prompt of its own (where the messages have none), temperature 0.6,
top_p 0.9, seed 42, at most 2048 tokens, two words to stop at.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.adapter.adapter import Ambient, UrlRule
from modelcatalog.providers.adapter.connection import Built
from modelcatalog.providers.adapter.packages import Package, import_sdk
from modelcatalog.providers.chat.tool_emulation import PARAMETERS, is_wanted, remember
from modelcatalog.providers.ended.goodfire.chat import achat, alist_models, astream, chat, list_models, stream
from modelcatalog.providers.ended.goodfire.failure import failure

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Connection

__all__ = ["achat", "alist_models", "astream", "chat", "failure", "list_models", "stream"]

PACKAGE = Package("goodfire", "goodfire", "0.3.5", "goodfire")
TARGETS = frozenset({"request", "adapter"})
SETTINGS = frozenset({"api_key", "base_url"})
URL_RULE = UrlRule(
    strip=("/api/inference/v1/chat/completions", "/api/inference/v1", "/api"),
    version="/v1",
    forbid_version=True,
)
AMBIENT: tuple[Ambient, ...] = ()


def client_name(sync: bool) -> str:
    """Module and class of the client."""
    return "goodfire.Client" if sync else "goodfire.AsyncClient"


def url_problem(url: str) -> str | None:
    """Any endpoint will do."""
    return None


def parameters(target: str) -> frozenset[str] | None:
    """The names that the SDK takes at this target. Imports the SDK."""
    if target == "adapter":
        return PARAMETERS
    from inspect import signature

    create = import_sdk(PACKAGE).Client("", "").chat.completions.create
    return frozenset(signature(create).parameters)


def build(connection: Connection, *, sync: bool) -> Built:
    """`goodfire.Client` or `goodfire.AsyncClient`. Raises ValueError without a base URL."""
    # Tools are emulated unless that is refused: the service has none of its own.
    emulates = is_wanted(connection, default=True)
    url = connection.settings.get("base_url")
    if not url:
        raise ValueError(f"{connection.provider} has no base URL")
    if connection.http_client is not None:
        raise ArgumentError("The goodfire SDK takes no HTTP client.", argument="http_client")
    key = None if connection.auth == "none" else reveal(connection.settings.get("api_key"))
    sdk: Any = import_sdk(PACKAGE)
    from modelcatalog.providers.ended.goodfire.http import settle

    client = (sdk.Client if sync else sdk.AsyncClient)(
        key if isinstance(key, str) else "", str(url).rstrip("/")
    )
    settle(client, connection, key, sync=sync)
    if emulates:
        remember(client)
    # It opens a connection for each request, and has nothing to close.
    return Built(client, close=_nothing) if sync else Built(client, aclose=_anothing)


def request_args(connection: Connection) -> dict[str, Any]:
    """The arguments for each call of `chat.completions.create`."""
    return {name: reveal(value) for name, value in connection.arguments.get("request", {}).items()}


def _nothing() -> None:
    """Nothing is open."""


async def _anothing() -> None:
    """Nothing is open."""
