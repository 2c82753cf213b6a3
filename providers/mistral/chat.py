"""The uniform calls with the clients of the mistralai SDK."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar

from modelcatalog.providers.adapter.chat_types import ChatChunk, ChatReply
from modelcatalog.providers.chat import completions_codec as codec
from modelcatalog.providers.chat.calls import ChatCalls
from modelcatalog.providers.chat.guard import Guard
from modelcatalog.providers.openai.chat import names_in

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall

_Ended = TypeVar("_Ended", ChatReply, ChatChunk)


class MistralCompletions(ChatCalls):
    """Chat completions, with one client whose methods for async code have names of their own."""

    def encode(self, client: Any, call: ChatCall, *, stream: bool) -> dict[str, Any]:
        """OpenAI's keywords, but for the name of the seed."""
        sent = codec.keywords(call, host="", stream=False)
        del sent["stream"]
        if "seed" in sent:
            sent["random_seed"] = sent.pop("seed")
        return sent

    def send(self, client: Any, sent: dict[str, Any]) -> Any:
        return client.chat.complete(**sent)

    def asend(self, client: Any, sent: dict[str, Any]) -> Any:
        return client.chat.complete_async(**sent)

    def open(self, client: Any, sent: dict[str, Any]) -> Any:
        return client.chat.stream(**sent)

    def aopen(self, client: Any, sent: dict[str, Any]) -> Any:
        return client.chat.stream_async(**sent)

    def decode(self, answer: Any, call: ChatCall) -> ChatReply:
        return _named(codec.reply(answer))

    def decoder(self, call: ChatCall) -> Pieces:
        return Pieces()

    def guard(self, client: Any, call: ChatCall | None, *, stream: bool = False, path: str = "") -> Guard:
        # Whatever the SDK raises on a response, one of success is no refusal.
        return Guard(unreadable=frozenset({"MistralError", "MistralAzureError"}))

    def models(self, client: Any, path: str) -> Any:
        try:
            return client.models.list()
        except _other_form() as error:
            return error

    async def amodels(self, client: Any, path: str) -> Any:
        try:
            return await client.models.list_async()
        except _other_form() as error:
            return error

    def model_names(self, answer: Any) -> list[str]:
        # An error of the SDK's holds the response, an answer doesn't.
        response = getattr(answer, "raw_response", None)
        return names_in(answer.model_dump() if response is None else response.json())


class Pieces(codec.Pieces):
    """Puts a streamed answer together."""

    def take(self, event: Any) -> Iterator[ChatChunk]:
        return super().take(event.data)

    def end(self) -> ChatChunk:
        return _named(super().end())


def _other_form() -> type[Exception]:
    """What the SDK raises for a list in OpenAI's form, whose items lack the type that Mistral's have."""
    error: type[Exception] = import_module("mistralai.client.errors").ResponseValidationError
    return error


def _named(ended: _Ended) -> _Ended:
    """With the uniform word for the end of the model's window."""
    return replace(ended, stop_reason="length") if ended.stop_reason == "model_length" else ended


CALLS = MistralCompletions()
