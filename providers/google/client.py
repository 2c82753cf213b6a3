"""Building a client of google-genai that carries what it was given, nothing of the process's environment.

The constructor reads variables for whatever it isn't given: here it is given everything. The HTTP clients are ours, on
the shared TLS context: so the Client doesn't close them when it is collected, and aiohttp, which it would take for
async calls wherever that happens to be installed, stays out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from threading import get_ident
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.redaction.secret import Secret, reveal
from modelcatalog.providers.adapter.adapter import Ambient
from modelcatalog.providers.adapter.packages import Package, import_sdk
from modelcatalog.providers.adapter.signatures import names_of
from modelcatalog.providers.google.safety_settings import adapter_arguments, safety_settings

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Built, Connection

GENAI = Package("google-genai", "google.genai", "2.30", "google")

# Read in _api_client.py, _base_url.py and client.py of google-genai 2.34 and 3.4.
GENAI_AMBIENT = (
    Ambient("GOOGLE_API_KEY", "would be sent as the key where none is given"),
    Ambient("GEMINI_API_KEY", "would be sent as the key where none is given"),
    Ambient("GOOGLE_GENAI_USE_VERTEXAI", "would decide between the Gemini API and Vertex AI"),
    Ambient("GOOGLE_GENAI_USE_ENTERPRISE", "would decide between the Gemini API and Vertex AI"),
    Ambient("GOOGLE_CLOUD_PROJECT", "would be the project where none is given"),
    Ambient("GOOGLE_CLOUD_LOCATION", "would be the location where none is given"),
    Ambient("GOOGLE_GEMINI_BASE_URL", "would be the address of the Gemini API where none is given"),
    Ambient("GOOGLE_VERTEX_BASE_URL", "would be the address of Vertex AI where none is given"),
    Ambient("GOOGLE_GENAI_API_VERSION", "would be the version of the API in the path"),
    Ambient(
        "GOOGLE_GENAI_HTTP_CLIENT",
        "would choose between httpx and httpx2; one that is not installed still ends in an ImportError",
    ),
    Ambient("GOOGLE_GENAI_CLIENT_MODE", "would record calls, or replay them in place of the service"),
)


def build_client(
    connection: Connection, own: Mapping[str, Any], options: Mapping[str, Any], *, sync: bool
) -> Built:
    """A `google.genai.Client` with these arguments and HTTP options, over each of which the caller's own win."""
    from modelcatalog.providers.google.http import ASKED_EACH_TIME, http_client, library
    from modelcatalog.providers.http.client import tls_context

    genai = import_sdk(GENAI)
    given = {name: reveal(value) for name, value in connection.arguments.get("client", {}).items()}
    key = own.get("api_key")
    http = _options(connection) | dict(options) | _named(given.pop("http_options", None), connection)
    secrets = [name for name, value in connection.headers.items() if isinstance(value, Secret)]
    ours = []
    for name, is_sync in (("httpx_client", True), ("httpx_async_client", False)):
        if http.get(name) is None:
            asked = key if callable(key) else None
            http[name] = http_client(
                secrets, asked, sync=is_sync, follow_redirects=connection.follow_redirects
            )
            ours.append(http[name])
    # Not used by our HTTP clients; it spares the SDK from reading the trusted roots for its web sockets.
    context = tls_context(library())
    http["client_args"] = {"verify": context, **(http.get("client_args") or {})}
    http["async_client_args"] = {"verify": context, "ssl": context, **(http.get("async_client_args") or {})}
    no_replay = dict.fromkeys(("client_mode", "replays_directory", "replay_id"))
    arguments = {
        "debug_config": import_module("google.genai.client").DebugConfig(**no_replay),
        **own,
        **({} if key is None else {"api_key": ASKED_EACH_TIME if callable(key) else reveal(key)}),
        **given,
        "http_options": import_module("google.genai.types").HttpOptions(**http),
    }
    with _quiet():
        return _closing(genai.Client(**arguments), ours, sync=sync)


def client_parameters() -> frozenset[str]:
    """What the constructor takes."""
    return names_of(import_sdk(GENAI).Client.__init__)


def request_parameters() -> frozenset[str]:
    """`config`, and the fields of it."""
    return frozenset({"config", *import_module("google.genai.types").GenerateContentConfig.model_fields})


def request_args(connection: Connection) -> dict[str, Any]:
    """`config` for each native call: the safety settings, and the arguments for the request.

    Raises ArgumentError for a safety setting that there isn't.
    """
    types = import_module("google.genai.types")
    given = adapter_arguments(connection.arguments.get("adapter", {}))
    chosen = safety_settings(given, types.HarmCategory, types.HarmBlockThreshold)
    settings = [{"category": category, "threshold": threshold} for category, threshold in chosen.items()]
    asked = {name: reveal(value) for name, value in connection.arguments.get("request", {}).items()}
    return {"config": {"safety_settings": settings, **asked}}


def _options(connection: Connection) -> dict[str, Any]:
    options: dict[str, Any] = {"headers": {name: reveal(value) for name, value in connection.headers.items()}}
    if connection.timeout is not None:
        options["timeout"] = max(1, round(connection.timeout * 1000))
    if connection.max_retries is not None:
        options["retry_options"] = {"attempts": connection.max_retries + 1}
    theirs: Any = connection.http_client
    if theirs is not None:
        is_async = hasattr(theirs, "aclose")
        options["httpx_async_client" if is_async else "httpx_client"] = theirs
    return options


@contextmanager
def _quiet() -> Iterator[None]:
    """Without what the SDK logs of variables that it doesn't follow: "Both GOOGLE_API_KEY and ... are set"."""
    import logging

    log = logging.getLogger("google_genai._api_client")
    mine = get_ident()

    def is_heard(record: logging.LogRecord) -> bool:
        return record.thread != mine or record.levelno > logging.WARNING

    log.addFilter(is_heard)
    try:
        yield
    finally:
        log.removeFilter(is_heard)


def _named(given: Any, connection: Connection) -> dict[str, Any]:
    """The caller's HTTP options, of which headers are added to ours, and win over those of the same name."""
    if given is None:
        return {}
    options = (
        dict(given) if isinstance(given, Mapping) else {n: getattr(given, n) for n in given.model_fields_set}
    )
    asked = options.get("headers") or {}
    taken = {name.lower() for name in asked}
    kept = {name: reveal(value) for name, value in connection.headers.items() if name.lower() not in taken}
    return {**options, "headers": {**kept, **asked}}


def _closing(client: Any, ours: list[Any], *, sync: bool) -> Built:
    from modelcatalog.providers.adapter.connection import Built

    def close() -> None:
        client.close()
        for one in ours:
            if not hasattr(one, "aclose"):
                one.close()

    async def aclose() -> None:
        await client.aio.aclose()
        client.close()
        for one in ours:
            if hasattr(one, "aclose"):
                await one.aclose()
            else:
                one.close()

    return Built(client, close=close) if sync else Built(client, aclose=aclose)
