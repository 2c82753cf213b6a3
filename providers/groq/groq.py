"""Adapter for the groq SDK, which is made like openai's and stands on httpx."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

from modelcatalog.providers.adapter.adapter import Ambient, UrlRule
from modelcatalog.providers.adapter.packages import Package, import_sdk
from modelcatalog.providers.failures.http_api import failure
from modelcatalog.providers.http.hooks import NO_KEY
from modelcatalog.providers.http.parameters import names_of, request_args
from modelcatalog.providers.http.stainless import Kit
from modelcatalog.providers.http.stainless import build as build_client
from modelcatalog.providers.openai import chat as openai_chat
from modelcatalog.providers.openai.chat import achat, chat

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall, ChatChunk
    from modelcatalog.providers.adapter.connection import Built, Connection

__all__ = ["achat", "chat", "failure", "request_args"]

PACKAGE = Package("groq", "groq", "1.7", "groq")
TARGETS = frozenset({"client", "request", "body"})
SETTINGS = frozenset({"api_key", "base_url"})
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

# Read in _client.py of groq 1.7. GROQ_LOG only turns on the SDK's own log, which masks the key.
AMBIENT = (
    Ambient("GROQ_API_KEY", "would be sent as the key where none is given"),
    Ambient("GROQ_BASE_URL", "would be the address where none is given"),
    Ambient(
        "GROQ_CUSTOM_HEADERS",
        "its headers would be sent with every request, an Authorization in place of the key",
    ),
)


def client_name(sync: bool) -> str:
    """Module and class of the client."""
    return "groq.Groq" if sync else "groq.AsyncGroq"


def url_problem(url: str) -> str | None:
    """Nothing: any root may be Groq's, or a proxy's before it."""
    return None


def parameters(target: str) -> frozenset[str] | None:
    """The names that the SDK takes at this target, None when it takes any. Imports the SDK."""
    if target == "body":
        return None
    sdk = import_sdk(PACKAGE)
    if target == "client":
        return names_of(sdk.Groq.__init__)
    return names_of(import_module("groq.resources.chat.completions").Completions.create)


def build(connection: Connection, *, sync: bool) -> Built:
    """`groq.Groq` or `groq.AsyncGroq`. Raises ValueError without a base URL."""
    sdk = import_sdk(PACKAGE)
    settings = connection.settings
    own = {
        "api_key": NO_KEY if connection.auth == "none" else settings.get("api_key", NO_KEY),
        "base_url": settings.get("base_url"),
    }
    if not own["base_url"] and "base_url" not in connection.arguments.get("client", {}):
        raise ValueError(f"{connection.provider} has no base URL")
    kit = Kit(sdk=sdk, variable="GROQ_CUSTOM_HEADERS", library="httpx", exact=True)
    return build_client(kit, sdk.Groq if sync else sdk.AsyncGroq, connection, own, sync=sync)


def stream(client: Any, call: ChatCall) -> Iterator[ChatChunk]:
    """The answer in pieces. Raises the SDK's exceptions, or AnswerError for a stream that is empty or cut."""
    return openai_chat.stream(client, call, usage_option=False)


def astream(client: Any, call: ChatCall) -> AsyncIterator[ChatChunk]:
    """`stream`, with the async client."""
    return openai_chat.astream(client, call, usage_option=False)


def list_models(client: Any, path: str = "/openai/v1/models") -> list[str]:
    """The models that the service says it has: one page, at most 10,000. Raises as `chat` does."""
    return openai_chat.list_models(client, path)


async def alist_models(client: Any, path: str = "/openai/v1/models") -> list[str]:
    """`list_models`, with the async client."""
    return await openai_chat.alist_models(client, path)
