"""Building Bedrock's clients, sealed from what AWS's SDK would read beside the connection.

Who asks, in this order: keys that were given, a profile that was given, a Bedrock API key (`api_key`, sent as it
is), the AWS chain of the SDK. A signature is SigV4 in any case: the SDK looks for AWS_BEARER_TOKEN_BEDROCK at each
request, and would send that in its place.
"""

from __future__ import annotations

from functools import cache
from inspect import isawaitable
from typing import Any

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.adapter.connection import Built, Connection
from modelcatalog.providers.adapter.emulate_tools import is_wanted
from modelcatalog.providers.identities.aws_chain import LateCredentials
from modelcatalog.providers.identities.refreshable import Tokens

_SERVICE = "bedrock-runtime"
_KEYS = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")


def build(connection: Connection, *, sync: bool) -> Built:
    """boto3's client, or what opens aioboto3's at its first use. ValueError without a region; ArgumentError."""
    try:
        return _build(connection, sync=sync)
    except Exception as error:
        if type(error).__name__ != "ProfileNotFound":
            raise
        raise ArgumentError(
            f"{error}; the argument profile or AWS_PROFILE names it.", argument="profile"
        ) from error


def _build(connection: Connection, *, sync: bool) -> Built:
    emulates = is_wanted(connection)
    given = {name: reveal(value) for name, value in connection.arguments.get("session.client", {}).items()}
    region = given.get("region_name") or connection.settings.get("region")
    if not region:
        raise ValueError(f"{connection.provider} has no region")
    if connection.http_client is not None:
        raise ArgumentError("The AWS SDK takes no HTTP client.", argument="http_client")
    session = session_of(connection, given, sync=sync)
    arguments = {**_own(connection, region), **given, "config": config_of(connection, given, sync=sync)}
    if not sync:
        from modelcatalog.providers.bedrock.async_client import AsyncBedrock

        def create() -> Any:
            return session.client(_SERVICE, **arguments)

        def ready(client: Any) -> None:
            _add_headers(client, connection)

        opener = AsyncBedrock(create, ready)
        return Built(opener, aclose=opener.close, aopen=opener.open, emulates_tools=emulates)
    client = session.client(_SERVICE, **arguments)
    _add_headers(client, connection)
    return Built(client, close=client.close, emulates_tools=emulates)


def session_of(connection: Connection, given: dict[str, Any], *, sync: bool) -> Any:
    """A session of its own: boto3's default one remembers what it found first."""
    from importlib import import_module

    core = import_module("botocore.session" if sync else "aiobotocore.session").get_session()
    profile = reveal(connection.settings.get("profile"))
    if keys_of(connection) or given.get("aws_access_key_id") or not _signs(connection):
        # Not looked for at all: one that AWS_PROFILE names, and that there isn't, would be an error.
        core.session_var_map["profile"] = (None, None, None, None)
    elif profile:
        core.set_config_variable("profile", profile)
    core.get_scoped_config()  # raises ProfileNotFound now, and not when an async client is opened
    core.register_component("data_loader", _loader())
    if sync:
        core.register_component(
            "credential_provider", LateCredentials(core.get_component("credential_provider"))
        )
    return import_module("boto3" if sync else "aioboto3").Session(botocore_session=core)


# The SDK's description of the service: a tenth of a second to read, and the same for all clients.
@cache
def _loader() -> Any:
    """What reads the descriptions of services, and keeps them: five sixths of a new client's time."""
    from importlib import import_module

    return import_module("botocore.loaders").create_loader()


def _own(connection: Connection, region: Any) -> dict[str, Any]:
    own: dict[str, Any] = {"region_name": region, **keys_of(connection)}
    if connection.settings.get("base_url"):
        own["endpoint_url"] = connection.settings["base_url"]
    return own


def keys_of(connection: Connection) -> dict[str, Any]:
    """The access keys of the connection. ValueError for one half of a pair."""
    keys = {name: reveal(connection.settings.get(name)) for name in _KEYS}
    keys = {name: value for name, value in keys.items() if value}
    if keys and not {"aws_access_key_id", "aws_secret_access_key"} <= keys.keys():
        raise ValueError(
            f"{connection.provider} needs aws_access_key_id and aws_secret_access_key, not one of them"
        )
    return keys


def _signs(connection: Connection) -> bool:
    """Whether requests are signed, and do not carry a key, or nothing."""
    if connection.auth == "none":
        return False
    if keys_of(connection) or connection.settings.get("profile"):
        return True
    return connection.auth == "aws" or (connection.auth == "key" and not connection.settings.get("api_key"))


def config_of(connection: Connection, given: dict[str, Any], *, sync: bool) -> Any:
    """Ours, and over it the caller's."""
    from importlib import import_module

    signs = _signs(connection) or given.get("aws_access_key_id")
    options: dict[str, Any] = {
        "signature_version": "v4" if signs else import_module("botocore").UNSIGNED,
        # AWS_ENDPOINT_URL and its like, and the files below ~/.aws.
        "ignore_configured_endpoint_urls": True,
    }
    if connection.timeout is not None:
        options |= {"connect_timeout": connection.timeout, "read_timeout": connection.timeout}
    if connection.max_retries is not None:
        options["retries"] = {"total_max_attempts": connection.max_retries + 1}
    config = (
        import_module("botocore.config").Config if sync else import_module("aiobotocore.config").AioConfig
    )
    ours, theirs = config(**options), given.get("config")
    merged = ours if theirs is None else ours.merge(theirs)
    if not sync and getattr(theirs, "http_session_cls", None) in (None, ours.http_session_cls):
        from modelcatalog.providers.bedrock.async_client import staying_session

        # Set, and not given: merging forgets it.
        merged.http_session_cls = staying_session()
    return merged


def _add_headers(client: Any, connection: Connection) -> None:
    """Headers of the entry, which are signed too, and the key where nothing is signed."""
    headers = {name: reveal(value) for name, value in connection.headers.items()}
    signs = _signs(connection) or connection.arguments.get("session.client", {}).get("aws_access_key_id")
    key = None if signs or connection.auth == "none" else connection.settings.get("api_key")
    if not headers and key is None:
        return

    def add(params: dict[str, Any], **_: Any) -> Any:
        params["headers"].update(headers)
        if key is None:
            return None
        value = key() if callable(key) else key
        return _await(params, value) if isawaitable(value) else _bear(params, value)

    client.meta.events.register(f"before-call.{_SERVICE}", add)
    if isinstance(key, Tokens):
        client.meta.events.register_first(f"needs-retry.{_SERVICE}", _renewer(key))


def _renewer(tokens: Tokens) -> Any:
    """What has a call repeated at once, with a new key, where the one that it carried was refused."""

    def renew(response: Any = None, attempts: int = 1, request_dict: Any = None, **_: Any) -> Any:
        status = response[0].status_code if response is not None else 0
        headers = request_dict["headers"] if request_dict is not None else {}
        old = tokens.refused_in({name.lower(): value for name, value in headers.items()})
        if status not in (401, 403) or attempts > 1 or old is None:
            return None
        new = tokens.renew(old)
        return _await_again(headers, old, new) if isawaitable(new) else _again(headers, old, new)

    return renew


def _again(headers: Any, old: str, new: Any) -> int | None:
    """Seconds until the call is repeated; None where there is no other key."""
    headers["Authorization"] = f"Bearer {new}"
    return None if new == old else 0


async def _await_again(headers: Any, old: str, new: Any) -> int | None:
    return _again(headers, old, await new)


def _bear(params: dict[str, Any], key: Any) -> None:
    params["headers"]["Authorization"] = f"Bearer {reveal(key)}"


async def _await(params: dict[str, Any], key: Any) -> None:
    _bear(params, await key)
