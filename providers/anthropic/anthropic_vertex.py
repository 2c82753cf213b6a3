"""Adapter for the anthropic SDK's client for Vertex AI, which sends a token of Google Cloud."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.adapter.adapter import Ambient, UrlRule
from modelcatalog.providers.adapter.packages import Package, import_sdk
from modelcatalog.providers.anthropic.chat import achat, astream, chat, stream
from modelcatalog.providers.anthropic.client import CUSTOM_HEADERS, parameters_of, require
from modelcatalog.providers.anthropic.cloud_failure import failure
from modelcatalog.providers.http.hooks import NO_KEY
from modelcatalog.providers.http.parameters import request_args
from modelcatalog.providers.http.stainless import Kit
from modelcatalog.providers.http.stainless import build as build_client
from modelcatalog.providers.identities.google_adc import default_credentials
from modelcatalog.providers.identities.google_identity import identify
from modelcatalog.providers.identities.google_location import endpoint

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Built, Connection

__all__ = ["achat", "astream", "chat", "failure", "identify", "request_args", "stream"]

PACKAGE = Package("anthropic", "anthropic", "2.10", "anthropic-vertex")
FURTHER_PACKAGES = (Package("google-auth", "google.auth", "2.0", "anthropic-vertex"),)
TARGETS = frozenset({"client", "request", "body"})
SETTINGS = frozenset({"project", "region", "base_url", "access_token", "credentials_file"})
URL_RULE = UrlRule(strip=("/projects",), version="/v1", forbid_version=False)

# Read in lib/vertex/_client.py of anthropic 2.12. What google-auth reads is the credential of this adapter.
AMBIENT = (
    Ambient("ANTHROPIC_VERTEX_PROJECT_ID", "would be the project where none is given"),
    Ambient("CLOUD_ML_REGION", "would be the region where none is given"),
    Ambient("ANTHROPIC_VERTEX_BASE_URL", "would be the address where none is given"),
    CUSTOM_HEADERS,
)

# Arguments of the client that take the place of ours.
_INSTEAD = {"access_token": ("credentials",), "credentials": ("access_token",)}


def client_name(sync: bool) -> str:
    """Module and class of the client."""
    return "anthropic.AnthropicVertex" if sync else "anthropic.AsyncAnthropicVertex"


def url_problem(url: str) -> str | None:
    """Why this endpoint is not Vertex AI's, which the SDK continues with /projects/PROJECT/locations/REGION/..."""
    base, found, _ = url.partition("/projects/")
    if found:
        return f"{url} has the path of one project: the SDK adds that by itself. Write {base}."
    parts = urlsplit(url)
    if (parts.hostname or "").endswith("aiplatform.googleapis.com") and not parts.path.strip("/"):
        return f"{url} lacks the version, which the SDK does not add. Write {url.rstrip('/')}/v1."
    return None


def parameters(target: str) -> frozenset[str] | None:
    """The names that the SDK takes at this target, None when it takes any. Imports the SDK."""
    return parameters_of(import_sdk(PACKAGE).AnthropicVertex, target)


def build(connection: Connection, *, sync: bool) -> Built:
    """`anthropic.AnthropicVertex` or its async twin. Looks no credential up: the first request does.

    Raises ValueError without a project or a region, ImportError without google-auth.
    """
    sdk = import_sdk(PACKAGE)
    require("google-auth", PACKAGE)
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


def list_models(client: Any, path: str = "") -> list[str]:
    """Vertex AI has a list of its own models only."""
    raise NotImplementedError("anthropic's client for Vertex AI can't list models; see the Model Garden")


async def alist_models(client: Any, path: str = "") -> list[str]:
    """As `list_models`."""
    return list_models(client)
