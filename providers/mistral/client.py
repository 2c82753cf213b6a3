"""Building the clients of the mistralai SDK, which take everything but headers, and those from the HTTP client."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from importlib import import_module
from itertools import count
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.redaction.secret import Secret, reveal
from modelcatalog.providers.adapter.connection import Built, Connection
from modelcatalog.providers.adapter.signatures import names_of
from modelcatalog.providers.http.client import http_client
from modelcatalog.providers.http.hooks import NO_KEY, Hook, key_dropper, key_filler, key_of, origin_keeper
from modelcatalog.providers.mistral.retries import retry_config

if TYPE_CHECKING:
    from httpx2 import Request

Change = Callable[[Any], None]
# Makes the placeholder of each client its own.
_numbers = count()
_ENDING = "x-model-deprecation-timestamp"


def parameters_of(client: Any, target: str) -> frozenset[str] | None:
    """The names that the constructor of `client`, or the call for a chat, takes."""
    if target == "client":
        return names_of(client.__init__)
    return names_of(import_module("mistralai.client.chat").Chat.complete)


def build(
    sdk: Any,
    make: Callable[[Mapping[str, Any]], Any],
    connection: Connection,
    own: Mapping[str, Any],
    *,
    sync: bool,
    changes: Iterable[Change] = (),
    ours: Iterable[str] = (),
) -> Built:
    """A client for sync or for async code. `ours` are arguments that `changes` of each request have seen to."""
    given = {
        name: reveal(value)
        for name, value in connection.arguments.get("client", {}).items()
        if value is not None and name not in ours
    }
    arguments = {**own, **_options(sdk, connection), "debug_logger": _silent(sdk)}
    if "server" in given:
        del arguments["server_url"]
    arguments |= given
    key = key_of(connection)
    key = reveal(arguments.get("api_key", key)) or NO_KEY
    arguments["api_key"] = f"{NO_KEY}-{next(_numbers)}" if callable(key) else str(key)
    secret = [header for header, value in connection.headers.items() if isinstance(value, Secret)]

    def hooks(*, sync: bool) -> list[Hook]:
        if callable(key):
            return [key_filler(arguments["api_key"], key, sync=sync)]
        return [key_dropper(sync=sync)] if key == NO_KEY else []

    name, other = ("client", "async_client") if sync else ("async_client", "client")
    theirs = arguments.get(name, connection.http_client)
    http = theirs
    if theirs is None:
        kept = [*hooks(sync=sync), origin_keeper(secret, sync=sync)]
        http = _http_client(kept, key, sync=sync, follow_redirects=connection.follow_redirects)
    else:
        for kind, wanted in (("request", hooks(sync=sync)), ("response", [_reader(sync=sync)])):
            seen = theirs.event_hooks[kind]
            seen.extend(hook for hook in wanted if hook not in seen)
    # The SDK would make the one that nobody asked for too, and read the trusted roots anew.
    arguments = {other: _http_client(hooks(sync=not sync), key, sync=not sync), **arguments, name: http}
    client = make(arguments)
    _register(client, [_header_setter(connection.headers), *changes])
    if theirs is not None:
        return Built(client)
    return Built(client, close=http.close) if sync else Built(client, aclose=http.aclose)


def _register(client: Any, changes: Iterable[Change]) -> None:
    """Let the SDK change each request of this client, and of no other on the same HTTP client."""
    for change in changes:
        client.sdk_configuration.__dict__["_hooks"].register_before_request_hook(_BeforeRequest(change))


class _BeforeRequest:
    def __init__(self, change: Change) -> None:
        self._change = change

    def before_request(self, hook_ctx: object, request: Any) -> Any:
        self._change(request)
        return request


def _http_client(hooks: list[Hook], key: Any, *, sync: bool, follow_redirects: bool = True) -> Any:
    return http_client(
        sync=sync,
        requests=hooks,
        responses=[_reader(sync=sync)],
        key=key,
        follow_redirects=follow_redirects,
    )


def _reader(*, sync: bool) -> Hook:
    """A hook for what the SDK trips over: an empty answer that was not read, and the sign of a model that is ending.

    For the sign it reads the name of the model from the answer, which a stream doesn't have, and prints a warning.
    """
    return _read if sync else _aread


def _read(response: Any) -> None:
    response.headers.pop(_ENDING, None)
    if not response.headers.get("content-type", "").startswith("text/event-stream"):
        response.read()


async def _aread(response: Any) -> None:
    response.headers.pop(_ENDING, None)
    if not response.headers.get("content-type", "").startswith("text/event-stream"):
        await response.aread()


def _options(sdk: Any, connection: Connection) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if connection.timeout is not None:
        options["timeout_ms"] = round(connection.timeout * 1000)
    if connection.max_retries is not None:
        options["retry_config"] = retry_config(sdk, connection.max_retries)
    return options


def _silent(sdk: Any) -> Any:
    """A logger that says nothing: the SDK's own, which a variable turns on, prints the key."""
    return import_module(f"{sdk.__name__}.utils.logger").NoOpLogger()


def _header_setter(headers: Mapping[str, str | Secret]) -> Change:
    """Puts headers on a request; those of the SDK itself are replaced."""

    def change(request: Request) -> None:
        for name, value in headers.items():
            request.headers[name] = reveal(value)

    return change


def version_setter(version: str) -> Change:
    """Puts the version of the API into the query, as the SDK does with the HTTP client that it makes."""

    def change(request: Request) -> None:
        request.url = request.url.copy_set_param("api-version", version)

    return change
