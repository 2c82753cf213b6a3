"""A model that vLLM runs in processes of its own, started by this one: the client of the adapter vllm."""

from __future__ import annotations

import asyncio
import weakref
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import aclosing
from functools import cached_property
from importlib import import_module
from itertools import count
from typing import Any, Literal, Self

from modelcatalog.catalog.diagnostics.errors import ArgumentError, ModelCatalogError
from modelcatalog.providers.adapter.chat_types import AnswerError
from modelcatalog.providers.local.chat_template import ChatFormat
from modelcatalog.providers.vllm.engine import Engine
from modelcatalog.providers.vllm.loop_thread import LoopThread
from modelcatalog.providers.vllm.sampling import Output, sampling_params

# vllm.RequestOutput
RequestOutput = Any


class VllmModel:
    """One model, from any thread and any event loop.

        client.generate("Once upon", max_tokens=20)        # vLLM's RequestOutput
        await client.agenerate("Once upon", max_tokens=20)
        client.engine                                      # vLLM's own AsyncLLM, whose loop is not yours
        client.close()

    The engine starts when it is first used, or with `start`, and takes calls as they come: it puts them into batches by
    itself. At most `max_connections` are under way at once. `timeout` is in seconds: for a whole answer, and for each
    piece of one that is streamed. The arguments of a call are fields of vLLM's SamplingParams.
    """

    def __init__(
        self,
        engine_args: Any,
        *,
        max_connections: int = 32,
        timeout: float | None = None,
        token: str | Literal[False] | None = None,
        chat_template: str | None = None,
        template_kwargs: Mapping[str, Any] | None = None,
        emulate_tools: bool | None = None,
    ) -> None:
        self.engine_args = engine_args
        self.max_connections = max_connections
        self.timeout = timeout
        self._format = (chat_template, template_kwargs, emulate_tools)
        self._core = Engine(engine_args, token)
        self._thread = LoopThread("modelcatalog-vllm")
        self._places = asyncio.Semaphore(max_connections)
        self._numbers = count(1)
        # Also when the caller forgets, and when the interpreter ends: no process is left behind.
        self._finalizer = weakref.finalize(self, self._thread.stop, self._core.shutdown)

    def __repr__(self) -> str:
        state = "closed" if not self._finalizer.alive else self._core.state
        return f"<{type(self).__name__} {self.engine_args.model}: {state}>"

    @property
    def engine(self) -> Any:
        """The AsyncLLM of vLLM, started if it wasn't. Its coroutines belong to the loop of our thread."""
        self.start()
        return self._core.engine

    @cached_property
    def tokenizer(self) -> Any:
        """The engine's tokenizer."""
        return self.engine.renderer.tokenizer

    @cached_property
    def format(self) -> ChatFormat:
        """How chats with this model are written."""
        if self.tokenizer is None:
            raise ArgumentError("A chat needs the tokenizer.", argument="skip_tokenizer_init")
        return ChatFormat(self.tokenizer, *self._format)

    @property
    def models(self) -> list[str]:
        """The names under which the engine serves its model."""
        named = self.engine_args.served_model_name or self.engine_args.model
        return [named] if isinstance(named, str) else list(named)

    def start(self) -> None:
        """Load the model, unless that is done. Raises EngineError or ArgumentError, which say what is missing."""
        self._thread.call(self._started())

    async def astart(self) -> None:
        """`start`, without holding up this event loop."""
        await self._thread.acall(self._started())

    def generate(self, prompt: Any, **sampling: Any) -> RequestOutput:
        """A whole answer to a text, to a list of token ids, or to any other prompt of vLLM's."""
        return self._thread.call(_last(self._outputs(prompt, sampling, "FINAL_ONLY")))

    async def agenerate(self, prompt: Any, **sampling: Any) -> RequestOutput:
        """`generate`, for an event loop."""
        return await self._thread.acall(_last(self._outputs(prompt, sampling, "FINAL_ONLY")))

    def stream(self, prompt: Any, **sampling: Any) -> Iterator[RequestOutput]:
        """The answer as it is written; each output holds what is new. Leaving early stops the engine's work on it."""
        return self._thread.iterate(self._outputs(prompt, sampling, "DELTA"))

    def astream(self, prompt: Any, **sampling: Any) -> AsyncIterator[RequestOutput]:
        """`stream`, for an event loop."""
        return self._thread.aiterate(self._outputs(prompt, sampling, "DELTA"))

    def close(self) -> None:
        """End the engine and its processes; calls that are under way end with an error."""
        self._finalizer()

    async def aclose(self) -> None:
        """`close`, without holding up this event loop."""
        await asyncio.to_thread(self._finalizer)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    async def __aenter__(self) -> Self:
        await self.astart()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    async def _started(self) -> Any:
        return await self._core.started()

    async def _outputs(
        self, prompt: Any, sampling: Mapping[str, Any], output: Output
    ) -> AsyncGenerator[RequestOutput]:
        engine = await self._started()
        params = sampling_params(sampling, self._core.defaults, output)
        async with self._places:
            number = f"modelcatalog-{next(self._numbers)}"
            pieces = engine.generate(self._input(engine, prompt), params, number)
            async with aclosing(pieces):
                while (piece := await self._next(pieces)) is not None:
                    yield piece

    async def _next(self, pieces: AsyncGenerator[RequestOutput]) -> RequestOutput | None:
        try:
            async with asyncio.timeout(self.timeout):
                return await anext(pieces, None)
        except ModelCatalogError:
            raise
        except Exception as error:
            raise self._core.explained(error) from error

    def _input(self, engine: Any, prompt: Any) -> Any:
        tokens_input = import_module("vllm.inputs").tokens_input
        if isinstance(prompt, str):
            return tokens_input(engine.renderer.tokenizer.encode(prompt), prompt=prompt)
        if isinstance(prompt, list):
            return tokens_input(prompt)
        return prompt


async def _last(outputs: AsyncGenerator[RequestOutput]) -> RequestOutput:
    last = None
    async with aclosing(outputs) as pieces:
        async for piece in pieces:
            last = piece
    if last is None:
        raise AnswerError("The engine gave no answer.")
    return last
