"""What `resolve` gives: the vendor's client, and what it takes to use and to close it."""

from __future__ import annotations

import sys
from collections.abc import AsyncGenerator, Generator, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Self, TypeVar

from modelcatalog.catalog.diagnostics.errors import ArgumentError, ProviderCallError, UsageError
from modelcatalog.resolver.misuse import method, missing_attribute

if TYPE_CHECKING:
    from types import TracebackType

    from modelcatalog.providers.adapter.adapter import Adapter, Built
    from modelcatalog.providers.adapter.chat_types import ChatCall, ChatChunk, ChatReply
    from modelcatalog.providers.adapter.tool_types import Tool
    from modelcatalog.resolver.planning.plan import Plan

Client = TypeVar("Client")
Messages = str | Sequence[Mapping[str, Any]]
Tools = Sequence["Tool | Mapping[str, Any]"]


class _Resolved(Generic[Client]):
    """`client` is the SDK's own object, `model` the name to give it, `request_args` keywords for each of its calls."""

    def __init__(self, plan: Plan, built: Built, adapter: Adapter, request_args: Mapping[str, Any]) -> None:
        self.client: Client = built.client
        self.model: str = plan.model
        self.request_args = request_args
        self.plan = plan
        self._built = built
        self._adapter = adapter

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.plan.ref}: {self.plan.client}, model {self.model!r}>"

    def __reduce__(self) -> NoReturn:
        raise TypeError("a resolved model holds a key and an open client: resolve the name again instead")

    # Hidden from type checkers, which would let pass every name.
    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            if name.startswith("_") or "_built" not in vars(self):
                raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")
            raise missing_attribute(self, name)

    def _call(
        self, messages: Messages, options: Mapping[str, Any], others: Mapping[str, Any] = MappingProxyType({})
    ) -> ChatCall:
        from modelcatalog.providers.adapter.chat_types import ChatCall
        from modelcatalog.resolver.chat_options import check_options

        check_options(self.plan, self._adapter, others)
        emulates = self._built.emulates_tools
        return ChatCall.of(
            self.model, messages, self.request_args, {**options, **others}, emulate_tools=emulates
        )

    def _failed(
        self,
        error: Exception,
        handled: BaseException | None,
        messages: Messages = "",
        options: Mapping[str, Any] = MappingProxyType({}),
    ) -> ProviderCallError | ArgumentError:
        """Our error for a call that failed. `handled` is what was being handled when it was made."""
        from modelcatalog.resolver.call_errors import call_error, encoding_error

        failed = call_error(self.plan, self._adapter, error, handled)
        return encoding_error(error, failed.step, messages, options) or failed


class ResolvedModel(_Resolved[Client]):
    """A model with the SDK's async client. Use it in one event loop, and close it: `async with resolve(...) as m:`."""

    @method
    async def chat(
        self,
        messages: Messages,
        *,
        tools: Tools | None = None,
        max_tokens: int | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        stop: str | Sequence[str] | None = None,
        seed: int | None = None,
        tool_choice: str | None = None,
        **others: Any,
    ) -> ChatReply:
        """One answer. `messages` is a text, or a list of {"role", "content"}.

        What is None is not sent. `tool_choice` is auto, none, required or a tool's name; `others` are keywords of the
        SDK's own call. Raises ArgumentError before anything is sent, and ProviderCallError.
        """
        options = _options(tools, max_tokens, temperature, top_p, stop, seed, tool_choice)
        call = self._call(messages, options, others)
        handled = sys.exception()
        try:
            return await self._adapter.achat(self.client, call)
        except ArgumentError:
            raise
        except Exception as error:
            raise self._failed(error, handled, messages, {**options, **others}) from error

    @method
    async def stream(
        self,
        messages: Messages,
        *,
        tools: Tools | None = None,
        max_tokens: int | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        stop: str | Sequence[str] | None = None,
        seed: int | None = None,
        tool_choice: str | None = None,
        **others: Any,
    ) -> AsyncGenerator[ChatChunk, None]:
        """The answer piece by piece, as it is written. Takes what `chat` takes."""
        options = _options(tools, max_tokens, temperature, top_p, stop, seed, tool_choice)
        call = self._call(messages, options, others)
        handled = sys.exception()
        try:
            async for chunk in self._adapter.astream(self.client, call):
                yield chunk
        except ArgumentError:
            raise
        except Exception as error:
            raise self._failed(error, handled, messages, {**options, **others}) from error

    async def aclose(self) -> None:
        """Close what we opened; an `http_client` of yours stays open."""
        if self._built.aclose is not None:
            await self._built.aclose()

    async def __aenter__(self) -> Self:
        if self._built.aopen is not None:
            handled = sys.exception()
            try:
                self.client = await self._built.aopen()
            except ArgumentError:
                raise
            except Exception as error:
                raise self._failed(error, handled) from error
        return self

    def __await__(self) -> Generator[Any, None, Self]:
        """`model = await resolve(...)`: the model, opened. `aclose` it when it is no longer needed."""
        return self.__aenter__().__await__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    # Hidden from type checkers, which then report it where it is written.
    if not TYPE_CHECKING:

        def __enter__(self) -> NoReturn:
            name = f"resolve({self.plan.ref.requested!r}"
            raise UsageError(
                f"This model is async. Write `async with {name}) as model:`, or `with {name}, sync=True) as model:`."
            )

        def __exit__(self, *_: object) -> None:
            """Needed for `__enter__` to be reached."""


class SyncResolvedModel(_Resolved[Client]):
    """A model with the SDK's sync client: `with resolve(..., sync=True) as m:`."""

    @method
    def chat(
        self,
        messages: Messages,
        *,
        tools: Tools | None = None,
        max_tokens: int | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        stop: str | Sequence[str] | None = None,
        seed: int | None = None,
        tool_choice: str | None = None,
        **others: Any,
    ) -> ChatReply:
        """One answer; see `ResolvedModel.chat`."""
        options = _options(tools, max_tokens, temperature, top_p, stop, seed, tool_choice)
        call = self._call(messages, options, others)
        handled = sys.exception()
        try:
            return self._adapter.chat(self.client, call)
        except ArgumentError:
            raise
        except Exception as error:
            raise self._failed(error, handled, messages, {**options, **others}) from error

    @method
    def stream(
        self,
        messages: Messages,
        *,
        tools: Tools | None = None,
        max_tokens: int | None = None,
        temperature: float | None = None,
        top_p: float | None = None,
        stop: str | Sequence[str] | None = None,
        seed: int | None = None,
        tool_choice: str | None = None,
        **others: Any,
    ) -> Iterator[ChatChunk]:
        """The answer piece by piece, as it is written. Takes what `chat` takes."""
        options = _options(tools, max_tokens, temperature, top_p, stop, seed, tool_choice)
        call = self._call(messages, options, others)
        handled = sys.exception()
        try:
            yield from self._adapter.stream(self.client, call)
        except ArgumentError:
            raise
        except Exception as error:
            raise self._failed(error, handled, messages, {**options, **others}) from error

    def close(self) -> None:
        """Close what we opened; an `http_client` of yours stays open."""
        if self._built.close is not None:
            self._built.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # As above.
    if not TYPE_CHECKING:

        def __await__(self) -> NoReturn:
            raise UsageError("This model is sync. Leave out await, or sync=True.")

        def __aenter__(self) -> NoReturn:
            name = f"resolve({self.plan.ref.requested!r}"
            raise UsageError(
                f"This model is sync. Write `with {name}, sync=True) as model:`, or `async with {name}) as model:`."
            )

        def __aexit__(self, *_: object) -> None:
            """Needed for `__aenter__` to be reached."""


def _options(
    tools: Tools | None,
    max_tokens: int | None,
    temperature: float | None,
    top_p: float | None,
    stop: str | Sequence[str] | None,
    seed: int | None,
    tool_choice: str | None,
) -> dict[str, Any]:
    return {
        "tools": tools,
        "max_tokens": max_tokens,
        "temperature": temperature,
        "top_p": top_p,
        "stop": stop,
        "seed": seed,
        "tool_choice": tool_choice,
    }
