"""The uniform calls with a client of Workers AI."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcatalog.providers.chat.calls import MOST_MODELS, ChatCalls
from modelcatalog.providers.chat.completions_codec import keywords
from modelcatalog.providers.cloudflare.decoder import Pieces, reply

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall, ChatReply


class Runs(ChatCalls):
    """Runs of a model. Raises WorkersAIError, httpx2's exceptions, or AnswerError."""

    def encode(self, client: Any, call: ChatCall, *, stream: bool) -> dict[str, Any]:
        """The body has the fields of OpenAI's; the model is in the path."""
        sent = keywords(call, host="", stream=False)
        del sent["stream"]
        return sent

    def send(self, client: Any, sent: dict[str, Any]) -> Any:
        return client.run(**sent)

    def open(self, client: Any, sent: dict[str, Any]) -> Any:
        return client.stream(**sent)

    def decode(self, answer: Any, call: ChatCall) -> ChatReply:
        return reply(answer, call)

    def decoder(self, call: ChatCall) -> Pieces:
        return Pieces(call)

    def models(self, client: Any, path: str) -> Any:
        return client.models(per_page=MOST_MODELS)

    def model_names(self, answer: Any) -> list[str]:
        names = (model.get("name") for model in answer[:MOST_MODELS] if isinstance(model, dict))
        return [name for name in names if isinstance(name, str)]


CALLS = Runs()
