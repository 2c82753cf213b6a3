"""Adapter for the anthropic SDK's client for Amazon Bedrock, which signs each request with credentials of AWS."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.adapter.adapter import Ambient, Package, UrlRule
from modelcatalog.providers.adapter.packages import import_sdk
from modelcatalog.providers.anthropic.anthropic import Anthropic
from modelcatalog.providers.anthropic.aws_signing import CREDENTIALS
from modelcatalog.providers.anthropic.client import CUSTOM_HEADERS, parameters_of, require

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Built, Connection, Failure


class AnthropicBedrock(Anthropic):
    """`anthropic.AnthropicBedrock` and `anthropic.AsyncAnthropicBedrock`."""

    PACKAGE = Package("anthropic", "anthropic", "2.10", "anthropic-bedrock")
    FURTHER_PACKAGES = (Package("boto3", "boto3", "1.28.57", "anthropic-bedrock"),)
    KEY_VARIABLES = ()
    AUTH = frozenset({"aws", "key", "none"})
    BEARER = frozenset()
    CLIENTS = ("anthropic.AnthropicBedrock", "anthropic.AsyncAnthropicBedrock")
    SETTINGS = frozenset({"region", "base_url", "api_key", *CREDENTIALS})
    URL_RULE = UrlRule(strip=("/model", "/v1/messages", "/messages"), version="", forbid_version=False)
    NO_LIST = "anthropic's client for Bedrock can't list models; see the AWS console"
    # Read in lib/bedrock/_client.py of anthropic 2.12. What boto's own chain reads is the credential of this adapter.
    AMBIENT = (
        Ambient("AWS_BEARER_TOKEN_BEDROCK", "would be sent in place of a signature"),
        Ambient("AWS_REGION", "would be the region where none is given"),
        Ambient("AWS_DEFAULT_REGION", "would be the region where none is given"),
        Ambient("ANTHROPIC_BEDROCK_BASE_URL", "would be the address where none is given"),
        CUSTOM_HEADERS,
    )

    def url_problem(self, url: str) -> str | None:
        """Why this endpoint is not Bedrock's, which the SDK continues with /model/MODEL/invoke."""
        if urlsplit(url).hostname == "api.anthropic.com":
            return f"{url} is the address of Anthropic itself: use anthropic without qualifier."
        base, found, _ = url.partition("/model/")
        if found:
            return f"{url} has the path of one model: the SDK adds that by itself. Write {base}."
        return None

    def parameters(self, target: str) -> frozenset[str] | None:
        return parameters_of(import_sdk(self.PACKAGE).AnthropicBedrock, target)

    def build(self, connection: Connection, *, sync: bool) -> Built:
        """`anthropic.AnthropicBedrock` or its async twin. Looks no credential up.

        Without access keys or a profile, boto's chain finds the credentials when the first request is signed; with
        auth "key", `api_key` is sent as it is. Raises ValueError without a region, ImportError without boto3.
        """
        from modelcatalog.providers.anthropic.aws_signing import CREDENTIALS, fresh_sessions, signing_client
        from modelcatalog.providers.http.hooks import key_of
        from modelcatalog.providers.http.stainless import Kit
        from modelcatalog.providers.http.stainless import build as build_client

        sdk = import_sdk(self.PACKAGE)
        require("boto3", self.PACKAGE)
        settings, given = connection.settings, connection.arguments.get("client", {})
        region = given.get("aws_region") or settings.get("region")
        if not region:
            raise ValueError(f"{connection.provider} has no region")
        own: dict[str, Any] = {
            "aws_region": region,
            "base_url": settings.get("base_url") or f"https://bedrock-runtime.{region}.amazonaws.com",
        }
        if connection.auth == "aws":
            own |= {name: reveal(settings[name]) for name in CREDENTIALS if settings.get(name)}
        else:
            own["api_key"] = key_of(connection)
        kit = Kit(
            sdk=sdk,
            variable=CUSTOM_HEADERS.variable,
            bearer=False,
            travelling=("x-amz-security-token",),
            instead=_instead(given),
            make=signing_client,
        )
        fresh_sessions()
        kind = sdk.AnthropicBedrock if sync else sdk.AsyncAnthropicBedrock
        return build_client(kit, kind, connection, own, sync=sync)

    def identify(self, connection: Connection) -> str:
        from modelcatalog.providers.bedrock.identity import identify

        return identify(connection)

    def failure(self, error: BaseException, secrets: Sequence[str] = ()) -> Failure:
        """Where a call failed and why; AWS's own refusals, which have no exception of the SDK's, too."""
        from modelcatalog.providers.anthropic.cloud_failure import failure as cloud_failure
        from modelcatalog.providers.bedrock.failure import failure as aws_failure
        from modelcatalog.providers.failures.transport import causes

        theirs = any(isinstance(getattr(one, "response", None), dict) for one in causes(error))
        return aws_failure(error, secrets) if theirs else cloud_failure(error, secrets)


def _instead(given: Mapping[str, object]) -> dict[str, tuple[str, ...]]:
    """Credentials of the caller's take the place of all of ours: a key of one and a secret of another sign nothing."""
    from modelcatalog.providers.anthropic.aws_signing import CREDENTIALS

    if not {"api_key", *CREDENTIALS} & given.keys():
        return {}
    return dict.fromkeys(given, ("api_key", *CREDENTIALS))
