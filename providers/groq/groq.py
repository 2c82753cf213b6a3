"""Adapter for the groq SDK, which is made like openai's and stands on httpx."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcatalog.providers.adapter.adapter import Adapter, Ambient, Package, UrlRule
from modelcatalog.providers.adapter.packages import import_sdk

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Built, Connection


class Groq(Adapter):
    """`groq.Groq` and `groq.AsyncGroq`."""

    PACKAGE = Package("groq", "groq", "1.7", "groq")
    CALLS = "modelcatalog.providers.groq.chat"
    CLIENTS = ("groq.Groq", "groq.AsyncGroq")
    REQUEST = "groq.resources.chat.completions.Completions.create"
    TARGETS = frozenset({"client", "request", "body"})
    MODELS_PATH = "/openai/v1/models"
    # The SDK continues with /openai/v1 by itself.
    URL_RULE = UrlRule(
        strip=(
            "/openai/v1/chat/completions",
            "/openai/v1/models",
            "/openai/v1",
            "/openai",
            "/v1/chat/completions",
            "/chat/completions",
        ),
        version="/v1",
        forbid_version=True,
    )

    KEY_VARIABLES = ("GROQ_API_KEY",)
    # Read in _client.py of groq 1.7. GROQ_LOG only turns on the SDK's own log, which masks the key.
    AMBIENT = (
        Ambient("GROQ_API_KEY", "would be sent as the key where none is given"),
        Ambient("GROQ_BASE_URL", "would be the address where none is given"),
        Ambient(
            "GROQ_CUSTOM_HEADERS",
            "its headers would be sent with every request, an Authorization in place of the key",
        ),
    )

    def build(self, connection: Connection, *, sync: bool) -> Built:
        """`groq.Groq` or `groq.AsyncGroq`. Raises ValueError without a base URL."""
        from modelcatalog.providers.http.arguments import key_and_base_url
        from modelcatalog.providers.http.stainless import Kit
        from modelcatalog.providers.http.stainless import build as build_client

        sdk = import_sdk(self.PACKAGE)
        own = key_and_base_url(connection)
        kit = Kit(sdk=sdk, variable="GROQ_CUSTOM_HEADERS", library="httpx", exact=True)
        return build_client(kit, sdk.Groq if sync else sdk.AsyncGroq, connection, own, sync=sync)

    def request_args(self, connection: Connection) -> dict[str, Any]:
        from modelcatalog.providers.http.arguments import request_args

        return request_args(connection)
