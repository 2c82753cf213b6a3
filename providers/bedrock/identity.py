"""Who asks at Bedrock, as AWS itself says it: one request that costs nothing and that every login may make."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from modelcatalog.providers.bedrock.client import config_of, keys_of, session_of

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Connection

# What anthropic's client for Bedrock calls the same things.
_NAMES = {
    "aws_access_key": "aws_access_key_id",
    "aws_secret_key": "aws_secret_access_key",
    "aws_profile": "profile",
}


def identify(connection: Connection, endpoint: str | None = None) -> str:
    """The ARN of the login, from STS in the connection's region, or at another `endpoint`.

    It proves the login, not that it may call a model. Raises botocore's exceptions, and NotImplementedError for a
    Bedrock API key, which STS doesn't know.
    """
    if connection.auth != "aws":
        raise NotImplementedError("a Bedrock API key is good for calls of models only")
    settings = {_NAMES.get(name, name): value for name, value in connection.settings.items()}
    same = replace(connection, settings=settings)
    session = session_of(same, {}, sync=True)
    arguments = {**keys_of(same), "config": config_of(same, {}, sync=True)}
    client = session.client("sts", region_name=settings["region"], endpoint_url=endpoint, **arguments)
    try:
        return str(client.get_caller_identity()["Arn"])
    finally:
        client.close()
