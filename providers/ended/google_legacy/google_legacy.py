"""Adapter for the ended google-generativeai and the Gemini API. The client is a GenerativeModel, over REST."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from weakref import WeakKeyDictionary

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.adapter.adapter import Ambient, UrlRule
from modelcatalog.providers.adapter.packages import Package, import_sdk
from modelcatalog.providers.ended.google_legacy.chat import KEYWORDS, RestCalls, request_args
from modelcatalog.providers.ended.google_legacy.rest import Threaded, built, check, in_thread, settle
from modelcatalog.providers.ended.google_legacy.schema import schema
from modelcatalog.providers.google.failure import failure
from modelcatalog.providers.google.request_tracking import watched
from modelcatalog.providers.google.safety_settings import (
    ADAPTER_ARGUMENTS,
    adapter_arguments,
    safety_settings,
)
from modelcatalog.providers.identities.refreshable import Tokens

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import Tool
    from modelcatalog.providers.adapter.connection import Built, Connection

PACKAGE = Package("google-generativeai", "google.generativeai", "0.8.6", "google-legacy")
TARGETS = frozenset({"configure", "model", "request", "adapter"})
# Of GenerativeModel; its name and its safety settings are ours.
_MODEL = frozenset({"generation_config", "system_instruction", "tools", "tool_config"})
SETTINGS = frozenset({"api_key", "base_url"})
URL_RULE = UrlRule(strip=("/v1beta/models", "/v1beta", "/v1"), version="", forbid_version=True)

# Read in client.py of google-generativeai 0.8.6 and in generative_service/client.py below it.
AMBIENT = (
    Ambient("GEMINI_API_KEY", "would be sent as the key where none is given"),
    Ambient("GOOGLE_API_KEY", "would be sent as the key where neither is given"),
    Ambient("GOOGLE_CLOUD_UNIVERSE_DOMAIN", "would be the domain that the credentials must be of"),
)

_MOST_MODELS = 10_000
# What lists the models, for each model object that was made here.
_lists: WeakKeyDictionary[Any, Callable[[], Any]] = WeakKeyDictionary()


class _Calls(RestCalls):
    def service(self, model: Any) -> Any:
        return model._client  # noqa: SLF001  where the package's own methods take it from

    def path(self, model: Any, name: str) -> str:  # noqa: ARG002  of any model
        return _path(name)

    def parameters(self, tool: Tool) -> dict[str, Any]:
        # An object without properties is refused; no parameters are as good.
        return {"parameters": schema(tool.parameters)} if tool.parameters.get("properties") else {}

    def prepared(self, model: Any, extra: dict[str, Any]) -> Any:
        usual = {"tools": None, "tool_config": None}
        return model._prepare_request(contents="-", **{**usual, **extra})  # noqa: SLF001


_calls = _Calls()
chat, achat, stream, astream = _calls.chat, _calls.achat, _calls.stream, _calls.astream


def client_name(sync: bool) -> str:
    """Module and class of the client, the same for both: its async methods call in a thread."""
    return "google.generativeai.GenerativeModel"


def url_problem(url: str) -> str | None:
    """Why this endpoint is not one for the Gemini API's own protocol."""
    if f"{url}/".endswith("/openai/"):
        return f"{url} is Gemini's OpenAI-compatible address: give it to a provider with the adapter openai."
    return None


def parameters(target: str) -> frozenset[str] | None:
    """The names that the SDK takes at this target. Imports the SDK."""
    if target == "adapter":
        return ADAPTER_ARGUMENTS
    if target == "model":
        return _MODEL
    sdk = import_sdk(PACKAGE)
    if target == "request":
        return KEYWORDS - {"labels"} | frozenset(sdk.GenerationConfig.__dataclass_fields__)
    from inspect import signature

    return frozenset(signature(sdk.configure).parameters)


def build(connection: Connection, *, sync: bool) -> Built:
    """`google.generativeai.GenerativeModel`. Raises ValueError without a key or a base URL."""
    check(connection)
    sdk = import_sdk(PACKAGE)
    manager = _configured(connection)
    given = adapter_arguments(connection.arguments.get("adapter", {}))
    # Of its enum the package itself refuses this one.
    thresholds = [one for one in sdk.types.HarmBlockThreshold if one.name != "OFF"]
    model = sdk.GenerativeModel(
        _path(connection.model),
        safety_settings=safety_settings(given, sdk.types.HarmCategory, thresholds),
        **{name: reveal(value) for name, value in connection.arguments.get("model", {}).items()},
    )
    service = settle(manager.make_client("generative"), connection)
    model._client, model._async_client = service, Threaded(service)  # noqa: SLF001
    _lists[model] = lambda: settle(manager.make_client("model"), connection)
    return built(model, lambda: [service], sync=sync)


def list_models(client: Any, path: str = "") -> list[str]:
    """The models that the service says it has: one page, at most 10,000. The path is the SDK's own."""
    service = _lists[client]()
    try:
        with watched():
            page = next(iter(service.list_models({"page_size": 1000}).pages))
            return [model.name.removeprefix("models/") for model in list(page.models)[:_MOST_MODELS]]
    finally:
        service.transport.close()


async def alist_models(client: Any, path: str = "") -> list[str]:
    """`list_models`, in a thread."""
    names: list[str] = await in_thread(list_models, client, path)
    return names


def _configured(connection: Connection) -> Any:
    """What `configure` sets for the whole process, for one model object: a manager of its own."""
    given = {name: reveal(value) for name, value in connection.arguments.get("configure", {}).items()}
    options = given.pop("client_options", None) or {}
    options = dict(options) if isinstance(options, dict) else dict(vars(options))
    key = given.pop("api_key", None) or options.pop("api_key", None) or connection.settings.get("api_key")
    if given.get("transport", "rest") != "rest":
        raise ArgumentError(
            "transport: this adapter speaks REST only, say rest or nothing.", argument="transport"
        )
    if connection.auth == "none" or not (key or given.get("credentials")):
        raise ValueError(f"{connection.provider} has no API key")
    options = {name: value for name, value in options.items() if value is not None}
    endpoint = options.pop("api_endpoint", None) or connection.settings.get("base_url")
    if not endpoint:
        raise ValueError(f"{connection.provider} has no base URL")
    module = import_module("google.generativeai.client")
    manager = module._ClientManager()  # noqa: SLF001  configure() is a method of the common one of these
    usual = {"api_endpoint": endpoint, "universe_domain": "googleapis.com"}
    if "credentials" not in given:
        given["credentials"] = _key(key)
    manager.configure(**{**given, "transport": "rest"}, client_options={**usual, **options})
    # It was looked for in the environment.
    manager.client_config["client_options"].api_key = None
    return manager


def _key(key: Any) -> Any:
    """Credentials that send the key in x-goog-api-key; that of a function is asked for with each request."""
    base = import_module("google.auth.api_key")
    if not callable(key):
        return base.Credentials(reveal(key))

    class AskedKey(base.Credentials):  # type: ignore[misc,name-defined]
        def apply(self, headers: Any, token: str | None = None) -> None:  # noqa: ARG002  as in the base
            headers["x-goog-api-key"] = str(reveal(key()))

        def refresh(self, request: Any) -> None:  # noqa: ARG002  as in the base
            """Called after a 401, before the request is made once more."""
            if isinstance(key, Tokens) and key.seen:
                key.renew(key.seen[-1])

    return AskedKey("modelcatalog-asks-for-the-key")


def _path(name: str) -> str:
    """The model's name in the path: one step below its folder."""
    folder, _, rest = name.partition("/")
    if folder in ("models", "tunedModels") and rest:
        return name
    return f"models/{quote(name, safe='')}"


__all__ = ["failure", "request_args"]
