"""What `resolve` gives: the vendor's client, and what it takes to use and to close it."""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, NoReturn, Self, TypeVar

from modelcatalog.catalog.diagnostics.errors import ArgumentError, ProviderCallError
from modelcatalog.catalog.redaction.secret import live_secrets, redact_exception
from modelcatalog.providers.adapter.chat_types import ChatCall, ChatChunk, ChatReply
from modelcatalog.resolver.credentials.environment import secret_values

if TYPE_CHECKING:
    from types import TracebackType

    from modelcatalog.providers.adapter.adapter import Adapter, Built
    from modelcatalog.resolver.planning.plan import Plan

Client = TypeVar("Client")
Messages = str | Sequence[Mapping[str, Any]]


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

    def _call(self, messages: Messages, options: Mapping[str, Any]) -> ChatCall:
        listed = [{"role": "user", "content": messages}] if isinstance(messages, str) else list(messages)
        return ChatCall.of(
            self.model, listed, self.request_args, options, emulate_tools=self._built.emulates_tools
        )

    def _failed(
        self,
        error: Exception,
        handled: BaseException | None,
        messages: Messages = "",
        options: Mapping[str, Any] = MappingProxyType({}),
    ) -> ProviderCallError | ArgumentError:
        """Our error for a call that failed. `handled` is what was being handled when it was made."""
        failed = call_error(self.plan, self._adapter, error, handled)
        return _encoding_error(error, failed.step, messages, options) or failed


def _encoding_error(
    error: Exception, step: str, messages: Messages, options: Mapping[str, Any]
) -> ArgumentError | None:
    """Which text of the call can't be encoded, where that is why nothing was sent."""
    from modelcatalog.providers.chat.unencodable import unencodable
    from modelcatalog.providers.failures.transport import causes

    if step != "local" or not any(isinstance(one, UnicodeEncodeError) for one in causes(error, hidden=False)):
        return None
    found = unencodable({"messages": messages, **options})
    return found and ArgumentError(f"{found}", argument=found.place.partition("[")[0])


def call_error(
    plan: Plan, adapter: Adapter, error: Exception, handled: BaseException | None = None
) -> ProviderCallError:
    """Our error for one of the SDK's: where it happened, which URL it was, and no secret.

    What was being `handled` when the call was made is no cause of it.
    """
    from modelcatalog.catalog.redaction.exceptions import sent_secrets
    from modelcatalog.providers.failures.transport import apart_from

    secrets = (*known_secrets(plan), *sent_secrets(error))
    with apart_from(handled):
        failure = adapter.failure(error, secrets)
    redact_exception(error, secrets)
    where = f" for {failure.method or 'POST'} {failure.url}" if failure.url else ""
    status = f"{failure.status}" if failure.status else failure.detail.rstrip(".")
    detail = f": {failure.detail}" if failure.status and failure.detail else ""
    message = f"{plan.ref} failed at {failure.step}: {status}{where}{detail}".rstrip(".") + "."
    return ProviderCallError(message, step=failure.step, status=failure.status, url=failure.url)


def known_secrets(plan: Plan) -> tuple[str, ...]:
    """Whatever a service may have echoed: the plan's own, every other that this process holds, and those that an SDK
    finds by itself (the keys of AWS).
    """
    return tuple(dict.fromkeys([*plan.secrets, *live_secrets(), *secret_values()]))


class ResolvedModel(_Resolved[Client]):
    """A model with the SDK's async client. Use it in one event loop, and close it: `async with resolve(...) as m:`."""

    async def chat(self, messages: Messages, **options: Any) -> ChatReply:
        """One answer. `messages` is a text, or a list of {"role", "content"}; options: tools, max_tokens, temperature,
        top_p, stop, seed, tool_choice, and what the SDK's own call takes. Raises ProviderCallError.
        """
        handled = sys.exception()
        try:
            return await self._adapter.achat(self.client, self._call(messages, options))
        except ArgumentError:
            raise
        except Exception as error:
            raise self._failed(error, handled, messages, options) from error

    async def stream(self, messages: Messages, **options: Any) -> AsyncIterator[ChatChunk]:
        """The answer piece by piece, as it is written. Takes what `chat` takes."""
        handled = sys.exception()
        try:
            async for chunk in self._adapter.astream(self.client, self._call(messages, options)):
                yield chunk
        except ArgumentError:
            raise
        except Exception as error:
            raise self._failed(error, handled, messages, options) from error

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

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()


class SyncResolvedModel(_Resolved[Client]):
    """A model with the SDK's sync client: `with resolve(..., sync=True) as m:`."""

    def chat(self, messages: Messages, **options: Any) -> ChatReply:
        """One answer; see `ResolvedModel.chat`."""
        handled = sys.exception()
        try:
            return self._adapter.chat(self.client, self._call(messages, options))
        except ArgumentError:
            raise
        except Exception as error:
            raise self._failed(error, handled, messages, options) from error

    def stream(self, messages: Messages, **options: Any) -> Iterator[ChatChunk]:
        """The answer piece by piece, as it is written."""
        handled = sys.exception()
        try:
            yield from self._adapter.stream(self.client, self._call(messages, options))
        except ArgumentError:
            raise
        except Exception as error:
            raise self._failed(error, handled, messages, options) from error

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
