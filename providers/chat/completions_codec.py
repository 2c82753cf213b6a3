"""OpenAI's chat completions: a uniform call becomes keywords, an answer becomes a uniform reply."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from types import SimpleNamespace
from typing import Any

from modelcatalog.providers.adapter.chat_types import AnswerError, ChatCall, ChatChunk, ChatReply, Usage
from modelcatalog.providers.adapter.tool_types import Tool, ToolCall
from modelcatalog.providers.chat.stream_end import require_end

# "max_tokens ... is now deprecated in favor of max_completion_tokens, and is not compatible with o-series
# models": types/chat/completion_create_params.py of openai 3.54. Other services know max_tokens only.
_NEW_LIMIT = (".openai.com", ".openai.azure.com", ".cognitiveservices.azure.com")
_SIMPLE = ("temperature", "top_p", "stop", "seed")


def keywords(call: ChatCall, *, host: str, stream: bool, usage_option: bool = True) -> dict[str, Any]:
    """Keywords of `chat.completions.create`. A stream asks for usage, unless `extra` says otherwise."""
    sent: dict[str, Any] = {"stream_options": {"include_usage": True}} if stream and usage_option else {}
    sent |= call.extra
    if sent.get("stream_options", True) is None or not stream:
        sent.pop("stream_options", None)
    sent |= {
        "model": call.model,
        "messages": [_message(message) for message in call.messages],
        "stream": stream,
    }
    sent |= {name: value for name in _SIMPLE if (value := getattr(call, name)) is not None}
    if call.max_tokens is not None:
        new, old = ("max_completion_tokens", "max_tokens")
        limit, other = (new, old) if f".{host}".endswith(_NEW_LIMIT) else (old, new)
        sent[limit] = call.max_tokens
        sent.pop(other, None)
    if call.tools:
        sent["tools"] = [_tool(tool) for tool in call.tools]
    if call.tool_choice is not None:
        sent["tool_choice"] = _choice(call.tool_choice)
    return sent


def reply(completion: Any) -> ChatReply:
    """The answer in a chat completion. Raises AnswerError when there is none in it."""
    choice = next(iter(_items(completion, "choices")), None)
    message = getattr(choice, "message", None)
    if message is None:
        raise AnswerError(no_answer("message", completion))
    return ChatReply(
        text=_said(message),
        tool_calls=tuple(_whole(call) for call in _items(message, "tool_calls")),
        usage=_usage(completion),
        stop_reason=_text(choice, "finish_reason") or None,
        model=_text(completion, "model") or None,
        raw=completion,
    )


class Pieces:
    """Puts a streamed answer together: text goes out at once, the rest when the end has come."""

    def __init__(self) -> None:
        self.count = 0
        self._calls: list[dict[str, str]] = []
        self._at: dict[Any, dict[str, str]] = {}
        self._usage: Usage | None = None
        self._stop_reason: str | None = None

    def take(self, chunk: Any) -> Iterator[ChatChunk]:
        """What a chunk of the SDK's stream adds to the text, if anything."""
        self._usage = _usage(chunk) or self._usage
        for choice in _items(chunk, "choices")[:1]:
            self.count += 1
            self._stop_reason = _text(choice, "finish_reason") or self._stop_reason
            delta = getattr(choice, "delta", None)
            for part in _items(delta, "tool_calls"):
                self._add(part)
            if text := _said(delta):
                yield ChatChunk(text, raw=chunk)

    def end(self) -> ChatChunk:
        """The last piece. Raises AnswerError for an empty stream, or one that broke off."""
        require_end(self.count, self._stop_reason)
        calls = tuple(tool_call(call["id"], call["name"], call["text"]) for call in self._calls)
        return ChatChunk("", calls, self._stop_reason, self._usage)

    def _add(self, part: Any) -> None:
        # Pieces of one call share an index; some services number every call 0 and tell them apart by id
        # alone.
        index, identity = getattr(part, "index", None), _text(part, "id")
        key = index if isinstance(index, int | str) else None
        call = self._at.get(key)
        # Where a piece has no id, mistralai gives it the id "null".
        if call is None or (identity not in ("", "null", call["id"]) and call["id"]):
            call = self._at[key] = {"id": "", "name": "", "text": ""}
            self._calls.append(call)
        function = getattr(part, "function", None)
        call["id"] = call["id"] or identity
        call["name"] = call["name"] or _text(function, "name")
        call["text"] += _text(function, "arguments")


def tool_call(identity: str, name: str, text: str) -> ToolCall:
    """A tool call from the arguments as the model wrote them, which need not be JSON."""
    try:
        arguments = json.loads(text) if text.strip() else {}
    except ValueError as error:
        return ToolCall(identity, name, {}, f"the arguments are no JSON: {error}", text)
    if not isinstance(arguments, dict):
        return ToolCall(identity, name, {}, "the arguments are JSON, but no object", text)
    return ToolCall(identity, name, arguments, None, text)


def _whole(call: Any) -> ToolCall:
    function = getattr(call, "function", None)
    return tool_call(_text(call, "id"), _text(function, "name"), _text(function, "arguments"))


def _message(message: Mapping[str, Any]) -> dict[str, Any]:
    calls: Sequence[Any] = message.get("tool_calls") or ()
    if not calls:
        return dict(message)
    return {**message, "tool_calls": [_asked(call) if isinstance(call, ToolCall) else call for call in calls]}


def _asked(call: ToolCall) -> dict[str, Any]:
    arguments = call.text or json.dumps(dict(call.arguments))
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": arguments}}


def _tool(tool: Tool) -> dict[str, Any]:
    function = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": {name: value for name, value in function.items() if value != ""}}


def _choice(choice: str) -> Any:
    if choice in ("auto", "none", "required"):
        return choice
    return {"type": "function", "function": {"name": choice}}


def _usage(answer: Any) -> Usage | None:
    # Groq puts that of a stream into an extension of its own.
    usage = getattr(answer, "usage", None) or getattr(getattr(answer, "x_groq", None), "usage", None)
    given, made = (getattr(usage, name, None) for name in ("prompt_tokens", "completion_tokens"))
    return Usage(given, made) if isinstance(given, int) and isinstance(made, int) else None


# The SDK puts into its objects whatever the service sent, of any type.
def _items(value: Any, name: str) -> list[Any]:
    items = getattr(value, name, None)
    return items if isinstance(items, list) else []


def _text(value: Any, name: str) -> str:
    text = getattr(value, name, None)
    if isinstance(text, dict):  # arguments that some services send as an object, not as the text of one
        return json.dumps(text)
    return text if isinstance(text, str) else ""


def _said(message: Any) -> str:
    """The text of a message: Mistral's models that think send it in parts, those of the thought among them."""
    parts = [_part(part) for part in _items(message, "content")]
    text = "".join(_text(part, "text") for part in parts if getattr(part, "type", None) == "text")
    return text or _text(message, "content") or _text(message, "refusal")


def _part(part: Any) -> Any:
    return SimpleNamespace(**part) if isinstance(part, dict) else part


def no_answer(wanted: str, answer: object) -> str:
    """A sentence, without its full stop, on an answer that isn't what was asked for."""
    if answer is None or answer == "":
        return "The answer is empty"
    text = answer if isinstance(answer, str) else repr(answer)
    if text.lstrip()[:1] == "<":
        return "The answer is an HTML page: the address is not that of an API"
    return f"The answer holds no {wanted}: {' '.join(text[:400].split())[:120]}"
