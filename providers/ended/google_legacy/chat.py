"""The uniform calls with a GenerativeModel of google-generativeai."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcatalog.providers.ended.generative_model.calls import RestCalls
from modelcatalog.providers.ended.generative_model.threads import in_thread
from modelcatalog.providers.ended.google_legacy.configuration import path
from modelcatalog.providers.ended.google_legacy.schema import schema

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.tool_types import Tool


class GeminiCalls(RestCalls):
    """Those of the Gemini API."""

    def service(self, model: Any) -> Any:
        return model._client  # noqa: SLF001  where the package's own methods take it from

    def path(self, model: Any, name: str) -> str:
        return path(name)

    def parameters(self, tool: Tool) -> dict[str, Any]:
        # An object without properties is refused; no parameters are as good.
        return {"parameters": schema(tool.parameters)} if tool.parameters.get("properties") else {}

    def request(self, model: Any, extra: dict[str, Any]) -> Any:
        usual = {"tools": None, "tool_config": None}
        return model._prepare_request(contents="-", **{**usual, **extra})  # noqa: SLF001

    def models(self, client: Any, path: str) -> Any:
        """The items of one page. The path is the SDK's own."""
        service = client._async_client.model_service()  # noqa: SLF001  ours
        try:
            return next(iter(service.list_models({"page_size": 1000}).pages)).models
        finally:
            service.transport.close()

    def amodels(self, client: Any, path: str) -> Any:
        return in_thread(self.models, client, path)

    def model_names(self, answer: Any) -> list[str]:
        return [model.name.removeprefix("models/") for model in answer]


CALLS = GeminiCalls()
