"""Adapter for the anthropic SDK's plain client."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar

from modelcatalog.providers.adapter.adapter import Adapter, Ambient, Package, UrlRule
from modelcatalog.providers.adapter.packages import import_sdk
from modelcatalog.providers.anthropic.client import CUSTOM_HEADERS, parameters_of

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Built, Connection

_CREDENTIAL = "would decide who asks where no key is given"
# Arguments of the client that take the place of ours.
_INSTEAD = dict.fromkeys(("auth_token", "credentials", "config", "profile"), ("api_key",))


class Anthropic(Adapter):
    """`anthropic.Anthropic` and `anthropic.AsyncAnthropic`."""

    PACKAGE = Package("anthropic", "anthropic", "2.10", "anthropic")
    CALLS = "modelcatalog.providers.anthropic.chat"
    CLIENTS = ("anthropic.Anthropic", "anthropic.AsyncAnthropic")
    TARGETS = frozenset({"client", "request", "body"})
    AUTH: ClassVar[frozenset[str]] = frozenset({"key", "google", "entra", "none"})
    BEARER: ClassVar[frozenset[str]] = frozenset({"google", "entra"})
    URL_RULE = UrlRule(strip=("/v1/messages", "/messages", "/v1/models"), version="/v1", forbid_version=True)
    # The longest page there is: https://docs.claude.com/en/api/models-list, 2026-11-23
    MODELS_PATH = "/v1/models?limit=1000"
    KEY_VARIABLES: ClassVar[tuple[str, ...]] = ("ANTHROPIC_API_KEY",)
    # Read in _client.py and lib/credentials of anthropic 2.12. ANTHROPIC_LOG only turns on the SDK's own log.
    AMBIENT: ClassVar[tuple[Ambient, ...]] = (
        Ambient("ANTHROPIC_API_KEY", "would be sent as the key where none is given"),
        Ambient("ANTHROPIC_AUTH_TOKEN", "would be sent as the token where no key is given"),
        Ambient("ANTHROPIC_BASE_URL", "would be the address where none is given"),
        Ambient("ANTHROPIC_PROFILE", f"{_CREDENTIAL}, and what the address is"),
        Ambient("ANTHROPIC_CONFIG_DIR", "would be the folder of the profiles"),
        Ambient("ANTHROPIC_FEDERATION_RULE_ID", _CREDENTIAL),
        Ambient("ANTHROPIC_ORGANIZATION_ID", _CREDENTIAL),
        Ambient("ANTHROPIC_IDENTITY_TOKEN", _CREDENTIAL),
        Ambient("ANTHROPIC_IDENTITY_TOKEN_FILE", _CREDENTIAL),
        Ambient("ANTHROPIC_WEBHOOK_SIGNING_KEY", "would be the secret that webhooks are checked with"),
        CUSTOM_HEADERS,
    )

    def url_problem(self, url: str) -> str | None:
        if ".amazonaws.com" in url:
            return f"{url} is an address of AWS, where requests are signed: use anthropic/bedrock."
        if "aiplatform.googleapis.com" in url:
            return f"{url} is an address of Google Cloud: use anthropic/vertex."
        return None

    def parameters(self, target: str) -> frozenset[str] | None:
        return parameters_of(import_sdk(self.PACKAGE).Anthropic, target)

    def build(self, connection: Connection, *, sync: bool) -> Built:
        """`anthropic.Anthropic` or `anthropic.AsyncAnthropic`. Raises ValueError without a base URL."""
        from modelcatalog.providers.http.arguments import key_and_base_url
        from modelcatalog.providers.http.stainless import Kit
        from modelcatalog.providers.http.stainless import build as build_client

        sdk = import_sdk(self.PACKAGE)
        # "" keeps the SDK from looking for its variable.
        own = key_and_base_url(connection) | {"webhook_key": ""}
        if connection.auth in self.BEARER:
            from modelcatalog.providers.identities.bearer_tokens import bearer_tokens

            own["api_key"] = bearer_tokens(connection, sync=sync)
        kit = Kit(sdk=sdk, variable=CUSTOM_HEADERS.variable, headers=_own_headers, instead=_INSTEAD)
        return build_client(kit, sdk.Anthropic if sync else sdk.AsyncAnthropic, connection, own, sync=sync)

    def request_args(self, connection: Connection) -> dict[str, Any]:
        from modelcatalog.providers.http.arguments import request_args

        return request_args(connection)


def _own_headers(arguments: object) -> dict[str, str | None]:
    return {"anthropic-version": import_module("anthropic._constants").ANTHROPIC_API_VERSION}
