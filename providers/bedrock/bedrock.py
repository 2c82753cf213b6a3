"""Adapter for Amazon Bedrock by its Converse API: aioboto3's client, boto3's where it is to be sync."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.adapter.adapter import Ambient, UrlRule
from modelcatalog.providers.adapter.packages import Package, import_sdk
from modelcatalog.providers.bedrock.chat import achat, alist_models, astream, chat, list_models, stream
from modelcatalog.providers.bedrock.client import build
from modelcatalog.providers.bedrock.failure import failure
from modelcatalog.providers.bedrock.identity import identify
from modelcatalog.providers.chat.tool_emulation import PARAMETERS

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Connection

__all__ = [
    "achat",
    "alist_models",
    "astream",
    "build",
    "chat",
    "failure",
    "identify",
    "list_models",
    "stream",
]

PACKAGE = Package("aioboto3", "aioboto3", "15.5", "bedrock")
TARGETS = frozenset({"session.client", "request", "body", "adapter"})
SETTINGS = frozenset(
    "api_key base_url region profile aws_access_key_id aws_secret_access_key aws_session_token".split()
)
URL_RULE = UrlRule(strip=("/model",), version="", forbid_version=False)

# Read in botocore 1.40: tokens.py, configprovider.py. The variables with credentials are those of the AWS chain itself,
# which is asked where neither keys nor a profile were given.
AMBIENT = (
    Ambient("AWS_BEARER_TOKEN_BEDROCK", "would be sent as the key, in the place of a signature"),
    Ambient("AWS_DEFAULT_REGION", "would be the region where none is given"),
    Ambient("AWS_ENDPOINT_URL", "would be the address where none is given"),
    Ambient("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "would be the address where none is given"),
)


def client_name(sync: bool) -> str:
    """Module and class of the client; botocore makes the class as it runs."""
    return f"{'botocore' if sync else 'aiobotocore'}.client.BedrockRuntime"


def url_problem(url: str) -> str | None:
    """Why this endpoint is not one of the Converse API."""
    if f"{url}/".endswith("/openai/v1/"):
        return f"{url} is Bedrock's endpoint of OpenAI's protocol: give it to a provider with the adapter openai."
    return None


def parameters(target: str) -> frozenset[str] | None:
    """The names that the SDK takes at this target, None when it takes any. Imports the SDK."""
    if target == "adapter":
        return PARAMETERS
    if target == "body":
        return None
    if target == "session.client":
        from inspect import signature

        taken = frozenset(signature(import_sdk(PACKAGE).Session.client).parameters)
        return taken - {"self", "service_name"}
    from importlib import import_module

    model = import_module("botocore.session").get_session().get_service_model("bedrock-runtime")
    return frozenset(model.operation_model("Converse").input_shape.members)


def request_args(connection: Connection) -> dict[str, Any]:
    """The arguments for each call; those for the body in `additionalModelRequestFields`, the model's own part of it."""
    arguments = {name: reveal(value) for name, value in connection.arguments.get("request", {}).items()}
    body = {name: reveal(value) for name, value in connection.arguments.get("body", {}).items()}
    if body:
        more = arguments.get("additionalModelRequestFields", {})
        arguments["additionalModelRequestFields"] = {**more, **body}
    return arguments
