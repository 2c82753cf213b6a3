"""Adapter for Cloudflare Workers AI by its REST API, for which there is no SDK: the client is ours.

https://developers.cloudflare.com/api/resources/ai/methods/run/ (looked at 2026-11-23).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.adapter.adapter import Adapter, Built, Package, UrlRule
from modelcatalog.providers.adapter.emulate_tools import is_wanted
from modelcatalog.providers.adapter.packages import import_sdk
from modelcatalog.providers.adapter.signatures import names_of

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Connection


class Cloudflare(Adapter):
    """Our `WorkersAI` and `AsyncWorkersAI`."""

    PACKAGE = Package("httpx2", "httpx2", "2.16", "cloudflare")
    CALLS = "modelcatalog.providers.cloudflare.chat"
    FAILURES = "modelcatalog.providers.cloudflare.failure"
    CLIENTS = (
        "modelcatalog.providers.cloudflare.client.WorkersAI",
        "modelcatalog.providers.cloudflare.client.AsyncWorkersAI",
    )
    TARGETS = frozenset({"client", "body", "adapter"})
    # account_id is a part of the endpoint.
    SETTINGS = frozenset({"api_key", "base_url", "account_id"})
    URL_RULE = UrlRule(strip=("/run", "/models/search", "/models"), version="", forbid_version=False)

    def url_problem(self, url: str) -> str | None:
        if f"{url}/".endswith("/ai/v1/"):
            return f"{url} is the OpenAI-compatible endpoint: use cloudflare/compat, or end it with /ai."
        return None

    def sdk_parameters(self, target: str) -> frozenset[str]:
        from modelcatalog.providers.cloudflare.client import WorkersAI

        return names_of(WorkersAI.__init__)

    def build(self, connection: Connection, *, sync: bool) -> Built:
        """`WorkersAI` or `AsyncWorkersAI`. Raises ValueError without a base URL."""
        import_sdk(self.PACKAGE)
        from modelcatalog.providers.cloudflare.client import AsyncWorkersAI, WorkersAI

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
        built = Built(client, emulates_tools=is_wanted(connection))
        if arguments.get("http_client") is not None:
            return built
        return built._replace(close=client.close) if sync else built._replace(aclose=client.aclose)

    def request_args(self, connection: Connection) -> dict[str, Any]:
        """Fields for the body of each request, which `run` and `stream` take as keywords. ArgumentError for two."""
        body = {name: reveal(value) for name, value in connection.arguments.get("body", {}).items()}
        for name in ("model", "stream"):
            if name in body:
                raise ArgumentError(
                    f"{connection.provider} has a place of its own for {name}.", argument=name
                )
        return body
