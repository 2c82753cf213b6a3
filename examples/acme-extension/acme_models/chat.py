"""The uniform calls: how one becomes a request to Acme, and what the answer holds. Loaded with the first call."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.providers.adapter.chat_types import AnswerError, ChatCall, ChatChunk, ChatReply
from modelcatalog.providers.chat.calls import ChatCalls
from modelcatalog.providers.chat.guard import Guard

OPTIONS = ("max_tokens", "temperature", "stop")
WITHOUT = ("top_p", "seed", "tools")


class Say(ChatCalls):
    SEND = "say"
    OPEN = "stream"

    def encode(self, client: Any, call: ChatCall, *, stream: bool) -> dict[str, Any]:
        for name in WITHOUT:
            if getattr(call, name) not in (None, ()):
                raise ArgumentError(f"Acme has no {name}.", argument=name)
        given = {name: getattr(call, name) for name in OPTIONS}
        options = {name: value for name, value in given.items() if value is not None}
        return {"model": call.model, "messages": list(call.messages), **call.extra, **options}

    def decode(self, answer: Any, call: ChatCall) -> ChatReply:
        body = answer.json()
        if not isinstance(body, dict) or "said" not in body:
            raise AnswerError("The answer has nothing that was said")
        return ChatReply(body["said"], stop_reason=body.get("end"), raw=answer)

    def decoder(self, call: ChatCall) -> Pieces:
        return Pieces()

    def guard(self, client: Any, call: ChatCall | None, *, stream: bool = False, path: str = "") -> Guard:
        # A stream is a generator, which has no response to ask for its address.
        return Guard(url=f"{str(client.http.base_url).rstrip('/')}/say") if stream else Guard()

    def models(self, client: Any, path: str) -> Any:
        return client.models(path)

    def model_names(self, answer: Any) -> list[str]:
        return [str(name) for name in answer.json()]


class Pieces:
    """Puts a streamed answer together."""

    def __init__(self) -> None:
        self.stop_reason: str | None = None

    def take(self, event: Mapping[str, Any]) -> Iterator[ChatChunk]:
        if not isinstance(event, dict):
            raise AnswerError("A line of the stream is no object")
        self.stop_reason = event.get("end", self.stop_reason)
        if event.get("said"):
            yield ChatChunk(event["said"], raw=event)

    def end(self) -> ChatChunk:
        if self.stop_reason is None:
            raise AnswerError("The stream broke off before its end")
        return ChatChunk("", stop_reason=self.stop_reason)


CALLS = Say()
