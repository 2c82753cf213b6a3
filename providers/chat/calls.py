"""The uniform calls, once for all SDKs: a call is encoded, sent, its answer decoded. Sync, async; whole, streamed."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    AbstractContextManager,
    aclosing,
    asynccontextmanager,
    closing,
    nullcontext,
)
from inspect import isawaitable
from operator import attrgetter
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from modelcatalog.providers.chat.guard import Guard
from modelcatalog.providers.chat.tool_emulation import Emulation

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall, ChatChunk, ChatReply

MOST_MODELS = 10_000
"""Names that are taken from a list of models."""


class Decoder(Protocol):
    """Puts a streamed answer together."""

    def take(self, event: Any) -> Iterator[ChatChunk]:
        """What an event of the SDK adds to the text, if anything."""

    def end(self) -> ChatChunk:
        """The last piece. Raises AnswerError for a stream that is empty or cut."""


class ChatCalls:
    """The uniform calls with the clients of one SDK.

    A subclass says how a call becomes the keywords of the SDK's own (`encode`), which method of the client takes them
    (`SEND`, and `OPEN` for a stream; or `send` and `open`, where more than that is to be said), and what its answer
    holds (`decode`, and for a stream the class `DECODER`). Where the async client's methods have other names, `asend`
    and `aopen` say so.
    """

    SEND: ClassVar[str] = ""
    OPEN: ClassVar[str] = ""
    DECODER: ClassVar[type[Any]]

    def encode(self, client: Any, call: ChatCall, *, stream: bool) -> dict[str, Any]:
        """Keywords of the SDK's own call."""
        raise NotImplementedError

    def send(self, client: Any, sent: dict[str, Any]) -> Any:
        """The SDK's answer; with an async client something to await that gives it."""
        return attrgetter(self.SEND)(client)(**sent)

    def asend(self, client: Any, sent: dict[str, Any]) -> Any:
        """`send`, where the async client's method has another name."""
        return self.send(client, sent)

    def open(self, client: Any, sent: dict[str, Any]) -> Any:
        """The SDK's stream; with an async client it, or something to await that gives it."""
        return attrgetter(self.OPEN)(client)(**sent)

    def aopen(self, client: Any, sent: dict[str, Any]) -> Any:
        """`open`, where the async client's method has another name."""
        return self.open(client, sent)

    def parse(self, answer: Any) -> Any:
        """The object that the SDK makes of its raw answer, or something to await that gives it."""
        return answer

    def events(self, stream: Any) -> Any:
        """What is iterated over: the stream itself, or a part of it. Closed at the end where it can be."""
        return stream

    def decode(self, answer: Any, call: ChatCall) -> ChatReply:
        """The answer in our form. Raises AnswerError where there is none in it."""
        raise NotImplementedError

    def decoder(self, call: ChatCall) -> Decoder:
        """What puts a stream together."""
        decoder: Decoder = self.DECODER()
        return decoder

    def guard(self, client: Any, call: ChatCall | None, *, stream: bool = False, path: str = "") -> Guard:
        """What is around each call, and explains an exception of the SDK; without `call`, around the list at `path`."""
        return Guard()

    def models(self, client: Any, path: str) -> Any:
        """The SDK's list of models, or something to await that gives it. Raises NotImplementedError where none is."""
        raise NotImplementedError

    def amodels(self, client: Any, path: str) -> Any:
        """`models`, where the async client's method has another name."""
        return self.models(client, path)

    def model_names(self, answer: Any) -> list[str]:
        """The names in the SDK's list. Raises AnswerError where there is no list in it."""
        raise NotImplementedError

    def chat(self, client: Any, call: ChatCall) -> ChatReply:
        """One answer. Raises the SDK's exceptions, or AnswerError."""
        emulation = Emulation(call)
        with self.guard(client, emulation.call) as guard:
            sent = guard.prepared(self.encode(client, emulation.call, stream=False))
            answer = self.parse(guard.received(self.send(client, sent)))
            return emulation.reply(self.decode(answer, emulation.call))

    async def achat(self, client: Any, call: ChatCall) -> ChatReply:
        """`chat`, with the async client."""
        emulation = Emulation(call)
        with self.guard(client, emulation.call) as guard:
            sent = guard.prepared(self.encode(client, emulation.call, stream=False))
            answer = self.parse(guard.received(await _awaited(self.asend(client, sent))))
            return emulation.reply(self.decode(await _awaited(answer), emulation.call))

    def stream(self, client: Any, call: ChatCall) -> Iterator[ChatChunk]:
        """The answer in pieces. Raises the SDK's exceptions, or AnswerError for a stream that is empty or cut."""
        emulation = Emulation(call)
        yield from emulation.pieces(self._pieces(client, emulation.call))

    async def astream(self, client: Any, call: ChatCall) -> AsyncIterator[ChatChunk]:
        """`stream`, with the async client."""
        emulation = Emulation(call)
        async with (
            aclosing(self._apieces(client, emulation.call)) as sent,
            aclosing(emulation.apieces(sent)) as pieces,
        ):
            async for piece in pieces:
                yield piece

    def list_models(self, client: Any, path: str = "") -> list[str]:
        """The models that the service says it has: one page, at most 10,000. Raises as `chat` does."""
        with self.guard(client, None, path=path) as guard:
            return self.model_names(guard.received(self.models(client, path)))[:MOST_MODELS]

    async def alist_models(self, client: Any, path: str = "") -> list[str]:
        """`list_models`, with the async client."""
        with self.guard(client, None, path=path) as guard:
            return self.model_names(guard.received(await _awaited(self.amodels(client, path))))[:MOST_MODELS]

    def _pieces(self, client: Any, call: ChatCall) -> Iterator[ChatChunk]:
        decoder = self.decoder(call)
        with self.guard(client, call, stream=True) as guard:
            sent = guard.prepared(self.encode(client, call, stream=True))
            with _entered(self.events(guard.received(self.open(client, sent)))) as events:
                for event in events:
                    guard.answered = True
                    yield from decoder.take(event)
                yield decoder.end()

    async def _apieces(self, client: Any, call: ChatCall) -> AsyncGenerator[ChatChunk]:
        decoder = self.decoder(call)
        with self.guard(client, call, stream=True) as guard:
            sent = guard.prepared(self.encode(client, call, stream=True))
            opened = guard.received(await _awaited(self.aopen(client, sent)))
            async with _aentered(self.events(opened)) as events:
                async for event in events:
                    guard.answered = True
                    for piece in decoder.take(event):
                        yield piece
                yield decoder.end()


async def _awaited(value: Any) -> Any:
    return await value if isawaitable(value) else value


def _entered(events: Any) -> AbstractContextManager[Any]:
    """The stream as a context that closes it, where it is none itself."""
    if hasattr(events, "__enter__"):
        entered: AbstractContextManager[Any] = events
        return entered
    if hasattr(events, "close"):
        return closing(events)
    return nullcontext(events)


def _aentered(events: Any) -> AbstractAsyncContextManager[Any]:
    if hasattr(events, "__aenter__"):
        entered: AbstractAsyncContextManager[Any] = events
        return entered
    if hasattr(events, "aclose"):
        return aclosing(events)
    return _aclosing(events)


@asynccontextmanager
async def _aclosing(events: Any) -> AsyncIterator[Any]:
    """An async stream that is closed by a method of another name, if by any."""
    try:
        yield events
    finally:
        if hasattr(events, "close"):
            await _awaited(events.close())
