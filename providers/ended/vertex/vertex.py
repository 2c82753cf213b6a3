"""Adapter for google-cloud-aiplatform's deprecated GenerativeModel, which is the client; its calls go over REST."""

from __future__ import annotations

import warnings
from importlib import import_module
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.adapter.adapter import Adapter, Ambient, Package, UrlRule
from modelcatalog.providers.adapter.packages import import_sdk
from modelcatalog.providers.ended.generative_model.arguments import KEYWORDS, MODEL, sorted_out
from modelcatalog.providers.google.safety_settings import (
    ADAPTER_ARGUMENTS,
    adapter_arguments,
    safety_settings,
)
from modelcatalog.providers.identities.google_adc import QUOTA

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Built, Connection

# Of the arguments of `vertexai.init`, those that a model object has a use for.
_CONFIGURE = frozenset(
    {"project", "location", "credentials", "api_endpoint", "api_transport", "request_metadata"}
)
_SERVICES = {
    "_prediction_client": "prediction_service.PredictionServiceClient",
    "_llm_utility_client": "llm_utility_service.LlmUtilityServiceClient",
}


class Vertex(Adapter):
    """`vertexai.generative_models.GenerativeModel`, the same for sync and async: its async methods call in a thread."""

    PACKAGE = Package("google-cloud-aiplatform", "vertexai", "2.7", "vertex")
    CALLS = "modelcatalog.providers.ended.vertex.chat"
    FAILURES = "modelcatalog.providers.google.failure"
    CLIENTS = ("vertexai.generative_models.GenerativeModel", "vertexai.generative_models.GenerativeModel")
    TARGETS = frozenset({"configure", "model", "request", "adapter"})
    AUTH = frozenset({"google"})
    SETTINGS = frozenset({"base_url", "project", "location", "credentials_file", "quota_project"})
    URL_RULE = UrlRule(strip=("/v1", "/v1beta1"), version="", forbid_version=True)
    NO_LIST = "this SDK can't list the models of Vertex AI; use the provider google/vertex"
    # Read in initializer.py of google-cloud-aiplatform 2.7 and in prediction_service/client.py below it.
    AMBIENT = (
        Ambient("GOOGLE_CLOUD_PROJECT", "would be the project where none is given"),
        Ambient("CLOUD_ML_PROJECT_ID", "would be the project where none is given"),
        Ambient("GOOGLE_CLOUD_REGION", "would be the location where none is given"),
        Ambient("CLOUD_ML_REGION", "would be the location where none is given"),
        Ambient("GOOGLE_CLOUD_UNIVERSE_DOMAIN", "would be the domain that the credentials must be of"),
        QUOTA,
    )

    def url_problem(self, url: str) -> str | None:
        """Why this endpoint is not the root of Vertex AI, which the SDK continues with /v1/projects/..."""
        base, found, _ = url.partition("/projects/")
        if found:
            return f"{url} has the path of one project: the SDK adds that by itself. Write {base}."
        return None

    def parameters(self, target: str) -> frozenset[str] | None:
        """The names that the SDK takes at this target; of `vertexai.init`, those that mean something for one model."""
        if target == "adapter":
            return ADAPTER_ARGUMENTS
        if target in ("configure", "model"):
            return _CONFIGURE if target == "configure" else MODEL | {"labels"}
        import_sdk(self.PACKAGE)
        from inspect import signature

        config = import_module("vertexai.generative_models").GenerationConfig
        return KEYWORDS - {"request_options"} | frozenset(signature(config.__init__).parameters) - {"self"}

    def build(self, connection: Connection, *, sync: bool) -> Built:
        """`vertexai.generative_models.GenerativeModel`. Raises ValueError without a project or a location."""
        from modelcatalog.providers.ended.generative_model.rest import built, check
        from modelcatalog.providers.ended.generative_model.threads import Threaded
        from modelcatalog.providers.ended.vertex.model import service
        from modelcatalog.providers.identities.google_location import place

        check(connection)
        given = {name: reveal(value) for name, value in connection.arguments.get("configure", {}).items()}
        if given.get("api_transport", "rest") != "rest":
            raise ArgumentError(
                "api_transport: this adapter speaks REST only, say rest or nothing.", argument="api_transport"
            )
        project, location = place(connection, given)
        import_sdk(self.PACKAGE)
        model = _model(connection, SimpleNamespace(project=project, location=location))
        services = {name: service(kind, connection, given, location) for name, kind in _SERVICES.items()}
        for name, one in services.items():
            # Properties that are made when first wanted, from the common configuration.
            vars(model)[name] = one
            vars(model)[name.replace("_client", "_async_client")] = Threaded(one)
        return built(model, lambda: list(services.values()), sync=sync)

    def request_args(self, connection: Connection) -> dict[str, Any]:
        """Keywords of `generate_content`. Safety settings are not among them: the model object holds those."""
        return sorted_out(super().request_args(connection))

    def identify(self, connection: Connection) -> str:
        from modelcatalog.providers.identities.google_identity import identify

        return identify(connection)


def _model(connection: Connection, config: Any) -> Any:
    """The model object, for this project and location."""
    from modelcatalog.providers.ended.vertex.model import made, path

    given = adapter_arguments(connection.arguments.get("adapter", {}))
    with warnings.catch_warnings():
        # That it is deprecated is said by the catalog, once.
        warnings.simplefilter("ignore")
        module = import_module("vertexai.generative_models")
        harm, threshold = module.HarmCategory, module.HarmBlockThreshold
        chosen = safety_settings(given, harm, threshold)
        return made(
            module.GenerativeModel,
            config,
            path(connection.model),
            safety_settings={harm[category]: threshold[word] for category, word in chosen.items()},
            **{name: reveal(value) for name, value in connection.arguments.get("model", {}).items()},
        )
