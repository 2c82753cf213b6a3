"""Adapter for the mistralai SDK. One class is both clients: its methods for async code end in `_async`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from modelcatalog.providers.adapter.adapter import Adapter, Ambient, Package, UrlRule
from modelcatalog.providers.adapter.packages import import_sdk

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Built, Connection


class Mistral(Adapter):
    """`mistralai.client.Mistral`."""

    # `from mistralai import Mistral`, as older pages have it, fails since 2.0.
    PACKAGE = Package("mistralai", "mistralai.client", "3.7", "mistral")
    CALLS = "modelcatalog.providers.mistral.chat"
    CLIENTS = ("mistralai.client.Mistral", "mistralai.client.Mistral")
    URL_RULE = UrlRule(
        strip=("/v1/chat/completions", "/chat/completions", "/v1/models"), version="/v1", forbid_version=True
    )
    # Read in _hooks, utils and extra/observability of mistralai 3.7, at each call but for the last.
    AMBIENT: ClassVar[tuple[Ambient, ...]] = (
        Ambient("MISTRAL_API_KEY", "would be sent as the key where none is given"),
        Ambient("MISTRAL_SA_TOKEN_PATH", "would name a file with a token, sent where no key is given"),
        Ambient(
            "MISTRAL_SDK_TELEMETRY", "would send traces of each call, or stop it where they can't be sent"
        ),
        Ambient("MISTRAL_DEBUG", "would print each request with its key"),
    )

    def url_problem(self, url: str) -> str | None:
        if ".azure.com" in url:
            return f"{url} is an address of Azure, which wants its version of the API: use mistral/azure."
        return None

    def parameters(self, target: str) -> frozenset[str] | None:
        from modelcatalog.providers.mistral.client import parameters_of

        return parameters_of(import_sdk(self.PACKAGE).Mistral, target)

    def build(self, connection: Connection, *, sync: bool) -> Built:
        """`mistralai.client.Mistral`, for one way of calling. Raises ValueError without a base URL."""
        from modelcatalog.providers.mistral.client import build as build_client

        sdk = import_sdk(self.PACKAGE)
        url = connection.settings.get("base_url")
        if not url and not {"server", "server_url"} & connection.arguments.get("client", {}).keys():
            raise ValueError(f"{connection.provider} has no base URL")

        def untraced(arguments: Mapping[str, Any]) -> Any:
            client = sdk.Mistral(**arguments)
            # Said, so that no variable is asked.
            client.sdk_configuration.__dict__["telemetry"] = False
            return client

        return build_client(sdk, untraced, connection, {"server_url": url}, sync=sync)
