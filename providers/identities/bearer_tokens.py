"""Tokens of Google Cloud and Entra ID for a client that takes a key: fetched when first used, kept until they end."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.redaction.secret import Secret, reveal
from modelcatalog.providers.adapter.chat_types import TokenError
from modelcatalog.providers.identities.refreshable import Tokens

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelcatalog.providers.adapter.connection import Connection

# https://learn.microsoft.com/azure/ai-foundry/openai/how-to/managed-identity, looked at 2026-11-25.
_SCOPE = "https://cognitiveservices.azure.com/.default"


def bearer_tokens(connection: Connection, *, sync: bool) -> Tokens:
    """What gives the token of the moment, by the scheme of the connection; to be awaited with an async client.

    `token_provider` of an entry takes the place of Entra ID's own credentials. Looks nothing up yet.
    """
    provider = connection.settings.get("token_provider")
    if callable(provider):
        return provider if isinstance(provider, Tokens) else Tokens(provider)
    cloud, fetching = _CLOUDS[connection.auth]
    fetch = fetching(connection)
    held: list[Secret] = []

    def fetched() -> tuple[str, Any]:
        try:
            token, end = fetch()
        except Exception as error:
            words = str(error).split("\n", 1)[0]
            raise TokenError(f"No token from {cloud}: {words}") from error
        # Known as a secret as long as it is in use, so that it is redacted where a service echoes it.
        held[:] = [Secret(token)]
        return token, end

    async def afetched() -> tuple[str, Any]:
        from asyncio import to_thread

        return await to_thread(fetched)

    return Tokens(fetched if sync else afetched)


def _google(connection: Connection) -> Callable[[], tuple[str, Any]]:
    from datetime import UTC

    from modelcatalog.providers.identities.google_adc import default_credentials
    from modelcatalog.providers.identities.google_identity import token_request

    credentials = default_credentials(connection)

    def fetch() -> tuple[str, Any]:
        with token_request(connection.timeout or 30.0) as request:
            credentials.refresh(request)
        # google-auth's times are of UTC, and don't say so.
        return credentials.token, credentials.expiry and credentials.expiry.replace(tzinfo=UTC)

    return fetch


def _entra(connection: Connection) -> Callable[[], tuple[str, Any]]:
    def fetch() -> tuple[str, Any]:
        with import_module("azure.identity").DefaultAzureCredential() as credential:
            token = credential.get_token(_SCOPE)
        return str(reveal(token.token)), token.expires_on

    return fetch


_CLOUDS = {"google": ("Google Cloud", _google), "entra": ("Entra ID", _entra)}
