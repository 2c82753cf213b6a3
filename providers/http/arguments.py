"""Arguments that most clients take, where to and with which key, and those of each call of a Stainless-made SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.http.hooks import key_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from modelcatalog.providers.adapter.connection import Connection


def key_and_base_url(connection: Connection, instead: Iterable[str] = ()) -> dict[str, Any]:
    """`api_key`, a placeholder where there is none, and `base_url`.

    Raises ValueError without a base URL, for then the SDK would go to its own vendor with this provider's key; unless
    the caller gives one, or an argument in `instead` that says where to.
    """
    settings, given = connection.settings, connection.arguments.get("client", {})
    if not settings.get("base_url") and not {"base_url", *instead} & given.keys():
        raise ValueError(f"{connection.provider} has no base URL")
    return {"api_key": key_of(connection), "base_url": settings.get("base_url")}


def request_args(connection: Connection) -> dict[str, Any]:
    """The arguments for each request; those for its body in `extra_body`, which becomes part of the JSON."""
    arguments = {name: reveal(value) for name, value in connection.arguments.get("request", {}).items()}
    body = {name: reveal(value) for name, value in connection.arguments.get("body", {}).items()}
    if body:
        arguments["extra_body"] = {**arguments.get("extra_body", {}), **body}
    return arguments
