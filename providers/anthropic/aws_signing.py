"""Clients of the anthropic SDK that sign with credentials of AWS, and don't look for a bearer token.

The SDK reads AWS_BEARER_TOKEN_BEDROCK in its constructor, and again in each copy, when it has no key: beside
access keys it then refuses to build, without them it sends the token instead of signing. A key that is "" keeps
it from looking, and is taken off once the client is there.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping
from contextlib import suppress
from importlib import import_module
from typing import Any

CREDENTIALS = ("aws_access_key", "aws_secret_key", "aws_session_token", "aws_profile")


def signing_client(kind: Any, arguments: Mapping[str, Any]) -> Any:
    """A client of this class; one that signs, unless a key is among the arguments."""
    if arguments.get("api_key") is not None:
        return kind(**arguments)
    rest = {name: value for name, value in arguments.items() if name not in ("api_key", *CREDENTIALS)}
    return _sealed(kind(**rest, api_key=""), {name: arguments.get(name) for name in CREDENTIALS})


def _sealed(client: Any, credentials: Mapping[str, Any]) -> Any:
    _set(client, None, credentials)

    def copied(**changes: Any) -> Any:
        if changes.get("api_key"):
            return type(client).copy(_bare(client), **changes)
        changed = {name: changes.pop(name, None) or getattr(client, name) for name in CREDENTIALS}
        return _sealed(type(client).copy(_bare(client), **changes), changed)

    client.copy = client.with_options = copied
    return client


def _bare(client: Any) -> Any:
    """The client without credentials, for a copy to be made of."""
    bare = copy.copy(client)
    _set(bare, "", dict.fromkeys(CREDENTIALS))
    return bare


def _set(client: Any, key: str | None, credentials: Mapping[str, Any]) -> None:
    client.api_key = key
    for name, value in credentials.items():
        setattr(client, name, value)


def fresh_sessions() -> None:
    """Let the SDK forget boto's sessions, and with them credentials that the environment held earlier."""
    with suppress(ImportError, AttributeError):
        module = import_module("anthropic.lib.aws._auth")
        module._get_session.cache_clear()  # noqa: SLF001  it has no other handle
