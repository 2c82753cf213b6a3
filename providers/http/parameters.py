"""What the openai SDK's client and its chat call take, and the keywords of each call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.adapter.packages import names_of

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Connection

__all__ = ["names_of", "parameters_of", "request_args"]


def parameters_of(client: Any, target: str) -> frozenset[str] | None:
    """The names that the constructor of `client`, or the chat call, takes; None where any name is taken."""
    if target == "body":
        return None
    if target == "client":
        return names_of(client.__init__)
    from openai.resources.chat.completions import Completions

    return names_of(Completions.create)


def request_args(connection: Connection) -> dict[str, Any]:
    """The arguments for each request; those for its body in `extra_body`, which becomes part of the JSON."""
    arguments = {name: reveal(value) for name, value in connection.arguments.get("request", {}).items()}
    body = {name: reveal(value) for name, value in connection.arguments.get("body", {}).items()}
    if body:
        arguments["extra_body"] = {**arguments.get("extra_body", {}), **body}
    return arguments
