"""The uniform calls with a model that vLLM runs."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from modelcatalog.providers.adapter.chat_types import ChatChunk, ChatReply, Usage
from modelcatalog.providers.chat.calls import ChatCalls

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall
    from modelcatalog.providers.vllm.client import VllmModel

_OPTIONS = ("max_tokens", "temperature", "top_p", "seed")


class VllmCalls(ChatCalls):
    """Those of `VllmModel`: a prompt of our own goes to the engine, and its text is read here."""

    def chat(self, client: VllmModel, call: ChatCall) -> ChatReply:
        """One answer. Raises EngineError, ArgumentError, and what vLLM raises for a call that it refuses."""
        request = _Request(client, call)
        return request.reply(client.generate(request.prompt, **request.sampling))

    async def achat(self, client: VllmModel, call: ChatCall) -> ChatReply:
        """`chat`, for an event loop."""
        await client.astart()
        request = _Request(client, call)
        return request.reply(await client.agenerate(request.prompt, **request.sampling))

    def stream(self, client: VllmModel, call: ChatCall) -> Iterator[ChatChunk]:
        """The answer as it is written. Raises as `chat` does."""
        request = _Request(client, call)
        for output in client.stream(request.prompt, **request.sampling):
            yield from request.pieces(output)
        yield from request.end()

    async def astream(self, client: VllmModel, call: ChatCall) -> AsyncIterator[ChatChunk]:
        """`stream`, for an event loop."""
        await client.astart()
        request = _Request(client, call)
        async for output in client.astream(request.prompt, **request.sampling):
            for piece in request.pieces(output):
                yield piece
        for piece in request.end():
            yield piece

    def list_models(self, client: VllmModel, path: str = "") -> list[str]:
        """The names under which the engine serves its model. `path` is not used."""
        return client.models

    async def alist_models(self, client: VllmModel, path: str = "") -> list[str]:
        """`list_models`, for an event loop."""
        return client.models


class _Request:
    """A call as vLLM takes it, and its answer as it comes."""

    def __init__(self, client: VllmModel, call: ChatCall) -> None:
        self._format = client.format
        self._call = call
        self._model = client.models[0]
        written = self._format.prompt(call)
        begins = written.add_special_tokens
        self.prompt = list(
            written.token_ids or client.tokenizer.encode(written.text, add_special_tokens=begins)
        )
        self.sampling = _sampling(call, written.stop)
        if self._format.keeps_special_tokens(call):
            self.sampling.setdefault("skip_special_tokens", False)
        self._reader = self._format.reader(call)
        self._usage = Usage(len(self.prompt), 0)
        self._reason = "stop"
        self._raw: Any = None

    def reply(self, output: Any) -> ChatReply:
        """A whole answer; where several were asked for (`n`), all are in `raw`, and the first is read."""
        first = output.outputs[0]
        text, calls, reason = self._format.reply(self._call, first.text, first.finish_reason or "stop")
        tokens = sum(len(one.token_ids) for one in output.outputs)
        usage = Usage(len(output.prompt_token_ids), tokens)
        return ChatReply(text, calls, usage, reason, self._model, output)

    def pieces(self, output: Any) -> Iterator[ChatChunk]:
        """What an output of a stream adds; of several answers, the first is read."""
        self._raw = output
        written = sum(len(one.token_ids) for one in output.outputs)
        self._usage = Usage(self._usage.input_tokens, self._usage.output_tokens + written)
        for first in output.outputs:
            if first.index == 0:
                self._reason = first.finish_reason or self._reason
                if text := self._reader.take(first.text):
                    yield ChatChunk(text, raw=output)

    def end(self) -> Iterator[ChatChunk]:
        """The rest of the text; and the last piece, which has none."""
        text, calls = self._reader.end()
        if text:
            yield ChatChunk(text, raw=self._raw)
        reason = "tool_calls" if calls and self._reason == "stop" else self._reason
        yield ChatChunk("", calls, reason, self._usage, self._raw)


def _sampling(call: ChatCall, stop: Sequence[str]) -> dict[str, Any]:
    extra: Mapping[str, Any] = call.extra
    given = {name: value for name in _OPTIONS if (value := getattr(call, name)) is not None}
    asked = call.stop if call.stop is not None else extra.get("stop")
    stops = [asked] if isinstance(asked, str) else list(asked or ())
    sampling = {**extra, **given}
    if stops or stop:
        sampling["stop"] = [*stops, *stop]
    return sampling


CALLS = VllmCalls()
