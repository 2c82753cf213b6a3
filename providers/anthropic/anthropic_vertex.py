"""Adapter for the anthropic SDK's client for Vertex AI, which sends a token of Google Cloud."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.adapter.adapter import Ambient, Package, UrlRule
from modelcatalog.providers.adapter.packages import import_sdk
from modelcatalog.providers.anthropic.anthropic import Anthropic
from modelcatalog.providers.anthropic.client import CUSTOM_HEADERS, parameters_of, require

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Built, Connection, Failure

# Arguments of the client that take the place of ours.
_INSTEAD = {"access_token": ("credentials",), "credentials": ("access_token",)}


class AnthropicVertex(Anthropic):
    """`anthropic.AnthropicVertex` and `anthropic.AsyncAnthropicVertex`."""

    PACKAGE = Package("anthropic", "anthropic", "2.10", "anthropic-vertex")
    FURTHER_PACKAGES = (Package("google-auth", "google.auth", "2.0", "anthropic-vertex"),)
    KEY_VARIABLES = ()
    AUTH = frozenset({"google", "none"})
    BEARER = frozenset()
    CLIENTS = ("anthropic.AnthropicVertex", "anthropic.AsyncAnthropicVertex")
    SETTINGS = frozenset({"project", "region", "base_url", "access_token", "credentials_file"})
    URL_RULE = UrlRule(strip=("/projects",), version="/v1", forbid_version=False)
    NO_LIST = "anthropic's client for Vertex AI can't list models; see the Model Garden"
    # Read in lib/vertex/_client.py of anthropic 2.12. What google-auth reads is the credential of this adapter.
    AMBIENT = (
        Ambient("ANTHROPIC_VERTEX_PROJECT_ID", "would be the project where none is given"),
        Ambient("CLOUD_ML_REGION", "would be the region where none is given"),
        Ambient("ANTHROPIC_VERTEX_BASE_URL", "would be the address where none is given"),
        CUSTOM_HEADERS,
    )

    def url_problem(self, url: str) -> str | None:
        """Why this endpoint is not Vertex AI's, which the SDK continues with /projects/PROJECT/locations/REGION/..."""
        base, found, _ = url.partition("/projects/")
        if found:
            return f"{url} has the path of one project: the SDK adds that by itself. Write {base}."
        parts = urlsplit(url)
        if (parts.hostname or "").endswith("aiplatform.googleapis.com") and not parts.path.strip("/"):
            return f"{url} lacks the version, which the SDK does not add. Write {url.rstrip('/')}/v1."
        return None

    def parameters(self, target: str) -> frozenset[str] | None:
        return parameters_of(import_sdk(self.PACKAGE).AnthropicVertex, target)

    def build(self, connection: Connection, *, sync: bool) -> Built:
        """`anthropic.AnthropicVertex` or its async twin. Looks no credential up: the first request does.

        Raises ValueError without a project or a region, ImportError without google-auth.
        """
        from modelcatalog.providers.http.hooks import NO_KEY
        from modelcatalog.providers.http.stainless import Kit
        from modelcatalog.providers.http.stainless import build as build_client
        from modelcatalog.providers.identities.google_adc import default_credentials
        from modelcatalog.providers.identities.google_location import endpoint

        sdk = import_sdk(self.PACKAGE)
        require("google-auth", self.PACKAGE)
        settings, given = connection.settings, connection.arguments.get("client", {})
        region = given.get("region") or settings.get("region")
        project = given.get("project_id") or settings.get("project")
        missing = [name for name, value in (("project", project), ("region", region)) if not value]
        if missing:
            raise ValueError(f"{connection.provider} has no {' and no '.join(missing)}")
        own: dict[str, Any] = {
            "project_id": project,
            "region": region,
            "base_url": settings.get("base_url") or f"{endpoint(str(region))}/v1",
        }
        if connection.auth == "none":
            own["access_token"] = NO_KEY
        elif settings.get("access_token"):
            own["access_token"] = reveal(settings["access_token"])
        else:
            own["credentials"] = default_credentials(connection)
        kit = Kit(sdk=sdk, variable=CUSTOM_HEADERS.variable, bearer=False, instead=_INSTEAD)
        kind = sdk.AnthropicVertex if sync else sdk.AsyncAnthropicVertex
        return build_client(kit, kind, connection, own, sync=sync)

    def identify(self, connection: Connection) -> str:
        from modelcatalog.providers.identities.google_identity import identify

        return identify(connection)

    def failure(self, error: BaseException, secrets: Sequence[str] = ()) -> Failure:
        from modelcatalog.providers.anthropic.cloud_failure import failure

        return failure(error, secrets)
