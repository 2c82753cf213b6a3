"""Anthropic's messages: a uniform call becomes keywords, an answer becomes a uniform reply."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from modelcatalog.providers.adapter.chat_types import AnswerError, ChatCall, ChatChunk, ChatReply, Usage
from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.providers.chat.completions_codec import no_answer, tool_call
from modelcatalog.providers.chat.stream_end import require_end

# Anthropic wants a limit with every call; this one stands where the caller gives none. Every model takes it.
MAX_TOKENS = 4096
_CHOICES = {"auto": "auto", "none": "none", "required": "any"}
# https://docs.claude.com/en/api/handling-stop-reasons, 2026-11-23, in the words of the uniform call.
_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "refusal": "content_filter",
}


def keywords(call: ChatCall, *, stream: bool) -> dict[str, Any]:
    """Keywords of `messages.create`. A seed is not sent: Anthropic has none.

    A temperature that was asked for is sent although the API refuses it since its version 2026-10-21, which the SDK
    names: older versions take it, and a refusal that can be read is better than another temperature.
    """
    sent: dict[str, Any] = {"max_tokens": MAX_TOKENS, **call.extra, "model": call.model}
    system = [_text(one.get("content")) for one in call.messages if one.get("role") in _SYSTEM]
    if system:
        sent["system"] = "\n\n".join(system)
    sent["messages"] = list(_messages(call.messages))
    if call.max_tokens is not None:
        sent["max_tokens"] = call.max_tokens
    sampling = {"temperature": call.temperature, "top_p": call.top_p}
    if sampling := {name: value for name, value in sampling.items() if value is not None}:
        sent["extra_body"] = {**sent.get("extra_body", {}), **sampling}
    if call.stop is not None:
        sent["stop_sequences"] = [call.stop] if isinstance(call.stop, str) else list(call.stop)
    if call.tools:
        sent["tools"] = [
            {"name": tool.name, "input_schema": dict(tool.parameters)}
            | ({"description": tool.description} if tool.description else {})
            for tool in call.tools
        ]
    if call.tool_choice is not None:
        word = _CHOICES.get(call.tool_choice)
        sent["tool_choice"] = {"type": word} if word else {"type": "tool", "name": call.tool_choice}
    return sent | ({"stream": True} if stream else {})


_SYSTEM = ("system", "developer")


def reply(message: Any) -> ChatReply:
    """The answer in a message. Raises AnswerError when there is none in it. Thoughts are no part of the text."""
    content = getattr(message, "content", None)
    if not isinstance(content, list):
        raise AnswerError(no_answer("message", message))
    calls = [block for block in content if _type(block) == "tool_use"]
    return ChatReply(
        text="".join(block.text for block in content if _type(block) == "text"),
        tool_calls=tuple(_asked(call) for call in calls),
        usage=_usage(getattr(message, "usage", None)),
        stop_reason=_reason(message),
        model=getattr(message, "model", None),
        raw=message,
    )


class Pieces:
    """Puts a streamed answer together: text goes out at once, the rest when the end has come."""

    def __init__(self) -> None:
        self._count = 0
        self._calls: dict[int, _Call] = {}
        self._given: int | None = None
        self._made: int | None = None
        self._stop_reason: str | None = None

    def take(self, event: Any) -> Iterator[ChatChunk]:
        """What an event of the SDK's stream adds to the text, if anything."""
        self._count += 1
        match (
            _type(event),
            _type(getattr(event, "content_block", None)),
            _type(getattr(event, "delta", None)),
        ):
            case "message_start", _, _:
                self._count_tokens(getattr(event.message, "usage", None))
            case "content_block_start", "tool_use", _:
                self._calls[event.index] = _Call(event.content_block)
            case "content_block_delta", _, "text_delta" if event.delta.text:
                yield ChatChunk(event.delta.text, raw=event)
            case "content_block_delta", _, "input_json_delta" if event.index in self._calls:
                # Tools of the server's own have such pieces too.
                self._calls[event.index].text += event.delta.partial_json or ""
            case "message_delta", _, _:
                self._stop_reason = _reason(getattr(event, "delta", None)) or self._stop_reason
                self._count_tokens(getattr(event, "usage", None))

    def end(self) -> ChatChunk:
        """The last piece. Raises AnswerError for an empty stream, or one that broke off."""
        require_end(self._count, self._stop_reason)
        calls = tuple(call.whole() for call in self._calls.values())
        usage = Usage(self._given or 0, self._made) if self._made is not None else None
        return ChatChunk("", calls, self._stop_reason, usage)

    def _count_tokens(self, usage: Any) -> None:
        self._given = getattr(usage, "input_tokens", None) or self._given
        self._made = getattr(usage, "output_tokens", None) or self._made


class _Call:
    """A call of the caller's tool, as far as it has come: its arguments follow in pieces, or came with its start."""

    def __init__(self, block: Any) -> None:
        self._block = block
        self.text = ""

    def whole(self) -> ToolCall:
        return tool_call(self._block.id, self._block.name, self.text) if self.text else _asked(self._block)


def _type(holder: Any) -> str | None:
    """The word that the API tells its events, blocks and pieces apart by; there are more than are read here."""
    return getattr(holder, "type", None)


def _messages(messages: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    results: list[dict[str, Any]] = []
    for message in messages:
        if message.get("role") == "tool":
            # All results of one turn belong into one message.
            if not results:
                yield {"role": "user", "content": results}
            results.append(_result(message))
            continue
        results = []
        if message.get("tool_calls"):
            yield {"role": "assistant", "content": list(_blocks(message))}
        elif message.get("role") not in _SYSTEM:
            yield {"role": message.get("role"), "content": message.get("content")}


def _result(message: Mapping[str, Any]) -> dict[str, Any]:
    identity, content = message.get("tool_call_id"), message.get("content")
    return {"type": "tool_result", "tool_use_id": identity, "content": content}


def _blocks(message: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    # An empty text is refused.
    if text := _text(message.get("content")):
        yield {"type": "text", "text": text}
    for call in message["tool_calls"]:
        if not isinstance(call, ToolCall):
            function = call["function"]
            call = tool_call(call["id"], function["name"], function.get("arguments") or "")
        yield {"type": "tool_use", "id": call.id, "name": call.name, "input": dict(call.arguments)}


def _asked(block: Any) -> ToolCall:
    given = block.input
    if isinstance(given, dict):
        return ToolCall(block.id, block.name, given, None, json.dumps(given))
    return tool_call(block.id, block.name, given if isinstance(given, str) else json.dumps(given))


def _text(content: Any) -> str:
    if isinstance(content, list):
        return "".join(_text(part) for part in content)
    return content.get("text") or "" if isinstance(content, dict) else content or ""


def _reason(holder: Any) -> str | None:
    reason = getattr(holder, "stop_reason", None)
    return _REASONS.get(reason, reason) if isinstance(reason, str) else None


def _usage(usage: Any) -> Usage | None:
    given, made = (getattr(usage, name, None) for name in ("input_tokens", "output_tokens"))
    return Usage(given, made) if isinstance(given, int) and isinstance(made, int) else None
