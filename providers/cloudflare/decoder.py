"""What a model of Workers AI answered: older ones have `response`, newer ones a chat completion of OpenAI's form."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from modelcatalog.providers.adapter.chat_types import AnswerError, ChatCall, ChatChunk, ChatReply, Usage
from modelcatalog.providers.chat import completions_codec as openai_wire
from modelcatalog.providers.chat import completions_json as openai_json

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.tool_types import ToolCall


def reply(result: Any, call: ChatCall) -> ChatReply:
    """The answer in a result. Raises AnswerError when there is none."""
    if isinstance(result, dict) and result.get("choices"):
        return openai_json.reply(result)
    calls = _calls(result)
    text = _text(result.get("response")) if isinstance(result, dict) else None
    if text is None and not calls:
        raise AnswerError(openai_wire.no_answer("response", result))
    usage = _usage(result)
    return ChatReply(text or "", calls, usage, _reason(call, calls, usage), raw=result)


class Pieces:
    """Puts a streamed answer together, of either form."""

    def __init__(self, call: ChatCall) -> None:
        self._call = call
        self._like_openai = openai_json.Pieces()
        self._calls: tuple[ToolCall, ...] = ()
        self._usage: Usage | None = None

    def take(self, event: dict[str, Any]) -> Iterator[ChatChunk]:
        """What an event adds to the text."""
        self._usage = _usage(event) or self._usage
        if event.get("choices"):
            yield from self._like_openai.take_json(event)
            return
        self._calls += _calls(event, len(self._calls))
        if text := _text(event.get("response")):
            yield ChatChunk(text, raw=event)

    def end(self) -> ChatChunk:
        """The last piece. AnswerError when the model did not come to its end."""
        if self._like_openai.count:
            return replace(self._like_openai.end(), usage=self._usage)
        reason = _reason(self._call, self._calls, self._usage)
        return ChatChunk("", self._calls, reason, self._usage)


def _reason(call: ChatCall, calls: tuple[ToolCall, ...], usage: Usage | None) -> str | None:
    """Why it ended, which `response` comes without: known only when there are calls, or a limit was set."""
    if calls:
        return "tool_calls"
    if call.max_tokens is None or usage is None:
        return None
    return "length" if usage.output_tokens >= call.max_tokens else "stop"


def _text(value: Any) -> str | None:
    # In a stream, a token of digits comes as a number; with a JSON schema asked for, the answer as an object.
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value)


def _calls(result: Any, before: int = 0) -> tuple[ToolCall, ...]:
    items = result.get("tool_calls") if isinstance(result, dict) else None
    found = []
    for number, item in enumerate(items if isinstance(items, list) else [], before + 1):
        item = item if isinstance(item, dict) else {}
        inner = item.get("function")
        function = inner if isinstance(inner, dict) else item
        arguments = function.get("arguments")
        text = arguments if isinstance(arguments, str) else json.dumps(arguments or {})
        identity = str(item.get("id") or f"call_{number}")
        found.append(openai_wire.tool_call(identity, str(function.get("name") or ""), text))
    return tuple(found)


def _usage(result: Any) -> Usage | None:
    usage = result.get("usage") if isinstance(result, dict) else None
    if not isinstance(usage, dict):
        return None
    given, made = usage.get("prompt_tokens"), usage.get("completion_tokens")
    return Usage(given, made) if isinstance(given, int) and isinstance(made, int) else None
