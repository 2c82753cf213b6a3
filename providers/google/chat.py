"""The uniform calls with a client of google-genai, whichever service it is for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from modelcatalog.providers.chat.calls import MOST_MODELS
from modelcatalog.providers.google import codec
from modelcatalog.providers.google.answers import GenerateContent

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall

_FOLDERS = ("models/", "publishers/google/models/")
_PAGE = {"page_size": 1000}


class Contents(GenerateContent):
    """Gemini's `generateContent`. A blocked prompt or answer is a reply. The async side of a client is its `aio`."""

    def encode(self, client: Any, call: ChatCall, *, stream: bool) -> dict[str, Any]:
        """Keywords of `models.generate_content`."""
        extra = dict(call.extra)
        config = extra.pop("config", None) or {}
        config = dict(config) if isinstance(config, Mapping) else config.model_dump(exclude_none=True)
        config |= {**extra, **codec.options(call)}
        if (system := codec.system_instruction(call.messages)) is not None:
            config["system_instruction"] = system
        if call.tools:
            declared = [
                {
                    "name": one.name,
                    "description": one.description,
                    "parameters_json_schema": dict(one.parameters),
                }
                for one in call.tools
            ]
            config["tools"] = [{"function_declarations": declared}]
        if call.tool_choice is not None:
            config["tool_config"] = codec.tool_config(call.tool_choice)
        contents = codec.contents(call.messages, ids=not client.vertexai, signatures=True)
        return {"model": call.model, "contents": contents, "config": config}

    def send(self, client: Any, sent: dict[str, Any]) -> Any:
        return client.models.generate_content(**sent)

    def asend(self, client: Any, sent: dict[str, Any]) -> Any:
        return client.aio.models.generate_content(**sent)

    def open(self, client: Any, sent: dict[str, Any]) -> Any:
        return client.models.generate_content_stream(**sent)

    def aopen(self, client: Any, sent: dict[str, Any]) -> Any:
        return client.aio.models.generate_content_stream(**sent)

    def models(self, client: Any, path: str) -> Any:
        """One page. The path is the SDK's own."""
        return client.models.list(config=_PAGE)

    def amodels(self, client: Any, path: str) -> Any:
        return client.aio.models.list(config=_PAGE)

    def model_names(self, answer: Any) -> list[str]:
        names = [model.name for model in answer.page[:MOST_MODELS] if model.name]
        for folder in _FOLDERS:
            names = [name.removeprefix(folder) for name in names]
        return names


CALLS = Contents()
