"""Adapter for the mistralai SDK. One class is both clients: its methods for async code end in `_async`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from modelcatalog.providers.adapter.adapter import Ambient, UrlRule
from modelcatalog.providers.adapter.packages import Package, import_sdk
from modelcatalog.providers.failures.http_api import failure
from modelcatalog.providers.mistral.chat import achat, alist_models, astream, chat, list_models, stream
from modelcatalog.providers.mistral.client import build as build_client
from modelcatalog.providers.mistral.client import parameters_of, request_args

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Built, Connection

__all__ = ["achat", "alist_models", "astream", "chat", "failure", "list_models", "request_args", "stream"]

# `from mistralai import Mistral`, as older pages have it, fails since 2.0.
PACKAGE = Package("mistralai", "mistralai.client", "3.7", "mistral")
TARGETS = frozenset({"client", "request"})
SETTINGS = frozenset({"api_key", "base_url"})
URL_RULE = UrlRule(
    strip=("/v1/chat/completions", "/chat/completions", "/v1/models"), version="/v1", forbid_version=True
)

# Read in _hooks, utils and extra/observability of mistralai 3.7, at each call but for the last.
AMBIENT = (
    Ambient("MISTRAL_API_KEY", "would be sent as the key where none is given"),
    Ambient("MISTRAL_SA_TOKEN_PATH", "would name a file with a token, sent where no key is given"),
    Ambient("MISTRAL_SDK_TELEMETRY", "would send traces of each call, or stop it where they can't be sent"),
    Ambient("MISTRAL_DEBUG", "would print each request with its key"),
)


def client_name(sync: bool) -> str:
    """Module and class of the client, which is the same for sync and async code."""
    return "mistralai.client.Mistral"


def url_problem(url: str) -> str | None:
    """Why this endpoint is not one for the plain client."""
    if ".azure.com" in url:
        return f"{url} is an address of Azure, which wants its version of the API: use mistral/azure."
    return None


def parameters(target: str) -> frozenset[str] | None:
    """The names that the SDK takes at this target. Imports the SDK."""
    return parameters_of(import_sdk(PACKAGE).Mistral, target)


def build(connection: Connection, *, sync: bool) -> Built:
    """`mistralai.client.Mistral`, for one way of calling. Raises ValueError without a base URL."""
    sdk = import_sdk(PACKAGE)
    url = connection.settings.get("base_url")
    if not url and not {"server", "server_url"} & connection.arguments.get("client", {}).keys():
        raise ValueError(f"{connection.provider} has no base URL")
    return build_client(sdk, _untraced, connection, {"server_url": url}, sync=sync)


def _untraced(arguments: Mapping[str, Any]) -> Any:
    client = import_sdk(PACKAGE).Mistral(**arguments)
    # Said, so that no variable is asked.
    client.sdk_configuration.__dict__["telemetry"] = False
    return client
