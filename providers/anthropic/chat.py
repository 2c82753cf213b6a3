"""The uniform calls with the clients of the anthropic SDK."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcatalog.providers.anthropic.codec import Pieces, keywords, reply
from modelcatalog.providers.openai.chat import Completions

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall, ChatReply


class Messages(Completions):
    """Anthropic's messages, with a client that is made like openai's."""

    SEND = "messages.with_raw_response.create"
    OPEN = "messages.create"
    DECODER = Pieces

    def encode(self, client: Any, call: ChatCall, *, stream: bool) -> dict[str, Any]:
        return keywords(call, stream=stream)

    def decode(self, answer: Any, call: ChatCall) -> ChatReply:
        return reply(answer)


CALLS = Messages()
