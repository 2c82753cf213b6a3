"""Adapter for the Acme protocol."""

from __future__ import annotations

from typing import Any

from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.adapter.adapter import Adapter, Built, Connection, Package, UrlRule
from modelcatalog.providers.http.client import http_client


class Acme(Adapter):
    """Facts, and how the client is built. What is not said here is as `Adapter` has it."""

    PACKAGE = Package("httpx2", "httpx2", "2.16", "openai")
    CALLS = "acme_models.chat"
    CLIENTS = ("acme_models.client.Acme", "acme_models.client.AsyncAcme")
    TARGETS = frozenset({"body"})
    URL_RULE = UrlRule(strip=("/say",), version="", forbid_version=False)
    MODELS_PATH = "/models"

    def build(self, connection: Connection, *, sync: bool) -> Built:
        from acme_models import client

        settings = connection.settings
        headers = {name: reveal(value) for name, value in connection.headers.items()}
        if connection.auth != "none" and "api_key" in settings:
            headers["X-Acme-Key"] = reveal(settings["api_key"])
        options: dict[str, Any] = {"base_url": str(settings["base_url"]), "headers": headers}
        if connection.timeout is not None:
            options["timeout"] = connection.timeout
        http = http_client(sync=sync, **options)
        if sync:
            return Built(client.Acme(http), close=http.close)
        return Built(client.AsyncAcme(http), aclose=http.aclose)

    def request_args(self, connection: Connection) -> dict[str, Any]:
        return {name: reveal(value) for name, value in connection.arguments.get("body", {}).items()}
