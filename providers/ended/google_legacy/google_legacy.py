"""Adapter for the ended google-generativeai and the Gemini API. The client is a GenerativeModel, over REST."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.adapter.adapter import Adapter, Ambient, Package, UrlRule
from modelcatalog.providers.adapter.packages import import_sdk
from modelcatalog.providers.ended.generative_model.arguments import KEYWORDS, MODEL, sorted_out
from modelcatalog.providers.google.endpoints import gemini_url_problem
from modelcatalog.providers.google.safety_settings import (
    ADAPTER_ARGUMENTS,
    adapter_arguments,
    safety_settings,
)

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Built, Connection


class GoogleLegacy(Adapter):
    """`google.generativeai.GenerativeModel`, the same for sync and async: its async methods call in a thread."""

    PACKAGE = Package("google-generativeai", "google.generativeai", "0.8.6", "google-legacy")
    CALLS = "modelcatalog.providers.ended.google_legacy.chat"
    FAILURES = "modelcatalog.providers.google.failure"
    AUTH = frozenset({"key"})
    CLIENTS = ("google.generativeai.GenerativeModel", "google.generativeai.GenerativeModel")
    TARGETS = frozenset({"configure", "model", "request", "adapter"})
    URL_RULE = UrlRule(strip=("/v1beta/models", "/v1beta", "/v1"), version="", forbid_version=True)
    # Read in client.py of google-generativeai 0.8.6 and in generative_service/client.py below it.
    AMBIENT = (
        Ambient("GEMINI_API_KEY", "would be sent as the key where none is given"),
        Ambient("GOOGLE_API_KEY", "would be sent as the key where neither is given"),
        Ambient("GOOGLE_CLOUD_UNIVERSE_DOMAIN", "would be the domain that the credentials must be of"),
    )

    def url_problem(self, url: str) -> str | None:
        """Why this endpoint is not one for the Gemini API's own protocol."""
        return gemini_url_problem(url)

    def parameters(self, target: str) -> frozenset[str] | None:
        if target == "adapter":
            return ADAPTER_ARGUMENTS
        if target == "model":
            return MODEL
        sdk = import_sdk(self.PACKAGE)
        if target == "request":
            return KEYWORDS - {"labels"} | frozenset(sdk.GenerationConfig.__dataclass_fields__)
        from inspect import signature

        return frozenset(signature(sdk.configure).parameters)

    def build(self, connection: Connection, *, sync: bool) -> Built:
        """`google.generativeai.GenerativeModel`. Raises ValueError without a key or a base URL."""
        from modelcatalog.providers.ended.generative_model.rest import built, check, settle
        from modelcatalog.providers.ended.google_legacy.configuration import configured, path
        from modelcatalog.providers.ended.google_legacy.services import AsyncServices

        check(connection)
        sdk = import_sdk(self.PACKAGE)
        manager = configured(connection)
        given = adapter_arguments(connection.arguments.get("adapter", {}))
        # Of its enum the package itself refuses this one.
        thresholds = [one for one in sdk.types.HarmBlockThreshold if one.name != "OFF"]
        model = sdk.GenerativeModel(
            path(connection.model),
            safety_settings=safety_settings(given, sdk.types.HarmCategory, thresholds),
            **{name: reveal(value) for name, value in connection.arguments.get("model", {}).items()},
        )
        service = settle(manager.make_client("generative"), connection)
        lists = AsyncServices(service, lambda: settle(manager.make_client("model"), connection))
        model._client, model._async_client = service, lists  # noqa: SLF001
        return built(model, lambda: [service], sync=sync)

    def request_args(self, connection: Connection) -> dict[str, Any]:
        """Keywords of `generate_content`. Safety settings are not among them: the model object holds those."""
        return sorted_out(super().request_args(connection))
