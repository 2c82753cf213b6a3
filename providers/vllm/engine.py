"""Starting and ending vLLM's engine."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any, Literal

from modelcatalog.providers.adapter.packages import Resting
from modelcatalog.providers.vllm.environment import variables
from modelcatalog.providers.vllm.failure import death, start_error
from modelcatalog.providers.vllm.log import EngineLog

# For the engine's processes to end by themselves; those that are killed leave shared memory behind.
_SECONDS = 30.0


def import_vllm() -> Any:
    """The module vllm, imported without a word on standard output. Raises EngineError when it can't be."""
    import logging

    root = logging.getLogger("vllm")
    if not root.handlers:
        root.addHandler(logging.NullHandler())  # it logs before it has set up its log
    with Resting(), variables():
        try:
            import_module("vllm.engine.arg_utils")
            return import_module("vllm")
        except ImportError as error:
            raise start_error(error, None) from error


class Engine:
    """vLLM's AsyncLLM, from its arguments to its end. All but the constructor belongs into one event loop."""

    def __init__(self, engine_args: Any, token: str | Literal[False] | None = None) -> None:
        self.engine: Any = None
        self.defaults: Mapping[str, Any] = {}
        self.state: Literal["not started", "running", "failed", "closed"] = "not started"
        self._failed: Exception | None = None
        self._starting = asyncio.Lock()
        self._token = token
        self._log = EngineLog(engine_args.log_level)
        if engine_args.use_tqdm_on_load:
            engine_args.use_tqdm_on_load = sys.stderr.isatty()
        try:
            self._config = self._configured(engine_args)
        except BaseException:
            self._log.remove()
            raise
        self._options = {
            "disable_log_stats": engine_args.disable_log_stats,
            "enable_log_requests": engine_args.enable_log_requests,
        }

    async def started(self) -> Any:
        """The engine; the first time, it is started and has answered once. Raises EngineError or ArgumentError."""
        async with self._starting:
            if self._failed is not None:
                raise self._failed
            if self.engine is None:
                try:
                    await self._start()
                except Exception as error:  # whatever it is, it gets words
                    self._failed = start_error(error, self._log.cause())
                    self.state = "failed"
                    self._end()
                    raise self._failed from error
            return self.engine

    def explained(self, error: Exception) -> Exception:
        """The error of a call; that of an engine that died, with the reason."""
        if type(error).__name__ != "EngineDeadError":
            return error
        self.state = "failed"
        return death(self._log.cause())

    def shutdown(self) -> None:
        """End the processes. Never raises; nothing happens when there are none."""
        self._end()
        self.state = "closed"
        self._log.remove()

    def _configured(self, engine_args: Any) -> Any:
        """The check of the arguments by vLLM itself, which reads the model's configuration."""
        with variables(self._log.config, self._token):
            try:
                return engine_args.create_engine_config()
            except Exception as error:
                raise start_error(error, None) from error

    async def _start(self) -> None:
        kind = import_module("vllm.v1.engine.async_llm").AsyncLLM
        with variables(self._log.config, self._token):
            self.engine = kind.from_vllm_config(self._config, **self._options)
            self.defaults = self.engine.model_config.get_diff_sampling_param()
            await self._answer_once()
        self.state = "running"

    async def _answer_once(self) -> None:
        """Some models load and then fail at their first token; and the first answer takes seconds more than others."""
        prompt = import_module("vllm.inputs").tokens_input([0])
        params = import_module("vllm").SamplingParams(max_tokens=1)
        async for _ in self.engine.generate(prompt, params, "modelcatalog-0"):
            pass

    def _end(self) -> None:
        engine, self.engine = self.engine, None
        if engine is not None:
            engine.shutdown(timeout=_SECONDS)
