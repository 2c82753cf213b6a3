"""What `configure` of google-generativeai sets for the whole process, for one model object."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.identities.refreshable import Tokens

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Connection


def configured(connection: Connection) -> Any:
    """A manager of clients, configured like the common one, but of its own. ValueError without key or base URL."""
    given = {name: reveal(value) for name, value in connection.arguments.get("configure", {}).items()}
    options = given.pop("client_options", None) or {}
    options = dict(options) if isinstance(options, dict) else dict(vars(options))
    key = given.pop("api_key", None) or options.pop("api_key", None) or connection.settings.get("api_key")
    if given.get("transport", "rest") != "rest":
        raise ArgumentError(
            "transport: this adapter speaks REST only, say rest or nothing.", argument="transport"
        )
    if connection.auth == "none" or not (key or given.get("credentials")):
        raise ValueError(f"{connection.provider} has no API key")
    options = {name: value for name, value in options.items() if value is not None}
    endpoint = options.pop("api_endpoint", None) or connection.settings.get("base_url")
    if not endpoint:
        raise ValueError(f"{connection.provider} has no base URL")
    module = import_module("google.generativeai.client")
    manager = module._ClientManager()  # noqa: SLF001  configure() is a method of the common one of these
    usual = {"api_endpoint": endpoint, "universe_domain": "googleapis.com"}
    if "credentials" not in given:
        given["credentials"] = _key(key)
    manager.configure(**{**given, "transport": "rest"}, client_options={**usual, **options})
    # It was looked for in the environment.
    manager.client_config["client_options"].api_key = None
    return manager


def _key(key: Any) -> Any:
    """Credentials that send the key in x-goog-api-key; that of a function is asked for with each request."""
    base = import_module("google.auth.api_key")
    if not callable(key):
        return base.Credentials(reveal(key))

    class AskedKey(base.Credentials):  # type: ignore[misc,name-defined]
        def apply(self, headers: Any, token: str | None = None) -> None:
            headers["x-goog-api-key"] = str(reveal(key()))

        def refresh(self, request: Any) -> None:
            """Called after a 401, before the request is made once more."""
            if isinstance(key, Tokens) and key.seen:
                key.renew(key.seen[-1])

    return AskedKey("modelcatalog-asks-for-the-key")


def path(name: str) -> str:
    """The model's name in the path of a request: one step below its folder."""
    folder, _, rest = name.partition("/")
    if folder in ("models", "tunedModels") and rest:
        return name
    return f"models/{quote(name, safe='')}"
