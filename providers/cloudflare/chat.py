"""The uniform calls with a client of Workers AI."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any

from modelcatalog.providers.chat.completions_codec import keywords
from modelcatalog.providers.chat.response_errors import decoding
from modelcatalog.providers.chat.tool_emulation import Emulation
from modelcatalog.providers.cloudflare.decoder import Pieces, reply

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall, ChatChunk, ChatReply

_MOST_MODELS = 10_000


def chat(client: Any, call: ChatCall) -> ChatReply:
    """One answer. Raises WorkersAIError, httpx2's exceptions, or AnswerError."""
    emulation = Emulation(client, call)
    return _read(client.run(**_keywords(emulation.call)), emulation)


async def achat(client: Any, call: ChatCall) -> ChatReply:
    """`chat`, with the async client."""
    emulation = Emulation(client, call)
    return _read(await client.run(**_keywords(emulation.call)), emulation)


def stream(client: Any, call: ChatCall) -> Iterator[ChatChunk]:
    """The answer in pieces. Raises as `chat` does."""
    emulation = Emulation(client, call)
    yield from emulation.pieces(_pieces(client, emulation.call))


async def astream(client: Any, call: ChatCall) -> AsyncIterator[ChatChunk]:
    """`stream`, with the async client."""
    emulation = Emulation(client, call)
    async for piece in emulation.apieces(_apieces(client, emulation.call)):
        yield piece


def list_models(client: Any, path: str = "") -> list[str]:
    """The models that the service says it has: one page, at most 10,000. `path` is not used."""
    return _names(client.models(per_page=_MOST_MODELS))


async def alist_models(client: Any, path: str = "") -> list[str]:
    """`list_models`, with the async client."""
    return _names(await client.models(per_page=_MOST_MODELS))


def _pieces(client: Any, call: ChatCall) -> Iterator[ChatChunk]:
    pieces = Pieces(call)
    for event in client.stream(**_keywords(call)):
        with decoding():
            taken = list(pieces.take(event))
        yield from taken
    yield pieces.end()


async def _apieces(client: Any, call: ChatCall) -> AsyncIterator[ChatChunk]:
    pieces = Pieces(call)
    async for event in client.stream(**_keywords(call)):
        with decoding():
            taken = list(pieces.take(event))
        for piece in taken:
            yield piece
    yield pieces.end()


def _read(answer: Any, emulation: Emulation) -> ChatReply:
    with decoding():
        return emulation.reply(reply(answer, emulation.call))


def _keywords(call: ChatCall) -> dict[str, Any]:
    """The body has the fields of OpenAI's; the model stands in the path."""
    sent = keywords(call, host="", stream=False)
    del sent["stream"]
    return sent


def _names(models: list[Any]) -> list[str]:
    names = (model.get("name") for model in models[:_MOST_MODELS] if isinstance(model, dict))
    return [name for name in names if isinstance(name, str)]
