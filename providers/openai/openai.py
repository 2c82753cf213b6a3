"""Adapter for the openai SDK's plain client: OpenAI itself, and every service that speaks its protocol."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from modelcatalog.providers.adapter.adapter import Adapter, Ambient, Package, UrlRule
from modelcatalog.providers.adapter.emulate_tools import PARAMETERS, is_wanted
from modelcatalog.providers.adapter.packages import import_sdk

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Built, Connection

# Arguments of the client that take the place of ours.
_INSTEAD = {
    "workload_identity": ("api_key",),
    "provider": ("api_key", "admin_api_key", "base_url"),
    "data_residency": ("base_url",),
}


class OpenAI(Adapter):
    """`openai.OpenAI` and `openai.AsyncOpenAI`."""

    PACKAGE = Package("openai", "openai", "3.50", "openai")
    CALLS = "modelcatalog.providers.openai.chat"
    CLIENTS = ("openai.OpenAI", "openai.AsyncOpenAI")
    REQUEST = "openai.resources.chat.completions.Completions.create"
    TARGETS = frozenset({"client", "request", "body", "adapter"})
    ARGUMENTS = PARAMETERS
    AUTH = frozenset({"key", "google", "entra", "none"})
    BEARER = frozenset({"google", "entra"})
    SETTINGS = frozenset({"api_key", "base_url", "organization", "project"})
    URL_RULE = UrlRule(
        strip=("/chat/completions", "/completions", "/responses", "/embeddings", "/models"),
        version="/v1",
        forbid_version=False,
    )
    MODELS_PATH = "/models"
    KEY_VARIABLES = ("OPENAI_API_KEY",)
    # Read in lib/_client_auth.py of openai 3.54. OPENAI_LOG only turns on the SDK's own log, which masks the key.
    AMBIENT: ClassVar[tuple[Ambient, ...]] = (
        Ambient("OPENAI_API_KEY", "would be sent as the key where none is given"),
        Ambient("OPENAI_ADMIN_KEY", "would be sent as the key of administrative calls"),
        Ambient("OPENAI_BASE_URL", "would be the address where none is given"),
        Ambient("OPENAI_ORG_ID", "would be sent in the header OpenAI-Organization"),
        Ambient("OPENAI_PROJECT_ID", "would be sent in the header OpenAI-Project"),
        Ambient(
            "OPENAI_CUSTOM_HEADERS",
            "its headers would be sent with every request, an Authorization in place of the key",
        ),
        Ambient("OPENAI_WEBHOOK_SECRET", "would be the secret that webhooks are checked with"),
    )

    def url_problem(self, url: str) -> str | None:
        if "/openai/deployments/" in f"{url}/":
            return f"{url} is the address of an Azure deployment, with one path for each model: use openai/azure."
        return None

    def build(self, connection: Connection, *, sync: bool) -> Built:
        """`openai.OpenAI` or `openai.AsyncOpenAI`. Raises ValueError without a base URL."""
        from modelcatalog.providers.http.arguments import key_and_base_url
        from modelcatalog.providers.openai.client import build as build_client

        sdk = import_sdk(self.PACKAGE)
        own = key_and_base_url(connection, instead=("provider", "data_residency"))
        if connection.auth in self.BEARER:
            from modelcatalog.providers.identities.bearer_tokens import bearer_tokens

            own["api_key"] = bearer_tokens(connection, sync=sync)
        kind = sdk.OpenAI if sync else sdk.AsyncOpenAI
        built = build_client(sdk, kind, connection, own, sync=sync, instead=_INSTEAD)
        return built._replace(emulates_tools=is_wanted(connection))

    def request_args(self, connection: Connection) -> dict[str, Any]:
        from modelcatalog.providers.http.arguments import request_args

        return request_args(connection)

    def prove(self, client: Any, path: str) -> None:
        from modelcatalog.providers.openai.chat import prove

        prove(client, path)
