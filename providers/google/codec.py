"""Gemini's generateContent: a uniform call becomes contents and tools, in a form that all of Google's SDKs take."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from modelcatalog.providers.adapter.tool_types import ToolCall

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.chat_types import ChatCall

# A call without an id of the service's gets one of ours, which is never sent back.
_OURS = "modelcatalog-"
_MODES = {"auto": "AUTO", "none": "NONE", "required": "ANY"}
_OPTIONS = {
    "max_tokens": "max_output_tokens",
    "temperature": "temperature",
    "top_p": "top_p",
    "seed": "seed",
}


class SignedCall(ToolCall):
    """A tool call with the signature of the thoughts before it, without which Gemini 3 does not take it back.

    https://ai.google.dev/gemini-api/docs/thought-signatures, 2026-11-23.
    """

    __slots__ = ("signature",)
    signature: bytes


def signed(call: ToolCall, signature: bytes | None) -> ToolCall:
    """The call with its signature, where it has one."""
    if not signature:
        return call
    one = SignedCall(call.id, call.name, call.arguments, call.error, call.text)
    object.__setattr__(one, "signature", signature)
    return one


def new_id() -> str:
    """An id for a call that came without one."""
    return f"{_OURS}{os.urandom(8).hex()}"


def options(call: ChatCall) -> dict[str, Any]:
    """What the call says of the generation, by Gemini's names."""
    given = {theirs: getattr(call, ours) for ours, theirs in _OPTIONS.items()}
    stop = [call.stop] if isinstance(call.stop, str) else call.stop
    given["stop_sequences"] = None if stop is None else list(stop)
    return {name: value for name, value in given.items() if value is not None}


def tool_config(choice: str) -> dict[str, Any]:
    """Which tools the model may or must use."""
    if choice in _MODES:
        return {"function_calling_config": {"mode": _MODES[choice]}}
    return {"function_calling_config": {"mode": "ANY", "allowed_function_names": [choice]}}


def system_instruction(messages: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    """The system messages, which Gemini takes apart from the others."""
    parts = [part for one in messages if _is_system(one) for part in _parts(one.get("content"))]
    return {"parts": parts} if parts else None


def contents(messages: Sequence[Mapping[str, Any]], *, ids: bool, signatures: bool) -> list[dict[str, Any]]:
    """The other messages. Neighbours of one role are joined, as results of tools must stand together.

    `ids`: the service knows ids of calls; `signatures`: the SDK has a place for them.
    """
    joined: list[dict[str, Any]] = []
    names: dict[str, str] = {}
    for message in messages:
        if _is_system(message):
            continue
        role = "model" if message.get("role") == "assistant" else "user"
        parts = list(_message_parts(message, names, ids=ids, signatures=signatures))
        if joined and joined[-1]["role"] == role:
            joined[-1]["parts"] += parts
        elif parts:
            joined.append({"role": role, "parts": parts})
    return joined


def _is_system(message: Mapping[str, Any]) -> bool:
    return message.get("role") in ("system", "developer")


def _message_parts(
    message: Mapping[str, Any], names: dict[str, str], *, ids: bool, signatures: bool
) -> Iterator[dict[str, Any]]:
    if message.get("role") == "tool":
        identity = str(message.get("tool_call_id") or "")
        name = names.get(identity) or str(message.get("name") or identity)
        answer = {"name": name, "response": _response(message.get("content"))}
        yield {"function_response": answer | _id(identity, ids=ids)}
        return
    yield from _parts(message.get("content"))
    for one in message.get("tool_calls") or ():
        call = one if isinstance(one, ToolCall) else _of_openai(one)
        names[call.id] = call.name
        part: dict[str, Any] = {
            "function_call": {"name": call.name, "args": dict(call.arguments), **_id(call.id, ids=ids)}
        }
        if signatures and isinstance(call, SignedCall):
            part["thought_signature"] = call.signature
        yield part


def _id(identity: str, *, ids: bool) -> dict[str, str]:
    return {"id": identity} if ids and identity and not identity.startswith(_OURS) else {}


def _response(content: object) -> dict[str, Any]:
    """The result of a tool as the object that Gemini wants: JSON objects as they are, anything else as `output`."""
    if isinstance(content, Mapping):
        return dict(content)
    if isinstance(content, str):
        try:
            value = json.loads(content)
        except ValueError:
            return {"output": content}
        return value if isinstance(value, dict) else {"output": content}
    return {"output": "".join(part.get("text", "") for part in _parts(content))}


def _parts(content: object) -> list[dict[str, Any]]:
    """The parts of a content: a text, or a list of parts in OpenAI's form or Gemini's own."""
    if not content:
        return []
    if isinstance(content, str):
        return [{"text": content}]
    if isinstance(content, Mapping):
        return [_part(content)]
    if isinstance(content, Sequence):
        return [{"text": one} if isinstance(one, str) else _part(one) for one in content]
    raise TypeError(f"expected a text or a list of parts as content, got {type(content).__name__}")


def _part(part: Mapping[str, Any]) -> dict[str, Any]:
    if part.get("type") == "text":
        return {"text": part["text"]}
    if part.get("type") != "image_url":
        return dict(part)
    image = part["image_url"]
    url = str(image["url"] if isinstance(image, Mapping) else image)
    head, comma, data = url.partition(";base64,")
    if comma and head.startswith("data:"):
        from base64 import b64decode

        return {"inline_data": {"mime_type": head.removeprefix("data:"), "data": b64decode(data)}}
    return {"file_data": {"file_uri": url}}


def _of_openai(call: Mapping[str, Any]) -> ToolCall:
    function = call.get("function", call)
    arguments = function.get("arguments") or {}
    value = json.loads(arguments) if isinstance(arguments, str) else dict(arguments)
    return ToolCall(str(call.get("id") or ""), str(function["name"]), value)
