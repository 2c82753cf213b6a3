"""The uniform calls: how one becomes a request to Acme, and what the answer holds. Loaded with the first call."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

from modelcatalog.providers.adapter.chat_types import AnswerError, ChatCall, ChatChunk, ChatReply
from modelcatalog.providers.chat.calls import ChatCalls


class AcmeError(Exception):
    """The service refused. `Adapter.failure` explains it by these attributes."""

    def __init__(self, response: Any) -> None:
        super().__init__(f"HTTP status {response.status_code}")
        self.status_code: int = response.status_code
        self.body: str = response.text
        self.request = response.request


class Say(ChatCalls):
    def encode(self, client: Any, call: ChatCall, *, stream: bool) -> dict[str, Any]:
        return {"model": call.model, "text": call.messages[-1]["content"], **call.extra}

    def send(self, client: Any, sent: dict[str, Any]) -> Any:
        return client.http.post("/say", json=sent)

    def decode(self, answer: Any, call: ChatCall) -> ChatReply:
        body = _body(answer)
        if not isinstance(body, dict) or "said" not in body:
            raise AnswerError("The answer has nothing that was said")
        return ChatReply(body["said"], stop_reason="stop", raw=answer)

    def models(self, client: Any, path: str) -> Any:
        return client.http.get(path)

    def model_names(self, answer: Any) -> list[str]:
        return [str(name) for name in _body(answer)]

    # Acme has no streams: the whole answer is the only piece. Another service would have `open` and `decoder` here.
    def stream(self, client: Any, call: ChatCall) -> Iterator[ChatChunk]:
        yield from _pieces(self.chat(client, call))

    async def astream(self, client: Any, call: ChatCall) -> AsyncIterator[ChatChunk]:
        for piece in _pieces(await self.achat(client, call)):
            yield piece


def _body(answer: Any) -> Any:
    if not answer.is_success:
        raise AcmeError(answer)
    return answer.json()


def _pieces(reply: ChatReply) -> Iterator[ChatChunk]:
    yield ChatChunk(reply.text, raw=reply.raw)
    yield ChatChunk("", stop_reason=reply.stop_reason)


CALLS = Say()
