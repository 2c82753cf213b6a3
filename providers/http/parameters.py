"""The keywords of each call of an SDK that the generator Stainless made."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.redaction.secret import reveal

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Connection


def request_args(connection: Connection) -> dict[str, Any]:
    """The arguments for each request; those for its body in `extra_body`, which becomes part of the JSON."""
    arguments = {name: reveal(value) for name, value in connection.arguments.get("request", {}).items()}
    body = {name: reveal(value) for name, value in connection.arguments.get("body", {}).items()}
    if body:
        arguments["extra_body"] = {**arguments.get("extra_body", {}), **body}
    return arguments
