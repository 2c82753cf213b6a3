"""Tools for a model, or a service, that has none: described in the prompt, asked for in the text, read out of it.

An adapter that offers this takes `emulate_tools` at its target `adapter`, and its `Built` says whether tools are
emulated; whoever calls puts that into the call. The uniform calls make an `Emulation`, send `.call`, and return what
`.reply` or `.pieces` make of the answer. A call that doesn't ask for it is sent as it is.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from modelcatalog.providers.chat.tool_emulation_parser import Reader, read
from modelcatalog.providers.chat.tool_emulation_prompt import number_of_calls, with_tools

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall, ChatChunk, ChatReply


class Emulation:
    """One call. `call` is what to send."""

    def __init__(self, call: ChatCall) -> None:
        self._reads = call.emulate_tools and bool(call.tools) and call.tool_choice != "none"
        self._first = number_of_calls(call.messages) + 1
        self.call = with_tools(call) if call.emulate_tools else call

    def reply(self, reply: ChatReply) -> ChatReply:
        """The answer, its calls no longer in its text."""
        if not self._reads:
            return reply
        text, calls = read(reply.text, self._first)
        if not calls:
            return reply
        reason = _reason(reply.stop_reason)
        return replace(reply, text=text, tool_calls=reply.tool_calls + calls, stop_reason=reason)

    def pieces(self, chunks: Iterable[ChatChunk]) -> Iterator[ChatChunk]:
        """The streamed answer; text that may be a call waits until it is known to be none."""
        reader = Reader(self._first)
        for chunk in chunks:
            yield from self._read(reader, chunk)

    async def apieces(self, chunks: AsyncIterator[ChatChunk]) -> AsyncGenerator[ChatChunk]:
        """`pieces`, for an async stream."""
        reader = Reader(self._first)
        async for chunk in chunks:
            for piece in self._read(reader, chunk):
                yield piece

    def _read(self, reader: Reader, chunk: ChatChunk) -> Iterator[ChatChunk]:
        # Every adapter's last piece, and no other, is without text.
        if not self._reads:
            yield chunk
        elif chunk.text:
            if text := reader.take(chunk.text):
                yield replace(chunk, text=text)
        else:
            if text := reader.end():
                yield replace(chunk, text=text, tool_calls=(), stop_reason=None, usage=None)
            reason = _reason(chunk.stop_reason) if reader.calls else chunk.stop_reason
            yield replace(chunk, tool_calls=chunk.tool_calls + tuple(reader.calls), stop_reason=reason)


def _reason(stop_reason: str | None) -> str | None:
    """For the service the answer ended; for who asked, it ended with calls."""
    return "tool_calls" if stop_reason == "stop" else stop_reason
