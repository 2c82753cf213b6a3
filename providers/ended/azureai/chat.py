"""The uniform calls with a client of azure-ai-inference."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from modelcatalog.providers.chat.calls import ChatCalls
from modelcatalog.providers.chat.completions_codec import keywords
from modelcatalog.providers.chat.completions_json import ObjectPieces, reply
from modelcatalog.providers.chat.guard import Guard

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall, ChatReply


class AzureCompletions(ChatCalls):
    """Chat completions, with a client of azure-core."""

    def encode(self, client: Any, call: ChatCall, *, stream: bool) -> dict[str, Any]:
        sent = keywords(call, host="", stream=stream)
        sent.pop("stream_options", None)  # the SDK has no such keyword; services send the usage unasked
        if isinstance(sent.get("stop"), str):
            sent["stop"] = [sent["stop"]]
        return sent

    def send(self, client: Any, sent: dict[str, Any]) -> Any:
        return client.complete(**sent)

    def open(self, client: Any, sent: dict[str, Any]) -> Any:
        return client.complete(**sent)

    def decode(self, answer: Any, call: ChatCall) -> ChatReply:
        return reply(answer.as_dict() if hasattr(answer, "as_dict") else answer, answer)

    def decoder(self, call: ChatCall) -> ObjectPieces:
        return ObjectPieces(lambda chunk: chunk.as_dict())

    def guard(self, client: Any, call: ChatCall | None, *, stream: bool = False, path: str = "") -> Guard:
        return HookGuard(theirs=_TIMEOUTS, cut=_CUT, unreadable=_UNREADABLE)


# Of azure-core, and of requests and aiohttp below it.
_TIMEOUTS = frozenset({"ServiceResponseTimeoutError"})
_CUT = frozenset(
    {"IncompleteReadError", "ServiceRequestError", "ServiceResponseError", "OSError", "ClientError"}
)
_UNREADABLE = frozenset({"DecodeError", "TypeError", "AttributeError", "KeyError"})


class HookGuard(Guard):
    """Neither the answers nor the exceptions of azure-core hold the request: hooks that go with the call see it."""

    def prepared(self, sent: dict[str, Any]) -> dict[str, Any]:
        hooks = {"raw_request_hook": self._see_request, "raw_response_hook": self._see_response}
        return {**sent, **{name: _both(ours, sent.get(name)) for name, ours in hooks.items()}}

    def response_of(self, answer: Any) -> Any:
        return None

    def _see_request(self, request: Any) -> None:
        self.url, self.method = request.http_request.url, request.http_request.method

    def _see_response(self, answer: Any) -> None:
        self.take(answer.http_response)


def _both(ours: Callable[[Any], None], theirs: Callable[[Any], Any] | None) -> Callable[[Any], Any]:
    """A hook that calls ours and the caller's own."""
    if theirs is None:
        return ours

    def both(value: Any) -> Any:
        ours(value)
        return theirs(value)

    return both


CALLS = AzureCompletions()
