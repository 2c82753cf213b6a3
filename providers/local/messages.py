"""Messages as chat templates want them, and as those want them that don't take every chat."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.providers.chat.tool_emulation_prompt import uniform

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.tool_types import Tool, ToolCall

Message = dict[str, Any]

_SYSTEM = ("system", "developer")


def uniform_messages(messages: Sequence[Mapping[str, Any]]) -> list[Message]:
    """The messages: contents as text, calls in OpenAI's form with their arguments as a mapping, results with the
    function's name. Raises ArgumentError for what is no text.
    """
    names: dict[str, str] = {}
    return [_message(message, names) for message in messages]


def described(tool: Tool) -> dict[str, Any]:
    """A tool as templates want it: in OpenAI's form."""
    inner = {"name": tool.name, "description": tool.description, "parameters": dict(tool.parameters)}
    return {"type": "function", "function": inner}


def forms(messages: list[Message]) -> Iterator[list[Message]]:
    """The messages, and what to try when a template refuses them, each on top of the one before.

    Mistral's want ids of nine letters and digits; Llama's one call a message; Gemma's no system, and user and
    assistant by turns.
    """
    yield messages
    for change in (_with_short_ids, _with_one_call_each, _without_system):
        changed = change(messages)
        if changed != messages:
            messages = changed
            yield messages


def _message(message: Mapping[str, Any], names: dict[str, str]) -> Message:
    role, content = message.get("role"), message.get("content")
    if role == "tool" and not isinstance(content, str | list | None):
        content = json.dumps(content, ensure_ascii=False)
    one = {**message, "content": "".join(_texts(content))}
    calls = [uniform(call) for call in one.pop("tool_calls", None) or ()]
    if calls:
        names.update((call.id, call.name) for call in calls)
        one["tool_calls"] = [_call(call) for call in calls]
    name = names.get(str(one.get("tool_call_id")))
    if role == "tool" and name and not one.get("name"):
        one["name"] = name
    return one


def _texts(content: Any) -> Iterator[str]:
    if content is None:
        return
    if isinstance(content, str):
        yield content
        return
    for part in content if isinstance(content, Sequence) else (content,):
        if not isinstance(part, Mapping) or part.get("type") != "text":
            kind = part.get("type") if isinstance(part, Mapping) else type(part).__name__
            raise ArgumentError(
                f"A model in this process takes text only, and a message holds {kind}.", argument="messages"
            )
        yield str(part.get("text", ""))


def _call(call: ToolCall) -> dict[str, Any]:
    function = {"name": call.name, "arguments": dict(call.arguments)}
    return {"id": call.id, "type": "function", "function": function}


def _with_short_ids(messages: list[Message]) -> list[Message]:
    """Ids that say nothing but which call it is."""
    ids: dict[str, str] = {}

    def short(identity: object) -> str:
        return ids.setdefault(str(identity), f"call{len(ids) + 1:05d}")

    changed = []
    for message in messages:
        if calls := message.get("tool_calls"):
            message = {**message, "tool_calls": [{**call, "id": short(call["id"])} for call in calls]}
        if message.get("role") == "tool":
            message = {**message, "tool_call_id": short(message.get("tool_call_id"))}
        changed.append(message)
    return changed


def _with_one_call_each(messages: list[Message]) -> list[Message]:
    """Each call in a message of its own, its result behind it."""
    changed: list[Message] = []
    waiting = list(messages)
    while waiting:
        message = waiting.pop(0)
        calls = message.get("tool_calls") or []
        if len(calls) < 2:
            changed.append(message)
            continue
        results = list(takewhile(lambda one: one.get("role") == "tool", waiting))
        del waiting[: len(results)]
        for at, call in enumerate(calls):
            changed.append({**message, "tool_calls": [call], "content": "" if at else message["content"]})
            changed += [one for one in results if one.get("tool_call_id") == call["id"]]
        known = {call["id"] for call in calls}
        changed += [one for one in results if one.get("tool_call_id") not in known]
    return changed


def _without_system(messages: list[Message]) -> list[Message]:
    """The system's words before the first user's, and neighbours of one role as one."""
    said = [message["content"] for message in messages if message.get("role") in _SYSTEM]
    rest = [message for message in messages if message.get("role") not in _SYSTEM]
    at = next((at for at, message in enumerate(rest) if message.get("role") == "user"), None)
    if said and at is None:
        return messages
    if said and at is not None:
        rest[at] = {**rest[at], "content": "\n\n".join([*said, rest[at]["content"]])}
    changed: list[Message] = []
    for message in rest:
        if changed and _are_one(changed[-1], message):
            content = "\n\n".join([changed[-1]["content"], message["content"]])
            changed[-1] = {**changed[-1], "content": content}
        else:
            changed.append(message)
    return changed


def _are_one(first: Message, second: Message) -> bool:
    roles = {first.get("role"), second.get("role")}
    return roles in ({"user"}, {"assistant"}) and "tool_calls" not in first.keys() | second.keys()
