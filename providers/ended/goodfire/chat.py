"""The uniform calls with a client of goodfire."""

from __future__ import annotations

from contextlib import contextmanager
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, NoReturn

from modelcatalog.providers.adapter.chat_types import AnswerError
from modelcatalog.providers.chat.completions_json import Pieces, reply
from modelcatalog.providers.chat.tool_emulation import Emulation

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

    from modelcatalog.providers.adapter.chat_types import ChatCall, ChatChunk, ChatReply

_NAMES = {"max_tokens": "max_completion_tokens"}
_OPTIONS = ("max_tokens", "temperature", "top_p", "stop", "seed")


def chat(client: Any, call: ChatCall) -> ChatReply:
    """One answer. Raises the SDK's exceptions, or AnswerError."""
    emulation = Emulation(client, call)
    with _calling(client):
        answer = client.chat.completions.create(**_keywords(emulation.call))
        return emulation.reply(reply(answer.model_dump(), answer))


async def achat(client: Any, call: ChatCall) -> ChatReply:
    """`chat`, with the async client."""
    emulation = Emulation(client, call)
    with _calling(client):
        answer = await client.chat.completions.create(**_keywords(emulation.call))
        return emulation.reply(reply(answer.model_dump(), answer))


def stream(client: Any, call: ChatCall) -> Iterator[ChatChunk]:
    """The answer in pieces. Raises the SDK's exceptions, or AnswerError for a stream that is empty or cut."""
    emulation = Emulation(client, call)
    yield from emulation.pieces(_pieces(client, emulation.call))


async def astream(client: Any, call: ChatCall) -> AsyncIterator[ChatChunk]:
    """`stream`, with the async client."""
    emulation = Emulation(client, call)
    async for piece in emulation.apieces(_apieces(client, emulation.call)):
        yield piece


def list_models(client: Any, path: str = "") -> NoReturn:
    """The service has no list."""
    raise NotImplementedError(
        "goodfire lists no models: its SDK knows two by name, goodfire.variants.SUPPORTED_MODELS."
    )


async def alist_models(client: Any, path: str = "") -> NoReturn:
    """`list_models`, with the async client."""
    list_models(client, path)


def _pieces(client: Any, call: ChatCall) -> Iterator[ChatChunk]:
    pieces = Pieces()
    with _calling(client):
        for chunk in client.chat.completions.create(**_keywords(call), stream=True):
            yield from pieces.take_json(chunk.model_dump(), chunk)
        yield pieces.end()


async def _apieces(client: Any, call: ChatCall) -> AsyncIterator[ChatChunk]:
    pieces = Pieces()
    with _calling(client):
        async for chunk in await client.chat.completions.create(**_keywords(call), stream=True):
            for piece in pieces.take_json(chunk.model_dump(), chunk):
                yield piece
        yield pieces.end()


def _keywords(call: ChatCall) -> dict[str, Any]:
    if call.tools:
        raise ValueError("goodfire has no tools of its own: call it without emulate_tools=false")
    messages = [{"role": one["role"], "content": one["content"]} for one in call.messages]
    sent: dict[str, Any] = {"model": call.model, "messages": messages}
    if any(one["role"] == "system" for one in messages):
        sent["system_prompt"] = ""  # the async client would put its own before it
    sent |= call.extra
    given = {name: getattr(call, name) for name in _OPTIONS}
    return sent | {_NAMES.get(name, name): value for name, value in given.items() if value is not None}


@contextmanager
def _calling(client: Any) -> Iterator[None]:
    """An error inside knows its address."""
    url = f"{client.chat.completions.base_url}/api/inference/v1/chat/completions"
    try:
        yield
    except AnswerError as error:
        raise AnswerError(f"{error}.", status=200, url=url, method="POST") from error
    except Exception as error:
        if not hasattr(error, "request"):
            error.__dict__["request"] = SimpleNamespace(url=url, method="POST")  # for `failure`
        raise
