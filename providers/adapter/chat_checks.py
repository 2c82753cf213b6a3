"""What `chat` is given, looked at before anything is sent: messages, tools and the options that we name ourselves."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from numbers import Integral, Real
from typing import Any

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.providers.adapter.tool_types import Tool

_FORM = "{'role': 'user', 'content': '...'}"
_TOOL = "{'name': ..., 'description': ..., 'parameters': {...}}"


def checked_messages(messages: Any) -> tuple[Mapping[str, Any], ...]:
    """The messages of a call; a text is one message of the user's. Raises ArgumentError, which counts from 1."""
    if isinstance(messages, str):
        return ({"role": "user", "content": messages},)
    if isinstance(messages, Mapping):
        raise _wrong("messages is one message, expected a list. Write it in brackets: [{...}].")
    if not isinstance(messages, Iterable) or isinstance(messages, bytes | bytearray):
        raise _wrong(f"messages is {_kind(messages)}, expected a text or a list. Write 'Hi' or [{_FORM}].")
    listed = tuple(messages)
    if not listed:
        raise _wrong(f"messages is empty. Write 'Hi' or [{_FORM}].")
    for number, message in enumerate(listed, start=1):
        _check_message(number, message)
    return listed


def _check_message(number: int, message: Any) -> None:
    if isinstance(message, str):
        raise _wrong(
            f"Message {number} is a text, expected a mapping. Write {_FORM}, or give the text without a list."
        )
    if not isinstance(message, Mapping):
        raise _wrong(f"Message {number} is {_kind(message)}, expected a mapping. Write {_FORM}.")
    role = message.get("role")
    if not isinstance(role, str):
        found = "has no 'role'" if role is None else f"has a role that is {_kind(role)}, expected a text"
        raise _wrong(f"Message {number} {found}. Write {_FORM}.")
    content = message.get("content")
    if content is None and role in ("user", "system"):
        raise _wrong(f"Message {number} has no 'content'. Write {_FORM}.")
    if role == "tool" and isinstance(content, Mapping):
        return
    if not isinstance(content, str | list | tuple | None):
        raise _wrong(
            f"The content of message {number} is {_kind(content)}, expected a text or a list of parts."
        )


def checked_tools(tools: Any) -> tuple[Any, ...]:
    """The tools of a call. Raises ArgumentError for what is neither a Tool nor a mapping with a name."""
    if tools is None:
        return ()
    if isinstance(tools, Mapping | Tool):
        raise _wrong("tools is one tool, expected a list. Write it in brackets: [...].", "tools")
    if not isinstance(tools, Iterable) or isinstance(tools, str | bytes):
        raise _wrong(f"tools is {_kind(tools)}, expected a list. Write [{_TOOL}].", "tools")
    listed = tuple(tools)
    for number, tool in enumerate(listed, start=1):
        inner = tool.get("function", tool) if isinstance(tool, Mapping) else tool
        if isinstance(inner, Tool):
            continue
        if not isinstance(inner, Mapping):
            raise _wrong(f"Tool {number} is {_kind(inner)}, expected a mapping. Write {_TOOL}.", "tools")
        if not isinstance(inner.get("name"), str):
            raise _wrong(f"Tool {number} has no 'name'. Write {_TOOL}.", "tools")
    return listed


def check_options(options: Mapping[str, Any]) -> None:
    """Raises ArgumentError for one of our own options that has a value of the wrong kind. None is not sent."""
    for name, value in options.items():
        kind, words = _KINDS.get(name, (object, ""))
        if value is None or (isinstance(value, kind) and not (kind in _NUMBERS and isinstance(value, bool))):
            continue
        raise _wrong(f"{name} is {_kind(value)}, expected {words}.", name)
    stop = options.get("stop")
    if stop is not None and not isinstance(stop, str) and not all(isinstance(one, str) for one in stop):
        raise _wrong("stop has an item that is no text, expected a text or a list of texts.", "stop")


_NUMBERS = (Integral, Real)
_KINDS: dict[str, tuple[Any, str]] = {
    "max_tokens": (Integral, "a whole number"),
    "seed": (Integral, "a whole number"),
    "temperature": (Real, "a number"),
    "top_p": (Real, "a number"),
    "stop": (str | list | tuple, "a text or a list of texts"),
    "tool_choice": (str, "'auto', 'none', 'required' or the name of a tool"),
}


def _kind(value: Any) -> str:
    """The value's type, for people: `None`, `int`, `a text`. The value itself may be long, or nobody's business."""
    return "None" if value is None else "a text" if isinstance(value, str) else type(value).__name__


def _wrong(message: str, argument: str = "messages") -> ArgumentError:
    return ArgumentError(message, argument=argument)
