"""Bedrock's Converse: a uniform call becomes keywords, an answer becomes a uniform reply."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from modelcatalog.providers.adapter.chat_types import AnswerError, ChatCall, ChatChunk, ChatReply, Usage
from modelcatalog.providers.adapter.tool_types import Tool, ToolCall
from modelcatalog.providers.chat.completions_codec import no_answer, tool_call
from modelcatalog.providers.chat.stream_end import require_end

_LIMITS = {"max_tokens": "maxTokens", "temperature": "temperature", "top_p": "topP", "stop": "stopSequences"}
_REASONS = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "tool_use": "tool_calls",
    "guardrail_intervened": "content_filter",
    "content_filtered": "content_filter",
}


def keywords(call: ChatCall) -> dict[str, Any]:
    """Keywords of `converse`. ValueError for a seed, which Converse has no word for."""
    if call.seed is not None:
        raise ValueError("Bedrock's Converse takes no seed")
    sent = {**call.extra, "modelId": call.model, "messages": _messages(call.messages)}
    if system := [block for m in call.messages if _role(m) == "system" for block in _content(m)]:
        sent["system"] = system
    limits = {
        theirs: getattr(call, ours) for ours, theirs in _LIMITS.items() if getattr(call, ours) is not None
    }
    if isinstance(limits.get("stopSequences"), str):
        limits["stopSequences"] = [limits["stopSequences"]]
    if limits:
        sent["inferenceConfig"] = {**sent.get("inferenceConfig", {}), **limits}
    if call.tools and (call.tool_choice != "none" or any(m.get("tool_calls") for m in call.messages)):
        # There is no choice "none"; and a history with calls is refused without the tools.
        sent["toolConfig"] = {"tools": [_tool(tool) for tool in call.tools], **_choice(call.tool_choice)}
    return sent


def reply(answer: Any) -> ChatReply:
    """The answer in what `converse` gave. AnswerError when there is none in it, as the SDK doesn't say so itself."""
    message = _under(answer, "output", "message")
    blocks = message.get("content") if isinstance(message, Mapping) else None
    if not isinstance(blocks, list):
        shown = {name: value for name, value in answer.items() if name != "ResponseMetadata"}
        raise AnswerError(no_answer("message", shown or None))
    calls = [block["toolUse"] for block in blocks if "toolUse" in block]
    return ChatReply(
        text="".join(block["text"] for block in blocks if "text" in block),
        tool_calls=tuple(_called(use["toolUseId"], use["name"], use["input"]) for use in calls),
        usage=_usage(answer),
        stop_reason=_reason(answer.get("stopReason")),
        raw=answer,
    )


class Pieces:
    """Puts a streamed answer together: text goes out at once, the rest when the end has come."""

    def __init__(self) -> None:
        self._count = 0
        self._calls: dict[Any, dict[str, str]] = {}
        self._usage: Usage | None = None
        self._stop_reason: str | None = None

    def take(self, event: Mapping[str, Any]) -> Iterator[ChatChunk]:
        """What an event adds to the text, if anything."""
        self._count += 1
        if use := _under(event, "contentBlockStart", "start", "toolUse"):
            at = event["contentBlockStart"].get("contentBlockIndex")
            self._calls[at] = {"id": use["toolUseId"], "name": use["name"], "text": ""}
        delta = _under(event, "contentBlockDelta", "delta") or {}
        if "toolUse" in delta:
            at = event["contentBlockDelta"].get("contentBlockIndex")
            self._calls.setdefault(at, {"id": "", "name": "", "text": ""})["text"] += delta["toolUse"][
                "input"
            ]
        self._stop_reason = _reason(_under(event, "messageStop", "stopReason")) or self._stop_reason
        self._usage = _usage(event.get("metadata")) or self._usage
        if text := delta.get("text"):
            yield ChatChunk(text, raw=event)

    def end(self) -> ChatChunk:
        """The last piece. Raises AnswerError for an empty stream, or one that broke off."""
        require_end(self._count, self._stop_reason)
        calls = tuple(tool_call(call["id"], call["name"], call["text"]) for call in self._calls.values())
        return ChatChunk("", calls, self._stop_reason, self._usage)


def _messages(messages: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Users and assistants in turn: messages of one side that follow each other become one, as Bedrock wants them."""
    joined: list[dict[str, Any]] = []
    for message in messages:
        role = {"assistant": "assistant", "system": None}.get(_role(message), "user")
        if role is None:
            continue
        if not joined or joined[-1]["role"] != role:
            joined.append({"role": role, "content": []})
        joined[-1]["content"] += _content(message)
    return joined


def _role(message: Mapping[str, Any]) -> str:
    role = str(message.get("role"))
    return "system" if role == "developer" else role


def _content(message: Mapping[str, Any]) -> list[dict[str, Any]]:
    content = message.get("content")
    if message.get("role") == "tool":
        result = _blocks(content) or [{"text": "(nothing)"}]
        return [{"toolResult": {"toolUseId": message.get("tool_call_id"), "content": result}}]
    return _blocks(content) + [{"toolUse": _asked(call)} for call in message.get("tool_calls") or ()]


def _blocks(content: Any) -> list[dict[str, Any]]:
    """Text as a block; blocks as they are, OpenAI's of text as Bedrock's. Empty text is refused by the service."""
    if content is None or isinstance(content, str):
        return [{"text": content}] if content else []
    if not isinstance(content, list):
        return [{"text": json.dumps(content)}]
    return [{"text": block["text"]} if block.get("type") == "text" else dict(block) for block in content]


def _asked(call: Any) -> dict[str, Any]:
    if not isinstance(call, ToolCall):
        function = call.get("function", {})
        call = tool_call(str(call.get("id")), str(function.get("name")), str(function.get("arguments") or ""))
    return {"toolUseId": call.id, "name": call.name, "input": dict(call.arguments)}


def _called(identity: str, name: str, given: Any) -> ToolCall:
    return tool_call(identity, name, json.dumps(given))


def _tool(tool: Tool) -> dict[str, Any]:
    described = {"name": tool.name, "description": tool.description}
    schema = {"json": dict(tool.parameters)}
    return {
        "toolSpec": {**{name: value for name, value in described.items() if value}, "inputSchema": schema}
    }


def _choice(choice: str | None) -> dict[str, Any]:
    if choice is None or choice == "none":
        return {}
    chosen: dict[str, dict[str, Any]] = {"auto": {"auto": {}}, "required": {"any": {}}}
    return {"toolChoice": chosen.get(choice, {"tool": {"name": choice}})}


def _reason(reason: Any) -> str | None:
    return _REASONS.get(reason, reason) if isinstance(reason, str) else None


def _usage(value: Any) -> Usage | None:
    usage = _under(value, "usage")
    given, made = (_under(usage, name) for name in ("inputTokens", "outputTokens"))
    return Usage(given, made) if isinstance(given, int) and isinstance(made, int) else None


def _under(value: Any, *names: str) -> Any:
    for name in names:
        value = value.get(name) if isinstance(value, Mapping) else None
    return value
