"""A model of transformers in this process, with its tokenizer: chats in batches, and streams."""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from importlib import import_module
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.providers.adapter.chat_types import ChatCall, ChatChunk, ChatReply, Usage
from modelcatalog.providers.transformers.batcher import SILENCE, SIZE, Batcher, Clock, ClosedError
from modelcatalog.providers.transformers.generation import Answer, Ask, generate, limit_of, settings_of
from modelcatalog.providers.transformers.stop_sequences import StopReader

if TYPE_CHECKING:
    from concurrent.futures import Future

    from modelcatalog.providers.local.chat_template import ChatFormat


class TransformersModel:
    """Owns `model` (AutoModelForCausalLM) and `tokenizer` (AutoTokenizer), transformers' own objects.

    Calls of `chat` and `achat`, from any thread and event loop, are answered together in batches of at most
    `batch_size`; one goes when it is full, or when nothing was added to it for `batch_wait` seconds. A stream is
    answered alone. `timeout`: seconds for each call, None for no limit. Close it to give its memory back.
    """

    def __init__(
        self,
        model: Any,
        tokenizer: Any,
        name: str,
        chat_format: ChatFormat,
        *,
        batch_size: int = SIZE,
        batch_wait: float = SILENCE,
        timeout: float | None = None,
        clock: Clock | None = None,
    ) -> None:
        self.model = model
        self.tokenizer = tokenizer
        self.name = name
        self.batch_size = batch_size
        self.timeout = timeout
        self.format = chat_format
        self._batcher: Batcher[Ask, Answer] = Batcher(
            self._generate, size=batch_size, silence=batch_wait, clock=clock
        )

    def __repr__(self) -> str:
        return f"<TransformersModel {self.name} on {self.device}>"

    @property
    def device(self) -> str:
        """Where the model is: `cuda:0`, `mps`, `cpu`."""
        return str(getattr(self.model, "device", "closed"))

    @property
    def window(self) -> int | None:
        """How many tokens prompt and answer may have together, None when the model doesn't say."""
        config = self.model.config.get_text_config()
        for name in ("max_position_embeddings", "n_positions", "max_seq_len"):
            if isinstance(size := getattr(config, name, None), int) and size > 0:
                return size
        return None

    def chat(self, call: ChatCall) -> ChatReply:
        """One answer, in a batch with those who ask at the same time."""
        ask = self.ask(call)
        future = self._batcher.submit(ask, ask.settings)
        try:
            return self._reply(call, future.result(self.timeout))
        except BaseException:
            future.cancel()
            raise

    async def achat(self, call: ChatCall) -> ChatReply:
        """`chat`, without blocking the event loop."""
        ask = self.ask(call)
        async with asyncio.timeout(self.timeout):
            return self._reply(call, await self._batcher.ask(ask, ask.settings))

    def stream(self, call: ChatCall) -> Iterator[ChatChunk]:
        """The answer in pieces. Who stops reading ends it."""
        pieces: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        running = _Stream(self, call, pieces.put)
        try:
            while (piece := pieces.get()) is not None:
                if text := running.take(piece):
                    yield ChatChunk(text)
            yield from running.end()
        finally:
            running.abandon()

    async def astream(self, call: ChatCall) -> AsyncIterator[ChatChunk]:
        """`stream`, without blocking the event loop."""
        loop = asyncio.get_running_loop()
        pieces: asyncio.Queue[str | None] = asyncio.Queue()
        running = _Stream(self, call, lambda piece: _put(loop, pieces, piece))
        try:
            while (piece := await pieces.get()) is not None:
                if text := running.take(piece):
                    yield ChatChunk(text)
            for chunk in running.end():
                yield chunk
        finally:
            running.abandon()

    def ask(self, call: ChatCall) -> Ask:
        """The call as a row of a batch. Raises ArgumentError, PromptTooLongError and ClosedError."""
        if self.model is None:
            raise ClosedError("this model was closed; resolve it again")
        sdk = import_module("transformers")
        prompt = self.format.prompt(call)
        text, begins = prompt.text, prompt.add_special_tokens
        tokens = (
            prompt.token_ids or self.tokenizer(text, add_special_tokens=begins, verbose=False)["input_ids"]
        )
        usual = self.model.generation_config.max_new_tokens
        settings = settings_of(
            call,
            prompt.stop,
            limit_of(call, len(tokens), self.window, usual),
            keeps_special_tokens=self.format.keeps_special_tokens(call),
            sdk=sdk,
        )
        return Ask(list(tokens), settings, call.seed)

    def alone(self, job: Callable[[], Answer]) -> Future[Answer]:
        """A job that takes its turn among the batches."""
        return self._batcher.alone(job)

    def close(self, *, drain: bool = True) -> None:
        """Answer, or cancel, those who wait, and give the memory back."""
        self._batcher.close(drain=drain)
        device, self.model = self.device, None
        if device.startswith("cuda"):
            import_module("torch").cuda.empty_cache()

    async def aclose(self) -> None:
        """`close`, without blocking the event loop."""
        await asyncio.to_thread(self.close)

    def _generate(self, asks: list[Ask]) -> list[Answer]:
        return generate(self.model, self.tokenizer, asks)

    def _reply(self, call: ChatCall, answer: Answer) -> ChatReply:
        text, calls, stop_reason = self.format.reply(call, answer.text, answer.stop_reason)
        usage = Usage(answer.input_tokens, len(answer.token_ids))
        return ChatReply(text, calls, usage, stop_reason, self.name, raw=answer)


class _Stream:
    """One streamed answer: made in the model's thread, its pieces sent to the reader's by `send`; None is the end."""

    def __init__(self, client: TransformersModel, call: ChatCall, send: Callable[[str | None], None]) -> None:
        ask = client.ask(call)
        if dict(ask.settings.options).get("num_beams", 1) != 1:
            raise ArgumentError("A beam search has no stream.", argument="num_beams")
        self._is_left = threading.Event()
        self._deadline = None if client.timeout is None else time.monotonic() + client.timeout
        self._call = call
        self._format = client.format
        self._stops = StopReader(ask.settings.stop)
        self._reader = client.format.reader(call)
        self._future = client.alone(lambda: self._generate(client, ask, send))
        self._future.add_done_callback(lambda _: send(None))

    def take(self, piece: str) -> str:
        """What of a piece is for the user."""
        return self._reader.take(self._stops.take(piece))

    def end(self) -> Iterator[ChatChunk]:
        """The last pieces. Raises what went wrong in the model."""
        answer = self._future.result()
        if self._is_late():
            raise TimeoutError("no whole answer in the time allowed")
        said = self._reader.take(self._stops.end())
        rest, calls = self._reader.end()
        if said + rest:
            yield ChatChunk(said + rest)
        is_calling = calls and answer.stop_reason == "stop"
        usage = Usage(answer.input_tokens, len(answer.token_ids))
        yield ChatChunk("", calls, "tool_calls" if is_calling else answer.stop_reason, usage, raw=answer)

    def abandon(self) -> None:
        """Nobody reads any more: the model need not go on."""
        self._is_left.set()
        self._future.cancel()

    def _is_late(self) -> bool:
        return self._deadline is not None and time.monotonic() > self._deadline

    def _generate(self, client: TransformersModel, ask: Ask, send: Callable[[str | None], None]) -> Answer:
        sdk = import_module("transformers")

        class Sender(sdk.TextStreamer):  # type: ignore[misc, name-defined]
            def on_finalized_text(self, text: str, stream_end: bool = False) -> None:
                send(text)

        streamer = Sender(
            client.tokenizer, skip_prompt=True, skip_special_tokens=not ask.settings.keeps_special_tokens
        )
        [answer] = generate(
            client.model,
            client.tokenizer,
            [ask],
            streamer=streamer,
            is_abandoned=lambda: self._is_left.is_set() or self._is_late(),
        )
        return answer


def _put(loop: asyncio.AbstractEventLoop, pieces: asyncio.Queue[str | None], piece: str | None) -> None:
    """Into the reader's queue, from the model's thread; a loop that has ended reads no more."""
    try:
        loop.call_soon_threadsafe(pieces.put_nowait, piece)
    except RuntimeError:
        if not loop.is_closed():
            raise
