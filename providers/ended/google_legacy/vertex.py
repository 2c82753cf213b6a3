"""Adapter for google-cloud-aiplatform's deprecated GenerativeModel, which is the client; its calls go over REST."""

from __future__ import annotations

import warnings
from importlib import import_module
from types import FunctionType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.adapter.adapter import Ambient, UrlRule
from modelcatalog.providers.adapter.packages import Package, import_sdk
from modelcatalog.providers.ended.google_legacy.chat import KEYWORDS, RestCalls, request_args
from modelcatalog.providers.ended.google_legacy.rest import Threaded, built, check, settle
from modelcatalog.providers.google.failure import failure
from modelcatalog.providers.google.safety_settings import (
    ADAPTER_ARGUMENTS,
    adapter_arguments,
    safety_settings,
)
from modelcatalog.providers.identities.google_adc import QUOTA, default_credentials
from modelcatalog.providers.identities.google_identity import identify
from modelcatalog.providers.identities.google_location import endpoint, place

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import Tool
    from modelcatalog.providers.adapter.connection import Built, Connection

PACKAGE = Package("google-cloud-aiplatform", "vertexai", "2.7", "vertex")
TARGETS = frozenset({"configure", "model", "request", "adapter"})
# Of GenerativeModel; its name and its safety settings are ours.
_MODEL = frozenset({"generation_config", "system_instruction", "tools", "tool_config", "labels"})
SETTINGS = frozenset({"base_url", "project", "location", "credentials_file", "quota_project"})
URL_RULE = UrlRule(strip=("/v1", "/v1beta1"), version="", forbid_version=True)

# Read in initializer.py of google-cloud-aiplatform 2.7 and in prediction_service/client.py below it.
AMBIENT = (
    Ambient("GOOGLE_CLOUD_PROJECT", "would be the project where none is given"),
    Ambient("CLOUD_ML_PROJECT_ID", "would be the project where none is given"),
    Ambient("GOOGLE_CLOUD_REGION", "would be the location where none is given"),
    Ambient("CLOUD_ML_REGION", "would be the location where none is given"),
    Ambient("GOOGLE_CLOUD_UNIVERSE_DOMAIN", "would be the domain that the credentials must be of"),
    QUOTA,
)

# Of the arguments of `vertexai.init`, those that a model object has a use for.
_CONFIGURE = frozenset(
    {"project", "location", "credentials", "api_endpoint", "api_transport", "request_metadata"}
)
_FOLDERS = ("projects/", "publishers/")


class _Calls(RestCalls):
    # Vertex AI has no ids of calls.
    ids = False
    signatures = True

    def service(self, model: Any) -> Any:
        return model._prediction_client  # noqa: SLF001  where the package's own methods take it from

    def path(self, model: Any, name: str) -> str:
        place_of = model._prediction_resource_name.partition("/publishers/")[0]  # noqa: SLF001
        full = _path(name)
        return full if full.startswith("projects/") else f"{place_of}/{full}"

    def parameters(self, tool: Tool) -> dict[str, Any]:
        return {"parameters_json_schema": dict(tool.parameters)}

    def prepared(self, model: Any, extra: dict[str, Any]) -> Any:
        return model._prepare_request("-", **extra)  # noqa: SLF001


_calls = _Calls()
chat, achat, stream, astream = _calls.chat, _calls.achat, _calls.stream, _calls.astream


def client_name(sync: bool) -> str:
    """Module and class of the client, the same for both: its async methods call in a thread."""
    return "vertexai.generative_models.GenerativeModel"


def url_problem(url: str) -> str | None:
    """Why this endpoint is not the root of Vertex AI, which the SDK continues with /v1/projects/..."""
    base, found, _ = url.partition("/projects/")
    return f"{url} has the path of one project: the SDK adds that by itself. Write {base}." if found else None


def parameters(target: str) -> frozenset[str] | None:
    """The names that the SDK takes at this target; of `vertexai.init`, those that mean something for one model."""
    if target == "adapter":
        return ADAPTER_ARGUMENTS
    if target in ("configure", "model"):
        return _CONFIGURE if target == "configure" else _MODEL
    import_sdk(PACKAGE)
    from inspect import signature

    config = import_module("vertexai.generative_models").GenerationConfig
    return KEYWORDS - {"request_options"} | frozenset(signature(config.__init__).parameters) - {"self"}


def build(connection: Connection, *, sync: bool) -> Built:
    """`vertexai.generative_models.GenerativeModel`. Raises ValueError without a project or a location."""
    check(connection)
    given = {name: reveal(value) for name, value in connection.arguments.get("configure", {}).items()}
    if given.get("api_transport", "rest") != "rest":
        raise ArgumentError(
            "api_transport: this adapter speaks REST only, say rest or nothing.", argument="api_transport"
        )
    project, location = place(connection, given)
    import_sdk(PACKAGE)
    with warnings.catch_warnings():
        # That it is deprecated is said by the catalog, once.
        warnings.simplefilter("ignore")
        module = import_module("vertexai.generative_models")
        chosen = safety_settings(
            adapter_arguments(connection.arguments.get("adapter", {})),
            module.HarmCategory,
            module.HarmBlockThreshold,
        )
        harm, threshold = module.HarmCategory, module.HarmBlockThreshold
        model = _made(
            module.GenerativeModel,
            SimpleNamespace(project=project, location=location),
            _path(connection.model),
            safety_settings={harm[category]: threshold[word] for category, word in chosen.items()},
            **{name: reveal(value) for name, value in connection.arguments.get("model", {}).items()},
        )
    services = {
        "_prediction_client": _service(
            "prediction_service.PredictionServiceClient", connection, given, location
        ),
        "_llm_utility_client": _service(
            "llm_utility_service.LlmUtilityServiceClient", connection, given, location
        ),
    }
    for name, service in services.items():
        # Properties that are made when first wanted, from the common configuration.
        vars(model)[name] = service
        vars(model)[name.replace("_client", "_async_client")] = Threaded(service)
    return built(model, lambda: list(services.values()), sync=sync)


def list_models(client: Any, path: str = "") -> list[str]:
    """Raises NotImplementedError: this package has no call for it."""
    raise NotImplementedError("this SDK can't list the models of Vertex AI; use the provider google/vertex")


async def alist_models(client: Any, path: str = "") -> list[str]:
    """As `list_models`."""
    return list_models(client, path)


def _made(kind: Any, config: Any, name: str, **keywords: Any) -> Any:
    """A model object by its own constructor, which reads this configuration where it would read the common one.

    To set the common one for that moment would be seen by other threads.
    """
    constructor = kind.__init__
    common = {**constructor.__globals__, "aiplatform_initializer": SimpleNamespace(global_config=config)}
    own = FunctionType(
        constructor.__code__, common, "__init__", constructor.__defaults__, constructor.__closure__
    )
    own.__kwdefaults__ = constructor.__kwdefaults__
    model = kind.__new__(kind)
    own(model, name, **keywords)
    return model


def _service(name: str, connection: Connection, given: dict[str, Any], location: str) -> Any:
    """A service client of the common library, for this place and with these credentials."""
    module, _, kind = name.partition(".")
    service = getattr(import_module(f"google.cloud.aiplatform_v1.services.{module}"), kind)(
        credentials=given.get("credentials") or default_credentials(connection),
        transport="rest",
        client_options={
            "api_endpoint": given.get("api_endpoint")
            or connection.settings.get("base_url")
            or endpoint(location),
            "universe_domain": "googleapis.com",
        },
    )
    return settle(service, connection, given.get("request_metadata") or ())


def _path(name: str) -> str:
    """The model's name as the constructor takes it: `publisher/model` is another publisher's."""
    if name.startswith(_FOLDERS) or "/" not in name:
        return name if "/" in name else f"publishers/google/models/{name}"
    publisher, _, rest = name.partition("/")
    return (
        f"publishers/google/models/{rest}"
        if publisher == "models"
        else f"publishers/{publisher}/models/{rest}"
    )


__all__ = ["failure", "identify", "request_args"]
