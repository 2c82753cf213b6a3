"""Adapter for Amazon Bedrock by its Converse API: aioboto3's client, boto3's where it is to be sync."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.adapter.adapter import Adapter, Ambient, Package, UrlRule
from modelcatalog.providers.adapter.emulate_tools import PARAMETERS
from modelcatalog.providers.adapter.packages import import_sdk

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Built, Connection


class Bedrock(Adapter):
    """The client `bedrock-runtime` of boto3 and of aioboto3."""

    PACKAGE = Package("aioboto3", "aioboto3", "15.5", "bedrock")
    CALLS = "modelcatalog.providers.bedrock.chat"
    FAILURES = "modelcatalog.providers.bedrock.failure"
    # botocore makes the class as it runs.
    CLIENTS = ("botocore.client.BedrockRuntime", "aiobotocore.client.BedrockRuntime")
    TARGETS = frozenset({"session.client", "request", "body", "adapter"})
    AUTH = frozenset({"key", "aws", "none"})
    ARGUMENTS = PARAMETERS
    SETTINGS = frozenset(
        "api_key base_url region profile aws_access_key_id aws_secret_access_key aws_session_token".split()
    )
    URL_RULE = UrlRule(strip=("/model",), version="", forbid_version=False)
    NO_LIST = (
        "bedrock-runtime lists no models: another service does that, with rights of its own "
        "(client 'bedrock', list_foundation_models)."
    )
    # Read in botocore 1.40: tokens.py, configprovider.py. The variables with credentials are those of the AWS chain
    # itself, which is asked where neither keys nor a profile were given.
    AMBIENT = (
        Ambient("AWS_BEARER_TOKEN_BEDROCK", "would be sent as the key, in the place of a signature"),
        Ambient("AWS_DEFAULT_REGION", "would be the region where none is given"),
        Ambient("AWS_ENDPOINT_URL", "would be the address where none is given"),
        Ambient("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "would be the address where none is given"),
    )

    def url_problem(self, url: str) -> str | None:
        """Why this endpoint is not one of the Converse API."""
        if f"{url}/".endswith("/openai/v1/"):
            return f"{url} is Bedrock's endpoint of OpenAI's protocol: give it to a provider with the adapter openai."
        return None

    def sdk_parameters(self, target: str) -> frozenset[str]:
        if target == "session.client":
            from inspect import signature

            taken = frozenset(signature(import_sdk(self.PACKAGE).Session.client).parameters)
            return taken - {"self", "service_name"}
        from importlib import import_module

        # From its data alone: a session of botocore reads the profile and its files.
        data = import_module("botocore.loaders").Loader().load_service_model("bedrock-runtime", "service-2")
        service = import_module("botocore.model").ServiceModel(data, "bedrock-runtime")
        return frozenset(service.operation_model("Converse").input_shape.members)

    def build(self, connection: Connection, *, sync: bool) -> Built:
        """boto3's client, or what opens aioboto3's at its first use. ValueError without a region; ArgumentError."""
        from modelcatalog.providers.bedrock.client import build

        return build(connection, sync=sync)

    def request_args(self, connection: Connection) -> dict[str, Any]:
        """Those for the body go in `additionalModelRequestFields`, the model's own part of it."""
        arguments = super().request_args(connection)
        body = {name: reveal(value) for name, value in connection.arguments.get("body", {}).items()}
        if body:
            more = arguments.get("additionalModelRequestFields", {})
            arguments["additionalModelRequestFields"] = {**more, **body}
        return arguments

    def identify(self, connection: Connection) -> str:
        from modelcatalog.providers.bedrock.identity import identify

        return identify(connection)
