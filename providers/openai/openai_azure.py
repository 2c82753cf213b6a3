"""Adapter for the openai SDK's Azure client: the model is the name of a deployment, a part of the path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcatalog.providers.adapter.adapter import Ambient, UrlRule
from modelcatalog.providers.adapter.emulate_tools import is_wanted
from modelcatalog.providers.adapter.packages import import_sdk
from modelcatalog.providers.openai.openai import OpenAI

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Built, Connection

_INSTEAD = {
    "azure_ad_token": ("api_key", "azure_ad_token_provider"),
    "azure_ad_token_provider": ("api_key",),
    "base_url": ("azure_endpoint",),
}


class AzureOpenAI(OpenAI):
    """`openai.AzureOpenAI` and `openai.AsyncAzureOpenAI`."""

    CLIENTS = ("openai.AzureOpenAI", "openai.AsyncAzureOpenAI")
    SETTINGS = frozenset({"api_key", "base_url", "api_version", "token_provider", "organization", "project"})
    URL_RULE = UrlRule(strip=("/openai",), version="", forbid_version=False)
    KEY_VARIABLES = ("AZURE_OPENAI_API_KEY",)
    # Read in lib/azure.py of openai 3.54, and in the plain client, whose constructor it calls.
    AMBIENT = (
        Ambient("AZURE_OPENAI_AD_TOKEN", "would be sent as the token where no credential is given"),
        Ambient("AZURE_OPENAI_API_KEY", "would be sent as the key where none is given"),
        Ambient("AZURE_OPENAI_ENDPOINT", "would be the address where none is given"),
        Ambient("OPENAI_API_VERSION", "would be the version of the API where none is given"),
        *(one for one in OpenAI.AMBIENT if one.variable not in ("OPENAI_API_KEY", "OPENAI_BASE_URL")),
    )

    def url_problem(self, url: str) -> str | None:
        """Why this endpoint is not that of a resource, which the SDK continues with /openai/deployments/MODEL."""
        base, found, rest = f"{url.rstrip('/')}/".partition("/openai/")
        if not found or not rest:
            return None
        if rest.startswith("v1/"):
            return f"{url} is an address for the plain client: give it to a provider without qualifier."
        return f"{url} has the path of one deployment: the SDK adds that by itself. Write {base}."

    def build(self, connection: Connection, *, sync: bool) -> Built:
        """`openai.AzureOpenAI` or `openai.AsyncAzureOpenAI`. ValueError without endpoint or API version."""
        from modelcatalog.providers.http.hooks import key_of
        from modelcatalog.providers.openai.client import build as build_client

        sdk = import_sdk(self.PACKAGE)
        settings, given = connection.settings, connection.arguments.get("client", {})
        own = {"azure_endpoint": settings.get("base_url"), "api_version": settings.get("api_version")}
        if not own["azure_endpoint"] and not {"base_url", "azure_endpoint"} & given.keys():
            raise ValueError(f"{connection.provider} has no endpoint")
        if not own["api_version"] and "api_version" not in given:
            raise ValueError(f"{connection.provider} has no api_version")
        if connection.auth in self.BEARER:
            from modelcatalog.providers.identities.bearer_tokens import bearer_tokens

            own["azure_ad_token_provider"] = bearer_tokens(connection, sync=sync)
        else:
            own["api_key"] = key_of(connection)
        kind = sdk.AzureOpenAI if sync else sdk.AsyncAzureOpenAI
        built = build_client(sdk, kind, connection, own, sync=sync, instead=_INSTEAD, bearer=False)
        return built._replace(emulates_tools=is_wanted(connection))
