"""Adapter for Cloudflare Workers AI by its REST API, for which there is no SDK: the client is ours.

https://developers.cloudflare.com/api/resources/ai/methods/run/ (looked at 2026-11-23).
"""

from __future__ import annotations

from typing import Any

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.adapter.adapter import Ambient, UrlRule
from modelcatalog.providers.adapter.connection import Built, Connection
from modelcatalog.providers.adapter.packages import Package, import_sdk
from modelcatalog.providers.chat.tool_emulation import PARAMETERS, is_wanted, remember
from modelcatalog.providers.cloudflare.chat import achat, alist_models, astream, chat, list_models, stream
from modelcatalog.providers.cloudflare.failure import failure

__all__ = ["achat", "alist_models", "astream", "chat", "failure", "list_models", "stream"]

PACKAGE = Package("httpx2", "httpx2", "2.16", "cloudflare")
TARGETS = frozenset({"client", "body", "adapter"})
# account_id is a part of the endpoint.
SETTINGS = frozenset({"api_key", "base_url", "account_id"})
URL_RULE = UrlRule(strip=("/run", "/models/search", "/models"), version="", forbid_version=False)
AMBIENT: tuple[Ambient, ...] = ()


def client_name(sync: bool) -> str:
    """Module and class of the client."""
    return f"modelcatalog.providers.cloudflare.client.{'WorkersAI' if sync else 'AsyncWorkersAI'}"


def url_problem(url: str) -> str | None:
    """Why this endpoint is not that of the REST API."""
    if f"{url}/".endswith("/ai/v1/"):
        return f"{url} is the OpenAI-compatible endpoint: use cloudflare/compat, or end it with /ai."
    return None


def parameters(target: str) -> frozenset[str] | None:
    """The names that our client takes; any name for the body."""
    if target == "adapter":
        return PARAMETERS
    if target == "body":
        return None
    from inspect import signature

    from modelcatalog.providers.cloudflare.client import WorkersAI

    return frozenset(signature(WorkersAI.__init__).parameters) - {"self"}


def build(connection: Connection, *, sync: bool) -> Built:
    """`WorkersAI` or `AsyncWorkersAI`. Raises ValueError without a base URL."""
    import_sdk(PACKAGE)
    from modelcatalog.providers.cloudflare.client import AsyncWorkersAI, WorkersAI

    emulates = is_wanted(connection)
    key = None if connection.auth == "none" else connection.settings.get("api_key")
    own: dict[str, Any] = {
        "base_url": connection.settings.get("base_url"),
        "api_key": key,
        "timeout": connection.timeout,
        "max_retries": connection.max_retries,
        "http_client": connection.http_client,
    }
    given = connection.arguments.get("client", {})
    arguments = {name: value for name, value in {**own, **given}.items() if value is not None}
    headers = {**connection.headers, **arguments.pop("headers", {})}
    if not arguments.get("base_url"):
        raise ValueError(f"{connection.provider} has no base URL")
    client: Any = (WorkersAI if sync else AsyncWorkersAI)(**arguments, headers=headers)
    if emulates:
        remember(client)
    if arguments.get("http_client") is not None:
        return Built(client)
    return Built(client, close=client.close) if sync else Built(client, aclose=client.aclose)


def request_args(connection: Connection) -> dict[str, Any]:
    """Fields for the body of each request, which `run` and `stream` take as keywords. ArgumentError for two."""
    body = {name: reveal(value) for name, value in connection.arguments.get("body", {}).items()}
    for name in ("model", "stream"):
        if name in body:
            raise ArgumentError(f"{connection.provider} has a place of its own for {name}.", argument=name)
    return body
