"""Answers for the recording server: what services that speak OpenAI's protocol send, and what else comes back."""

from __future__ import annotations

import json
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

JSON = "application/json"
EVENTS = "text/event-stream"


@dataclass(frozen=True)
class Answer:
    """What is sent for one request.

    `pieces` are sent one by one. `wait` is waited for before the first byte. `cut` closes the connection before the
    announced end; `silent` closes it without a single byte. With `left`, the answer has no end, and `left` is set when
    the client closes the connection.
    """

    pieces: tuple[bytes, ...] = ()
    status: int = 200
    kind: str = JSON
    headers: tuple[tuple[str, str], ...] = ()
    wait: threading.Event | None = None
    cut: bool = False
    silent: bool = False
    left: threading.Event | None = None


def as_json(data: Any, status: int = 200, **more: Any) -> Answer:
    """JSON, with this status."""
    return Answer((json.dumps(data).encode(),), status, **more)


def chat(
    text: str | None = "Hello", *, tool_calls: Sequence[Any] = (), finish: str = "stop", **more: Any
) -> Answer:
    """A chat completion in OpenAI's form."""
    message: dict[str, Any] = {"role": "assistant", "content": text}
    if tool_calls:
        message["tool_calls"] = list(tool_calls)
    return as_json(
        {
            "id": "chat-1",
            "object": "chat.completion",
            "created": 1,
            "model": "recorded",
            "choices": [{"index": 0, "message": message, "finish_reason": finish}],
            "usage": {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8},
        },
        **more,
    )


def tool_call(
    name: str, arguments: str, *, identity: str = "call-1", index: int | None = None
) -> dict[str, Any]:
    """A call of a function in OpenAI's form; with `index` as it is in a stream."""
    call: dict[str, Any] = {
        "id": identity,
        "type": "function",
        "function": {"name": name, "arguments": arguments},
    }
    return call if index is None else {"index": index, **call}


def stream(
    *texts: str,
    deltas: Sequence[dict[str, Any]] = (),
    finish: str | None = "stop",
    done: bool = True,
    **more: Any,
) -> Answer:
    """The chunks of a chat completion. With `finish` None and `done` False it breaks off after its texts and deltas."""
    parts: list[Any] = [_chunk({"content": text}) for text in texts] + [_chunk(delta) for delta in deltas]
    if finish is not None:
        parts.append(_chunk({}, finish))
        usage = {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}
        parts.append({**_chunk({}), "choices": [], "usage": usage})
    return events(*(json.dumps(part) for part in parts), *(["[DONE]"] if done else []), **more)


def events(*data: str, **more: Any) -> Answer:
    """Server-sent events that hold these data."""
    return Answer(tuple(f"data: {one}\n\n".encode() for one in data), kind=EVENTS, **more)


def error(status: int, message: str, *, code: str | None = None, **more: Any) -> Answer:
    """An error in OpenAI's form."""
    return as_json({"error": {"message": message, "type": "error", "code": code}}, status, **more)


def html(status: int = 200, title: str = "Welcome") -> Answer:
    """A page: what a proxy or a wrong address answers."""
    return Answer((f"<html><title>{title}</title></html>".encode(),), status, "text/html")


def redirect(to: str, status: int = 307) -> Answer:
    """A redirect to another address."""
    return Answer((), status, headers=(("Location", to),))


def models(*names: str) -> Answer:
    """A list of models in OpenAI's form."""
    return as_json({"object": "list", "data": [{"id": name, "object": "model"} for name in names]})


def _chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choices = [{"index": 0, "delta": delta, "finish_reason": finish}]
    return {
        "id": "c",
        "object": "chat.completion.chunk",
        "created": 1,
        "model": "recorded",
        "choices": choices,
    }
