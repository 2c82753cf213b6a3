"""Adapter for the mistralai SDK's client for Azure: the version of the API in the query. It lists no models."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcatalog.providers.adapter.adapter import Ambient, Package, UrlRule
from modelcatalog.providers.adapter.packages import import_sdk
from modelcatalog.providers.mistral.mistral import Mistral

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Built, Connection

# The SDK's own: azure/client/sdk.py of mistralai 3.7.
_VERSION = "2024-05-01-preview"


class MistralAzure(Mistral):
    """`mistralai.azure.client.MistralAzure`."""

    PACKAGE = Package("mistralai", "mistralai.azure.client", "3.7", "mistral")
    CLIENTS = ("mistralai.azure.client.MistralAzure", "mistralai.azure.client.MistralAzure")
    SETTINGS = frozenset({"api_key", "base_url", "api_version"})
    URL_RULE = UrlRule(
        strip=("/models/chat/completions", "/v1/chat/completions", "/chat/completions", "/models"),
        version="/v1",
        forbid_version=True,
    )
    NO_LIST = "mistralai's client for Azure can't list models; see your resource in the portal"
    # Read in utils of mistralai 3.7. It reads no key.
    AMBIENT = (Ambient("MISTRAL_DEBUG", "would print each request with its key"),)

    def url_problem(self, url: str) -> str | None:
        if "api.mistral.ai" in url:
            return f"{url} is the address of Mistral itself: use mistral without qualifier."
        return None

    def parameters(self, target: str) -> frozenset[str] | None:
        from modelcatalog.providers.mistral.client import parameters_of

        return parameters_of(import_sdk(self.PACKAGE).MistralAzure, target)

    def build(self, connection: Connection, *, sync: bool) -> Built:
        """`mistralai.azure.client.MistralAzure`, for one way of calling. Raises ValueError without a base URL."""
        from modelcatalog.providers.mistral.client import build as build_client
        from modelcatalog.providers.mistral.client import version_setter

        sdk = import_sdk(self.PACKAGE)
        settings, given = connection.settings, connection.arguments.get("client", {})
        # The SDK would go to api.mistral.ai, with the key for Azure.
        if not settings.get("base_url") and "server_url" not in given:
            raise ValueError(f"{connection.provider} has no base URL")
        version = str(given.get("api_version") or settings.get("api_version") or _VERSION)
        return build_client(
            sdk,
            lambda arguments: sdk.MistralAzure(**arguments),
            connection,
            {"server_url": settings.get("base_url")},
            sync=sync,
            changes=[version_setter(version)],
            ours=("api_version",),
        )
