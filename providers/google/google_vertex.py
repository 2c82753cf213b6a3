"""Adapter for google-genai and Vertex AI: Application Default Credentials, or a key of the express mode."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcatalog.providers.adapter.adapter import UrlRule
from modelcatalog.providers.google.client import GENAI_AMBIENT, build_client
from modelcatalog.providers.google.google import Google
from modelcatalog.providers.identities.google_adc import QUOTA

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Built, Connection


class GoogleVertex(Google):
    """`google.genai.Client`, for Vertex AI."""

    AUTH = frozenset({"key", "google"})
    SETTINGS = frozenset({"api_key", "base_url", "project", "location", "credentials_file", "quota_project"})
    URL_RULE = UrlRule(strip=("/v1", "/v1beta1"), version="", forbid_version=True)
    AMBIENT = (*GENAI_AMBIENT, QUOTA)

    def url_problem(self, url: str) -> str | None:
        """Why this endpoint is not the root of Vertex AI, which the SDK continues with /v1beta1/projects/..."""
        base, found, _ = url.partition("/projects/")
        return (
            f"{url} has the path of one project: the SDK adds that by itself. Write {base}."
            if found
            else None
        )

    def build(self, connection: Connection, *, sync: bool) -> Built:
        """`google.genai.Client` for Vertex AI. Raises ValueError without project and location; a key needs neither."""
        from modelcatalog.providers.identities.google_adc import default_credentials
        from modelcatalog.providers.identities.google_location import endpoint, place

        settings, given = connection.settings, connection.arguments.get("client", {})
        own: dict[str, Any] = {"vertexai": True}
        if connection.auth == "key":
            if not (settings.get("api_key") or given.get("api_key")):
                raise ValueError(f"{connection.provider} has no API key")
            own["api_key"] = settings.get("api_key")
            if settings.get("project") or given.get("project"):
                own["project"], own["location"] = place(connection, given)
        else:
            own["project"], own["location"] = place(connection, given)
            if "credentials" not in given:
                own["credentials"] = default_credentials(connection)
        base = settings.get("base_url") or endpoint(own.get("location") or "global")
        return build_client(connection, own, {"base_url": base, "api_version": "v1beta1"}, sync=sync)

    def identify(self, connection: Connection) -> str:
        from modelcatalog.providers.identities.google_identity import identify

        return identify(connection)
