"""Adapter for google-genai and the Gemini API, with a key. One client serves both ways: async calls by its `aio`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from modelcatalog.providers.adapter.adapter import Adapter, Ambient, UrlRule
from modelcatalog.providers.google.client import (
    GENAI,
    GENAI_AMBIENT,
    build_client,
    client_parameters,
    request_args,
    request_parameters,
)
from modelcatalog.providers.google.endpoints import gemini_url_problem
from modelcatalog.providers.google.safety_settings import ADAPTER_ARGUMENTS

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Built, Connection


class Google(Adapter):
    """`google.genai.Client`."""

    PACKAGE = GENAI
    CALLS = "modelcatalog.providers.google.chat"
    FAILURES = "modelcatalog.providers.google.failure"
    AUTH: ClassVar[frozenset[str]] = frozenset({"key"})
    CLIENTS = ("google.genai.Client", "google.genai.Client")
    TARGETS = frozenset({"client", "request", "adapter"})
    URL_RULE = UrlRule(
        strip=("/v1beta/models", "/v1/models", "/v1", "/v1beta", "/v1alpha"), version="", forbid_version=True
    )
    AMBIENT: ClassVar[tuple[Ambient, ...]] = GENAI_AMBIENT

    def url_problem(self, url: str) -> str | None:
        """Why this endpoint is not one for the Gemini API's own protocol."""
        return gemini_url_problem(url)

    def parameters(self, target: str) -> frozenset[str] | None:
        if target == "adapter":
            return ADAPTER_ARGUMENTS
        return client_parameters() if target == "client" else request_parameters()

    def build(self, connection: Connection, *, sync: bool) -> Built:
        """`google.genai.Client`. Raises ValueError without a key or a base URL."""
        from modelcatalog.providers.google.http import is_third

        key, base = connection.settings.get("api_key"), connection.settings.get("base_url")
        given = connection.arguments.get("client", {})
        if not (key or given.get("api_key")) or connection.auth == "none":
            raise ValueError(f"{connection.provider} has no API key")
        if not base and "http_options" not in given:
            raise ValueError(f"{connection.provider} has no base URL")
        # False, not left out: a variable would turn the client into one for Vertex AI.
        own = {"vertexai": False, "api_key": key}
        options = {"base_url": base, "api_version": "v1" if is_third() else "v1beta"}
        return build_client(connection, own, options, sync=sync)

    def request_args(self, connection: Connection) -> dict[str, Any]:
        return request_args(connection)
