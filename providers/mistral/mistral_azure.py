"""Adapter for the mistralai SDK's client for Azure: the version of the API in the query. It lists no models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcatalog.providers.adapter.adapter import Ambient, UrlRule
from modelcatalog.providers.adapter.packages import Package, import_sdk
from modelcatalog.providers.failures.http_api import failure
from modelcatalog.providers.mistral.chat import achat, astream, chat, stream
from modelcatalog.providers.mistral.client import build as build_client
from modelcatalog.providers.mistral.client import parameters_of, request_args, version_setter

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Built, Connection

__all__ = ["achat", "astream", "chat", "failure", "request_args", "stream"]

PACKAGE = Package("mistralai", "mistralai.azure.client", "3.7", "mistral")
TARGETS = frozenset({"client", "request"})
SETTINGS = frozenset({"api_key", "base_url", "api_version"})
URL_RULE = UrlRule(
    strip=("/models/chat/completions", "/v1/chat/completions", "/chat/completions", "/models"),
    version="/v1",
    forbid_version=True,
)
# Read in utils of mistralai 3.7. It reads no key.
AMBIENT = (Ambient("MISTRAL_DEBUG", "would print each request with its key"),)

# The SDK's own: azure/client/sdk.py of mistralai 3.7.
_VERSION = "2024-05-01-preview"


def client_name(sync: bool) -> str:
    """Module and class of the client, which is the same for sync and async code."""
    return "mistralai.azure.client.MistralAzure"


def url_problem(url: str) -> str | None:
    """Why this endpoint is not one on Azure."""
    if "api.mistral.ai" in url:
        return f"{url} is the address of Mistral itself: use mistral without qualifier."
    return None


def parameters(target: str) -> frozenset[str] | None:
    """The names that the SDK takes at this target. Imports the SDK."""
    return parameters_of(import_sdk(PACKAGE).MistralAzure, target)


def build(connection: Connection, *, sync: bool) -> Built:
    """`mistralai.azure.client.MistralAzure`, for one way of calling. Raises ValueError without a base URL."""
    sdk = import_sdk(PACKAGE)
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


def list_models(client: Any, path: str = "") -> list[str]:
    """Mistral's client for Azure has no list."""
    raise NotImplementedError(
        "mistralai's client for Azure can't list models; see your resource in the portal"
    )


async def alist_models(client: Any, path: str = "") -> list[str]:
    """As `list_models`."""
    return list_models(client)
