"""Chat, stream and list of models with the clients of the anthropic SDK; sync, async."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from modelcatalog.providers.anthropic.codec import Pieces, keywords, reply
from modelcatalog.providers.chat.response_errors import reading
from modelcatalog.providers.openai import chat as openai_chat

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall, ChatChunk, ChatReply

# The longest page there is: https://docs.claude.com/en/api/models-list, 2026-11-23
_MODELS = "/v1/models?limit=1000"


def chat(client: Any, call: ChatCall) -> ChatReply:
    """One answer. Raises the SDK's exceptions, or AnswerError."""
    raw = client.messages.with_raw_response.create(**keywords(call, stream=False))
    with reading(raw.http_response):
        return reply(raw.parse())


async def achat(client: Any, call: ChatCall) -> ChatReply:
    """`chat`, with the async client."""
    raw = await client.messages.with_raw_response.create(**keywords(call, stream=False))
    with reading(raw.http_response):
        parsed = raw.parse()
        return reply(await parsed if isawaitable(parsed) else parsed)


def stream(client: Any, call: ChatCall) -> Iterator[ChatChunk]:
    """The answer in pieces. Raises the SDK's exceptions, or AnswerError for a stream that is empty or cut."""
    pieces = Pieces()
    with client.messages.create(**keywords(call, stream=True)) as events, reading(events.response):
        for event in events:
            yield from pieces.take(event)
        yield pieces.end()


async def astream(client: Any, call: ChatCall) -> AsyncIterator[ChatChunk]:
    """`stream`, with the async client."""
    pieces = Pieces()
    async with await client.messages.create(**keywords(call, stream=True)) as events:
        with reading(events.response):
            async for event in events:
                for piece in pieces.take(event):
                    yield piece
            yield pieces.end()


def list_models(client: Any, path: str = _MODELS) -> list[str]:
    """The models that the service says it has: one page, at most 10,000. Raises as `chat` does."""
    return openai_chat.list_models(client, path)


async def alist_models(client: Any, path: str = _MODELS) -> list[str]:
    """`list_models`, with the async client."""
    return await openai_chat.alist_models(client, path)
