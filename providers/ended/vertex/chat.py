"""The uniform calls with a GenerativeModel of vertexai."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcatalog.providers.ended.generative_model.calls import RestCalls
from modelcatalog.providers.ended.vertex.model import path

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.tool_types import Tool


class VertexCalls(RestCalls):
    """Those of Vertex AI, which has no ids of calls."""

    ids = False
    signatures = True

    def service(self, model: Any) -> Any:
        return model._prediction_client  # noqa: SLF001  where the package's own methods take it from

    def path(self, model: Any, name: str) -> str:
        project = model._prediction_resource_name.partition("/publishers/")[0]  # noqa: SLF001
        full = path(name)
        return full if full.startswith("projects/") else f"{project}/{full}"

    def parameters(self, tool: Tool) -> dict[str, Any]:
        return {"parameters_json_schema": dict(tool.parameters)}

    def request(self, model: Any, extra: dict[str, Any]) -> Any:
        return model._prepare_request("-", **extra)  # noqa: SLF001


CALLS = VertexCalls()
