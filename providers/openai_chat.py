"""The calls that all clients of the openai SDK make in one way: chat, stream, list of models; sync, async."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

from modelcatalog.providers.chat import AnswerError, ChatCall, ChatChunk, ChatReply
from modelcatalog.providers.openai_wire import Pieces, keywords, no_answer, reply

_MOST_MODELS = 10_000


def chat(client: Any, call: ChatCall) -> ChatReply:
    """One answer. Raises the SDK's exceptions, or AnswerError."""
    create = client.chat.completions.with_raw_response.create
    return _read(create(**keywords(call, host=client.base_url.host, stream=False)))


async def achat(client: Any, call: ChatCall) -> ChatReply:
    """`chat`, with the async client."""
    create = client.chat.completions.with_raw_response.create
    return _read(await create(**keywords(call, host=client.base_url.host, stream=False)))


def stream(client: Any, call: ChatCall) -> Iterator[ChatChunk]:
    """The answer in pieces. Raises the SDK's exceptions, or AnswerError for a stream that is empty or cut."""
    pieces = Pieces()
    create = client.chat.completions.create
    with (
        create(**keywords(call, host=client.base_url.host, stream=True)) as chunks,
        _reading(chunks.response),
    ):
        for chunk in chunks:
            yield from pieces.take(chunk)
        yield pieces.end()


async def astream(client: Any, call: ChatCall) -> AsyncIterator[ChatChunk]:
    """`stream`, with the async client."""
    pieces = Pieces()
    create = client.chat.completions.create
    async with await create(**keywords(call, host=client.base_url.host, stream=True)) as chunks:
        with _reading(chunks.response):
            async for chunk in chunks:
                for piece in pieces.take(chunk):
                    yield piece
            yield pieces.end()


def list_models(client: Any, path: str = "/models") -> list[str]:
    """The models that the service says it has: one page, at most 10,000. Raises as `chat` does."""
    return _ids(client, path, client.get(path, cast_to=object))


async def alist_models(client: Any, path: str = "/models") -> list[str]:
    """`list_models`, with the async client."""
    return _ids(client, path, await client.get(path, cast_to=object))


def _read(raw: Any) -> ChatReply:
    with _reading(raw.http_response):
        return reply(raw.parse())


@contextmanager
def _reading(response: Any) -> Iterator[None]:
    """What goes wrong while an answer is read, as an AnswerError that knows which call it was."""
    from openai import APIConnectionError, APITimeoutError

    try:
        yield
    except APITimeoutError:
        raise
    except (AnswerError, APIConnectionError, ValueError) as error:
        if isinstance(error, AnswerError):
            text = str(error)
        elif isinstance(error, APIConnectionError):
            text = "The connection was cut in the middle of the answer"
        else:
            text = "The answer can't be read, it isn't JSON"
        kind = response.headers.get("content-type", "none").partition(";")[0]
        request = response.request
        raise AnswerError(
            f"{text} (content type {kind}).",
            status=response.status_code,
            url=str(request.url),
            method=request.method,
        ) from error


def _ids(client: Any, path: str, answer: object) -> list[str]:
    # A page of OpenAI's has its items below `data`; Together sends the bare list, on which the SDK's own
    # method fails.
    items = answer.get("data") if isinstance(answer, dict) else answer
    if not isinstance(items, list):
        url = f"{str(client.base_url).rstrip('/')}{path}"
        raise AnswerError(f"{no_answer('list of models', answer)}.", status=200, url=url, method="GET")
    ids = (
        item.get("id") or item.get("name") if isinstance(item, dict) else item
        for item in items[:_MOST_MODELS]
    )
    return [identity for identity in ids if isinstance(identity, str)]
