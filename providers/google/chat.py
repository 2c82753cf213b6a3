"""The calls that both adapters on google-genai make in one way: chat, stream, list of models; sync, async."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.google import codec as wire
from modelcatalog.providers.google.decoder import Pieces, reply
from modelcatalog.providers.google.request_tracking import watched
from modelcatalog.providers.google.safety_settings import adapter_arguments, safety_settings

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall, ChatChunk, ChatReply
    from modelcatalog.providers.adapter.connection import Connection

_MOST_MODELS = 10_000
_FOLDERS = ("models/", "publishers/google/models/")


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


def request_parameters() -> frozenset[str]:
    """`config`, and the fields of it."""
    return frozenset({"config", *import_module("google.genai.types").GenerateContentConfig.model_fields})


def chat(client: Any, call: ChatCall) -> ChatReply:
    """One answer. Raises the SDK's exceptions, or AnswerError. A blocked prompt or answer is a reply."""
    sent = _keywords(client, call)
    with watched():
        return reply(client.models.generate_content(**sent))


async def achat(client: Any, call: ChatCall) -> ChatReply:
    """`chat`, on the async side of the client."""
    sent = _keywords(client, call)
    with watched():
        return reply(await client.aio.models.generate_content(**sent))


def stream(client: Any, call: ChatCall) -> Iterator[ChatChunk]:
    """The answer in pieces. Raises the SDK's exceptions, or AnswerError for a stream that is empty or cut."""
    pieces, sent = Pieces(), _keywords(client, call)
    with watched():
        for response in client.models.generate_content_stream(**sent):
            yield from pieces.take(response)
        yield pieces.end()


async def astream(client: Any, call: ChatCall) -> AsyncIterator[ChatChunk]:
    """`stream`, on the async side of the client."""
    pieces, sent = Pieces(), _keywords(client, call)
    with watched():
        async for response in await client.aio.models.generate_content_stream(**sent):
            for chunk in pieces.take(response):
                yield chunk
        yield pieces.end()


def list_models(client: Any, path: str = "") -> list[str]:
    """The models that the service says it has: one page, at most 10,000. The path is the SDK's own."""
    with watched():
        return _ids(client.models.list(config={"page_size": 1000}))


async def alist_models(client: Any, path: str = "") -> list[str]:
    """`list_models`, on the async side of the client."""
    with watched():
        return _ids(await client.aio.models.list(config={"page_size": 1000}))


def _keywords(client: Any, call: ChatCall) -> dict[str, Any]:
    """Keywords of `models.generate_content`."""
    extra = dict(call.extra)
    config = extra.pop("config", None) or {}
    config = dict(config) if isinstance(config, Mapping) else config.model_dump(exclude_none=True)
    config |= {**extra, **wire.options(call)}
    if (system := wire.system_instruction(call.messages)) is not None:
        config["system_instruction"] = system
    if call.tools:
        declared = [
            {"name": one.name, "description": one.description, "parameters_json_schema": dict(one.parameters)}
            for one in call.tools
        ]
        config["tools"] = [{"function_declarations": declared}]
    if call.tool_choice is not None:
        config["tool_config"] = wire.tool_config(call.tool_choice)
    contents = wire.contents(call.messages, ids=not client.vertexai, signatures=True)
    return {"model": call.model, "contents": contents, "config": config}


def _ids(pager: Any) -> list[str]:
    names = [model.name for model in pager.page[:_MOST_MODELS] if model.name]
    for folder in _FOLDERS:
        names = [name.removeprefix(folder) for name in names]
    return names
