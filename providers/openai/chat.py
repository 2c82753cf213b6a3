"""Chat, stream and list of models with the clients of openai's SDK, and of others made like it; sync, async."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from inspect import isawaitable
from typing import Any

from modelcatalog.providers.adapter.chat_types import AnswerError, ChatCall, ChatChunk, ChatReply
from modelcatalog.providers.chat.completions_codec import Pieces, keywords, no_answer, reply
from modelcatalog.providers.chat.response_errors import reading
from modelcatalog.providers.chat.tool_emulation import Emulation

MOST_MODELS = 10_000


def chat(client: Any, call: ChatCall) -> ChatReply:
    """One answer. Raises the SDK's exceptions, or AnswerError."""
    emulation = Emulation(client, call)
    create = client.chat.completions.with_raw_response.create
    raw = create(**keywords(emulation.call, host=client.base_url.host, stream=False))
    return emulation.reply(_read(raw))


async def achat(client: Any, call: ChatCall) -> ChatReply:
    """`chat`, with the async client."""
    emulation = Emulation(client, call)
    create = client.chat.completions.with_raw_response.create
    raw = await create(**keywords(emulation.call, host=client.base_url.host, stream=False))
    return emulation.reply(await _aread(raw))


def stream(client: Any, call: ChatCall, *, usage_option: bool = True) -> Iterator[ChatChunk]:
    """The answer in pieces. Raises the SDK's exceptions, or AnswerError for a stream that is empty or cut.

    `usage_option`: the SDK has an option by which usage is sent at the end.
    """
    emulation = Emulation(client, call)
    yield from emulation.pieces(_pieces(client, emulation.call, usage_option))


async def astream(client: Any, call: ChatCall, *, usage_option: bool = True) -> AsyncIterator[ChatChunk]:
    """`stream`, with the async client."""
    emulation = Emulation(client, call)
    async for piece in emulation.apieces(_apieces(client, emulation.call, usage_option)):
        yield piece


def _pieces(client: Any, call: ChatCall, usage_option: bool) -> Iterator[ChatChunk]:
    pieces = Pieces()
    create = client.chat.completions.create
    sent = keywords(call, host=client.base_url.host, stream=True, usage_option=usage_option)
    with create(**sent) as chunks, reading(chunks.response):
        for chunk in chunks:
            yield from pieces.take(chunk)
        yield pieces.end()


async def _apieces(client: Any, call: ChatCall, usage_option: bool) -> AsyncIterator[ChatChunk]:
    pieces = Pieces()
    create = client.chat.completions.create
    sent = keywords(call, host=client.base_url.host, stream=True, usage_option=usage_option)
    async with await create(**sent) as chunks:
        with reading(chunks.response):
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


def prove(client: Any, path: str) -> None:
    """One request to a path that only a valid key gets an answer from. Raises as `chat` does."""
    answer = client.get(path, cast_to=object)
    if not isinstance(answer, dict):
        url = f"{str(client.base_url).rstrip('/')}{path}"
        raise AnswerError(f"{no_answer('account', answer)}.", status=200, url=url, method="GET")


def _read(raw: Any) -> ChatReply:
    with reading(raw.http_response):
        return reply(raw.parse())


async def _aread(raw: Any) -> ChatReply:
    with reading(raw.http_response):
        parsed = raw.parse()
        return reply(await parsed if isawaitable(parsed) else parsed)


def _ids(client: Any, path: str, answer: object) -> list[str]:
    # A page of OpenAI's has its items below `data`; Together sends the bare list, on which the SDK's own
    # method fails.
    items = answer.get("data") if isinstance(answer, dict) else answer
    if not isinstance(items, list):
        url = f"{str(client.base_url).rstrip('/')}{path}"
        raise AnswerError(f"{no_answer('list of models', answer)}.", status=200, url=url, method="GET")
    ids = (
        item.get("id") or item.get("name") if isinstance(item, dict) else item for item in items[:MOST_MODELS]
    )
    return [identity for identity in ids if isinstance(identity, str)]
