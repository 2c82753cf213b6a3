"""Clients of the openai SDK: organization and project besides the key, each with a variable and a header."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.http.stainless import Kit
from modelcatalog.providers.http.stainless import build as build_client

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Built, Connection

_IDENTITIES = (
    ("organization", "OPENAI_ORG_ID", "OpenAI-Organization"),
    ("project", "OPENAI_PROJECT_ID", "OpenAI-Project"),
)


def build(
    sdk: Any,
    kind: Any,
    connection: Connection,
    own: Mapping[str, Any],
    *,
    sync: bool,
    instead: Mapping[str, tuple[str, ...]],
    bearer: bool = True,
) -> Built:
    """A client of the class `kind`.

    `own` are the arguments that say where to and who; `instead` names, for an argument that the caller may
    give, those of `own` whose place it takes. `bearer`: the key travels in the header Authorization.
    """
    kit = Kit(
        sdk=sdk,
        variable="OPENAI_CUSTOM_HEADERS",
        bearer=bearer,
        takes_functions=True,
        ends_urls=True,
        headers=_identity_headers,
        instead=instead,
    )
    ours = {**own, **_identities(connection), "admin_api_key": "", "webhook_secret": ""}
    return build_client(kit, kind, connection, ours, sync=sync)


def _identities(connection: Connection) -> dict[str, Any]:
    """Organization and project: "" keeps the SDK from looking for its variable, None lets it."""
    found: dict[str, Any] = {}
    for name, variable, _ in _IDENTITIES:
        value = reveal(connection.settings.get(name))
        free = name in connection.declared and variable not in connection.ambient
        found[name] = value or (None if free else "")
    return found


def _identity_headers(arguments: Mapping[str, Any]) -> dict[str, str | None]:
    known = {header: arguments.get(name) for name, _, header in _IDENTITIES}
    return {header: value or None for header, value in known.items() if value is not None}
