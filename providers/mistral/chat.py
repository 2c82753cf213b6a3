"""Chat, stream and list of models with the clients of the mistralai SDK; sync, async."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from modelcatalog.providers.adapter.chat_types import AnswerError, ChatCall, ChatChunk, ChatReply
from modelcatalog.providers.chat.completions_codec import Pieces, reply
from modelcatalog.providers.chat.completions_codec import keywords as openai_keywords
from modelcatalog.providers.chat.response_errors import answer_error, decoding, reading
from modelcatalog.providers.openai.chat import MOST_MODELS

if TYPE_CHECKING:
    from collections.abc import Mapping

_OK = 300
_Told = TypeVar("_Told", ChatReply, ChatChunk)


def chat(client: Any, call: ChatCall) -> ChatReply:
    """One answer. Raises the SDK's exceptions, or AnswerError."""
    with _telling():
        return _read(client.chat.complete(**keywords(call)))


async def achat(client: Any, call: ChatCall) -> ChatReply:
    """`chat`, with the async methods."""
    with _telling():
        return _read(await client.chat.complete_async(**keywords(call)))


def stream(client: Any, call: ChatCall) -> Iterator[ChatChunk]:
    """The answer in pieces. Raises the SDK's exceptions, or AnswerError for a stream that is empty or cut."""
    pieces = Pieces()
    with _telling(), client.chat.stream(**keywords(call)) as events, reading(events.response):
        for event in events:
            yield from pieces.take(event.data)
        yield _named(pieces.end())


async def astream(client: Any, call: ChatCall) -> AsyncIterator[ChatChunk]:
    """`stream`, with the async methods."""
    pieces = Pieces()
    with _telling():
        async with await client.chat.stream_async(**keywords(call)) as events:
            with reading(events.response):
                async for event in events:
                    for piece in pieces.take(event.data):
                        yield piece
                yield _named(pieces.end())


def keywords(call: ChatCall) -> dict[str, Any]:
    """Keywords of `chat.complete` and `chat.stream`, which are OpenAI's but for the name of the seed."""
    sent = openai_keywords(call, host="", stream=False)
    del sent["stream"]
    if "seed" in sent:
        sent["random_seed"] = sent.pop("seed")
    return sent


def list_models(client: Any, path: str = "") -> list[str]:
    """The models that the service says it has: one page, at most 10,000. Raises as `chat` does."""
    with _telling():
        try:
            return _ids(client.models.list().model_dump())
        except _shape_error() as error:
            return _ids_in(error)


async def alist_models(client: Any, path: str = "") -> list[str]:
    """`list_models`, with the async methods."""
    with _telling():
        try:
            return _ids((await client.models.list_async()).model_dump())
        except _shape_error() as error:
            return _ids_in(error)


def _shape_error() -> type[Exception]:
    """What the SDK raises for a list in OpenAI's form, whose items lack the type that Mistral's have."""
    error: type[Exception] = import_module("mistralai.client.errors").ResponseValidationError
    return error


def _ids_in(error: Any) -> list[str]:
    with reading(error.raw_response):
        return _ids(error.raw_response.json())


def _ids(page: Mapping[str, Any]) -> list[str]:
    items = page.get("data") if isinstance(page, dict) else None
    if not isinstance(items, list):
        raise AnswerError("The answer holds no list of models")
    ids = (item.get("id") for item in items[:MOST_MODELS] if isinstance(item, dict))
    return [identity for identity in ids if isinstance(identity, str)]


def _read(answer: Any) -> ChatReply:
    with decoding():
        return _named(reply(answer))


def _named(told: _Told) -> _Told:
    """With the uniform word for the end of the model's window."""
    return replace(told, stop_reason="length") if told.stop_reason == "model_length" else told


@contextmanager
def _telling() -> Iterator[None]:
    """The SDK's exceptions on an answer that came with success, as an AnswerError."""
    try:
        yield
    except Exception as error:
        response = getattr(error, "raw_response", None)
        if response is None or response.status_code >= _OK:
            raise
        text = "The answer can't be read, it isn't JSON"
        if response.headers.get("content-type", "").startswith("text/html"):
            text = "The answer is an HTML page: the address is not that of an API"
        raise answer_error(text, response) from error
