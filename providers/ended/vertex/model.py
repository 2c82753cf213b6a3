"""A GenerativeModel of vertexai that takes nothing from what `vertexai.init` set for the whole process."""

from __future__ import annotations

from importlib import import_module
from types import FunctionType, SimpleNamespace
from typing import TYPE_CHECKING, Any

from modelcatalog.providers.ended.generative_model.rest import settle
from modelcatalog.providers.identities.google_adc import default_credentials
from modelcatalog.providers.identities.google_location import endpoint

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Connection

_FOLDERS = ("projects/", "publishers/")


def made(kind: Any, config: Any, name: str, **keywords: Any) -> Any:
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


def service(name: str, connection: Connection, given: dict[str, Any], location: str) -> Any:
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


def path(name: str) -> str:
    """The model's name as the constructor takes it: `publisher/model` is another publisher's."""
    if name.startswith(_FOLDERS) or "/" not in name:
        return name if "/" in name else f"publishers/google/models/{name}"
    publisher, _, rest = name.partition("/")
    return (
        f"publishers/google/models/{rest}"
        if publisher == "models"
        else f"publishers/{publisher}/models/{rest}"
    )
