"""Gemini's answers, as objects of any of Google's SDKs, read into uniform replies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from modelcatalog.providers.adapter.chat_types import AnswerError, ChatChunk, ChatReply, Usage
from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.providers.google.codec import new_id, signed

# A blocked prompt or answer is a reply, whose stop reason says so; it is no error.
_BLOCKED = {
    "SAFETY",
    "BLOCKLIST",
    "PROHIBITED_CONTENT",
    "SPII",
    "RECITATION",
    "IMAGE_SAFETY",
    "IMAGE_PROHIBITED_CONTENT",
    "IMAGE_RECITATION",
    "MODEL_ARMOR",
    "JAILBREAK",
}
_UNSAID = {"FINISH_REASON_UNSPECIFIED", "BLOCK_REASON_UNSPECIFIED", "BLOCKED_REASON_UNSPECIFIED", "0", ""}


class Pieces:
    """Puts an answer together, whole or streamed: text goes out at once, the rest when the end has come."""

    def __init__(self) -> None:
        self.count = 0
        self.calls: list[ToolCall] = []
        self.usage: Usage | None = None
        self.model: str | None = None
        self._stop_reason: str | None = None

    def take(self, response: Any) -> Iterator[ChatChunk]:
        """What a response of the SDK adds to the text, if anything."""
        self.usage = _usage(response) or self.usage
        self.model = getattr(response, "model_version", None) or self.model
        blocked = _word(getattr(getattr(response, "prompt_feedback", None), "block_reason", None))
        if blocked is not None:
            self.count += 1
            self._stop_reason = _reason(blocked)
        for candidate in list(getattr(response, "candidates", None) or ())[:1]:
            self.count += 1
            ended = _word(getattr(candidate, "finish_reason", None))
            self._stop_reason = self._stop_reason if ended is None else _reason(ended)
            for part in getattr(getattr(candidate, "content", None), "parts", None) or ():
                if (called := _call(part)) is not None:
                    self.calls.append(called)
                elif part.text and not getattr(part, "thought", None):
                    yield ChatChunk(part.text, raw=response)

    @property
    def stop_reason(self) -> str | None:
        """Why the model ended, in uniform words where there is one; None when it hasn't."""
        return "tool_calls" if self.calls and self._stop_reason == "stop" else self._stop_reason

    def end(self) -> ChatChunk:
        """The last piece. Raises AnswerError for an empty stream, or one that broke off."""
        if not self.count:
            raise AnswerError("The stream was empty")
        if self.stop_reason is None:
            raise AnswerError(f"The stream broke off after {self.count} pieces, before the model had ended")
        return ChatChunk("", tuple(self.calls), self.stop_reason, self.usage)


def reply(response: Any) -> ChatReply:
    """The answer in a response. Raises AnswerError when there is none in it."""
    pieces = Pieces()
    text = "".join(chunk.text for chunk in pieces.take(response))
    if not pieces.count:
        raise AnswerError("The answer holds no candidate")
    return ChatReply(text, tuple(pieces.calls), pieces.usage, pieces.stop_reason, pieces.model, response)


def _call(part: Any) -> ToolCall | None:
    function = getattr(part, "function_call", None)
    # An unset message of protobuf is there, but false.
    if not function or not function.name:
        return None
    arguments = plain(getattr(function, "args", None) or {})
    call = ToolCall(
        getattr(function, "id", None) or new_id(), function.name, arguments, None, json.dumps(arguments)
    )
    return signed(call, getattr(part, "thought_signature", None))


def plain(value: Any) -> Any:
    """A value of protobuf's Struct as JSON has it: its numbers are all floats, whole ones become integers."""
    if isinstance(value, Mapping):
        return {str(name): plain(one) for name, one in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(one) for one in value]
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value


def _reason(word: str) -> str:
    if word in _BLOCKED:
        return "content_filter"
    return "length" if word == "MAX_TOKENS" else word.lower()


def _word(reason: Any) -> str | None:
    """The name of an enum's value; one that the SDK doesn't know yet is a number or a text."""
    if reason is None:
        return None
    name = str(getattr(reason, "name", reason))
    return None if name in _UNSAID else name


def _usage(response: Any) -> Usage | None:
    metadata = getattr(response, "usage_metadata", None)
    counts = {
        name: getattr(metadata, f"{name}_token_count", None) or 0
        for name in ("prompt", "tool_use_prompt", "candidates", "thoughts", "total")
    }
    if not any(counts.values()):
        return None
    return Usage(counts["prompt"] + counts["tool_use_prompt"], counts["candidates"] + counts["thoughts"])
