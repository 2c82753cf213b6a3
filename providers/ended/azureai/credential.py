"""Who asks, for azure-ai-inference: a key, an identity of Entra ID, a function that gives tokens, or nobody."""

from __future__ import annotations

import time
from collections.abc import Callable
from inspect import isawaitable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.identities.refreshable import Tokens

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Connection

# Endpoints of a resource want another scope than those of a single model, https://ml.azure.com, which is the SDK's own.
# https://learn.microsoft.com/azure/ai-foundry/model-inference/how-to/configure-entra-id, looked at 2026-11-23.
_OF_A_RESOURCE = (".services.ai.azure.com", ".cognitiveservices.azure.com", ".openai.azure.com")
_SCOPE = "https://cognitiveservices.azure.com/.default"


def credential_for(
    connection: Connection, endpoint: str, given: dict[str, Any], *, sync: bool
) -> tuple[Any, Callable[[], Any] | None]:
    """The credential, and what closes it. Adds to `given` what the client needs beside it. Looks nothing up yet."""
    from azure.core.credentials import AzureKeyCredential

    key = connection.settings.get("api_key")
    if connection.auth == "entra":
        if (urlsplit(endpoint).hostname or "").endswith(_OF_A_RESOURCE):
            given.setdefault("credential_scopes", [_SCOPE])
        provider = connection.settings.get("token_provider")
        if callable(provider):
            return (_Tokens(provider) if sync else _AsyncTokens(provider)), None
        from importlib import import_module

        credential = import_module(
            "azure.identity" if sync else "azure.identity.aio"
        ).DefaultAzureCredential()
        return credential, credential.close
    if connection.auth == "none" or not key:
        given.setdefault("authentication_policy", _nobody())
        return _Tokens(lambda: ""), None
    if callable(key):
        given.setdefault("authentication_policy", _key_of(key, sync=sync))
        return _Tokens(lambda: ""), None
    return AzureKeyCredential(reveal(key)), None


class _Tokens:
    """A credential of azure-core around a function."""

    def __init__(self, provider: Callable[[], Any]) -> None:
        self._provider = provider

    def get_token(self, *_: str, **__: Any) -> Any:
        return _token(self._provider())


class _AsyncTokens(_Tokens):
    async def get_token(self, *_: str, **__: Any) -> Any:
        token = self._provider()
        return _token(await token if isawaitable(token) else token)


def _token(token: Any) -> Any:
    """A token that is asked for again with each request: how long it lasts is the function's matter."""
    from azure.core.credentials import AccessToken

    return AccessToken(str(reveal(token)), int(time.time()))


def _nobody() -> Any:
    from azure.core.pipeline.policies import SansIOHTTPPolicy

    policy: Any = SansIOHTTPPolicy()
    return policy


def _key_of(key: Callable[[], Any], *, sync: bool) -> Any:
    """A policy that sends the key which a function gives, in the two headers in which the SDK sends a fixed one.

    A key that is refused is asked for once more, where the function is one that can be.
    """
    from azure.core.pipeline.policies import AsyncHTTPPolicy, HTTPPolicy

    class Policy(HTTPPolicy):  # type: ignore[type-arg,misc,unused-ignore]
        def send(self, request: Any) -> Any:
            _carry(request, key())
            response = self.next.send(request)
            old = _refused(key, request, response)
            if old is not None and isinstance(key, Tokens):
                _carry(request, key.renew(old))
                response = self.next.send(request)
            return response

    class AsyncPolicy(AsyncHTTPPolicy):  # type: ignore[type-arg,misc,unused-ignore]
        async def send(self, request: Any) -> Any:
            _carry(request, await _awaited(key()))
            response = await self.next.send(request)
            old = _refused(key, request, response)
            if old is not None and isinstance(key, Tokens):
                _carry(request, await _awaited(key.renew(old)))
                response = await self.next.send(request)
            return response

    return Policy() if sync else AsyncPolicy()


def _refused(key: Any, request: Any, response: Any) -> str | None:
    is_refused = response.http_response.status_code == 401 and isinstance(key, Tokens)
    return key.refused_in(request.http_request.headers) if is_refused else None


def _carry(request: Any, value: Any) -> None:
    request.http_request.headers["Authorization"] = f"Bearer {reveal(value)}"
    request.http_request.headers["api-key"] = str(reveal(value))


async def _awaited(value: Any) -> Any:
    return await value if isawaitable(value) else value
