"""The uniform calls with a client of goodfire."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcatalog.providers.chat.calls import ChatCalls
from modelcatalog.providers.chat.completions_json import ObjectPieces, reply
from modelcatalog.providers.chat.guard import Guard

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall, ChatReply

_NAMES = {"max_tokens": "max_completion_tokens"}
_OPTIONS = ("max_tokens", "temperature", "top_p", "stop", "seed")


class GoodfireCompletions(ChatCalls):
    """Chat completions without tools."""

    def encode(self, client: Any, call: ChatCall, *, stream: bool) -> dict[str, Any]:
        if call.tools:
            raise ValueError("goodfire has no tools of its own: call it without emulate_tools=false")
        messages = [{"role": one["role"], "content": one["content"]} for one in call.messages]
        sent: dict[str, Any] = {"model": call.model, "messages": messages}
        if any(one["role"] == "system" for one in messages):
            sent["system_prompt"] = ""  # the async client would put its own before it
        sent |= call.extra
        given = {name: getattr(call, name) for name in _OPTIONS}
        return sent | {_NAMES.get(name, name): value for name, value in given.items() if value is not None}

    def send(self, client: Any, sent: dict[str, Any]) -> Any:
        return client.chat.completions.create(**sent)

    def open(self, client: Any, sent: dict[str, Any]) -> Any:
        return client.chat.completions.create(**sent, stream=True)

    def decode(self, answer: Any, call: ChatCall) -> ChatReply:
        return reply(answer.model_dump(), answer)

    def decoder(self, call: ChatCall) -> ObjectPieces:
        return ObjectPieces(lambda chunk: chunk.model_dump())

    def guard(self, client: Any, call: ChatCall | None, *, stream: bool = False, path: str = "") -> Guard:
        # The SDK hides its responses, and its exceptions don't hold the address.
        return Guard(url=f"{client.chat.completions.base_url}/api/inference/v1/chat/completions")


CALLS = GoodfireCompletions()
