"""How answers of generateContent are decoded and guarded, whichever of Google's SDKs asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from modelcatalog.providers.chat.calls import ChatCalls
from modelcatalog.providers.google.decoder import Pieces, reply
from modelcatalog.providers.google.request_tracking import TrackingGuard

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall, ChatReply


class GenerateContent(ChatCalls):
    """The half of a call that Google's SDKs share. A blocked prompt or answer is a reply."""

    def decode(self, answer: Any, call: ChatCall) -> ChatReply:
        return reply(answer)

    def decoder(self, call: ChatCall) -> Pieces:
        return Pieces()

    def guard(
        self, client: Any, call: ChatCall | None, *, stream: bool = False, path: str = ""
    ) -> TrackingGuard:
        return TrackingGuard()
