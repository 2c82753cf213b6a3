"""A call with tools, written in messages that any model understands: schemas, earlier calls and results as text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from modelcatalog.providers.adapter.tool_types import Tool, ToolCall
from modelcatalog.providers.chat.tool_emulation_parser import CLOSE, OPEN, as_json, written

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall

_PROMPT = """You can call functions. Each line below tells of one in JSON: its name, what it does, and the JSON \
Schema of its arguments.

{tools}

To call a function, write a JSON object with its name and its arguments between these two tags, as here:

{open}{{"name": "NAME_OF_THE_FUNCTION", "arguments": {{"NAME": "VALUE"}}}}{close}

For several calls, write several such blocks. After them, end your answer: what the functions gave comes with the \
next message, between <tool_result> and </tool_result>. {choice}"""
_CHOICES = {
    "auto": "Where you need no function, answer in plain text, without these tags.",
    "required": "In your next answer, call at least one function.",
}


def with_tools(call: ChatCall) -> ChatCall:
    """The same call without tools: they, and what went on with them before, stand in the messages."""
    messages: list[Mapping[str, Any]] = list(_history(call.messages))
    if call.tools and call.tool_choice != "none":
        messages = with_system(messages, _prompt(call.tools, call.tool_choice or "auto"))
    return replace(call, messages=tuple(messages), tools=(), tool_choice=None)


def with_system(messages: Sequence[Mapping[str, Any]], text: str) -> list[Mapping[str, Any]]:
    """The messages with this text behind the system's words, or in their place."""
    at = next((at for at, message in enumerate(messages) if message.get("role") == "system"), None)
    if at is None:
        return [{"role": "system", "content": text}, *messages]
    return [*messages[:at], _joined(messages[at], text), *messages[at + 1 :]]


def wish(choice: str) -> str:
    """What the prompt says of the caller's `tool_choice`: auto, required, or the name of a tool."""
    return _CHOICES.get(choice, f"In your next answer, call the function {choice}.")


def number_of_calls(messages: Sequence[Mapping[str, Any]]) -> int:
    """How many calls stand in these messages."""
    return sum(len(message.get("tool_calls") or ()) for message in messages)


def _prompt(tools: Sequence[Tool], choice: str) -> str:
    lines = [
        as_json({"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)})
        for tool in tools
    ]
    return _PROMPT.format(tools="\n".join(lines), open=OPEN, close=CLOSE, choice=wish(choice))


def _history(messages: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    names: dict[str, str] = {}
    results: list[str] = []
    for message in messages:
        if message.get("role") == "tool":
            identity = str(message.get("tool_call_id"))
            result = {
                "name": message.get("name") or names.get(identity, ""),
                "content": message.get("content"),
            }
            results.append(f"<tool_result>{as_json(result)}</tool_result>")
            continue
        if results:
            yield {"role": "user", "content": "\n".join(results)}
            results = []
        calls = [uniform(call) for call in message.get("tool_calls") or ()]
        names.update((call.id, call.name) for call in calls)
        plain = {name: value for name, value in message.items() if name != "tool_calls"}
        yield _joined(plain, "\n".join(map(written, calls))) if calls else plain
    if results:
        yield {"role": "user", "content": "\n".join(results)}


def _joined(message: Mapping[str, Any], text: str) -> dict[str, Any]:
    """The message with a text after its own."""
    content = message.get("content")
    if isinstance(content, list):
        return {**message, "content": [*content, {"type": "text", "text": text}]}
    gap = "\n" if message.get("role") == "assistant" else "\n\n"
    return {**message, "content": f"{content}{gap}{text}" if content else text}


def uniform(call: Any) -> ToolCall:
    """A call of a history, ours or in OpenAI's form."""
    if isinstance(call, ToolCall):
        return call
    function = call.get("function", call)
    arguments, name = function.get("arguments"), str(function.get("name", ""))
    if isinstance(arguments, Mapping):
        return ToolCall(str(call.get("id")), name, arguments)
    from modelcatalog.providers.chat.completions_codec import tool_call

    return tool_call(str(call.get("id")), name, str(arguments or ""))
