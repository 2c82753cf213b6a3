"""Anthropic's messages, as Anthropic itself serves them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import EVENTS, Answer
from modelcatalog.providers.testing.openai_service import CUSTOM_HEADERS, written
from modelcatalog.providers.testing.recorded import Recorded
from modelcatalog.providers.testing.service import MESSAGES, Sent, Service

REASONS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use", "content_filter": "refusal"}
CHOICES = {"any": "required", "auto": "auto", "none": "none"}
KINDS = {
    401: "authentication_error",
    403: "permission_error",
    404: "not_found_error",
    429: "rate_limit_error",
}


class Anthropic(Service):
    always: Mapping[str, Any] = {"max_tokens": 4096}
    # It takes no temperature any more; one that is asked for goes into the body.
    options = frozenset({"max_tokens", "temperature", "top_p", "stop"})
    request_parameters = frozenset({"stop_sequences", "extra_body"})
    request_arguments: Mapping[str, Any] = {"stop_sequences": ["a"]}
    request_options: Mapping[str, Any] = {"stop": ["a"]}
    poison: Mapping[str, str] = {
        "ANTHROPIC_API_KEY": "LEAK-key",
        "ANTHROPIC_AUTH_TOKEN": "LEAK-token",
        "ANTHROPIC_BASE_URL": "http://127.0.0.1:9/LEAK",
        "ANTHROPIC_PROFILE": "LEAK-profile",
        "ANTHROPIC_CONFIG_DIR": "/LEAK",
        "ANTHROPIC_FEDERATION_RULE_ID": "LEAK-rule",
        "ANTHROPIC_ORGANIZATION_ID": "LEAK-organization",
        "ANTHROPIC_IDENTITY_TOKEN": "LEAK-identity",
        "ANTHROPIC_IDENTITY_TOKEN_FILE": "/LEAK-file",
        "ANTHROPIC_WEBHOOK_SIGNING_KEY": "LEAK-webhook",
        "ANTHROPIC_CUSTOM_HEADERS": f"{CUSTOM_HEADERS}\nX-Api-Key: LEAK-x\nAnthropic-Version: LEAK-version",
    }

    def base_url(self, origin: str) -> str:
        return origin

    def chat(
        self, text: str | None = "Hello", *, calls: Sequence[ToolCall] = (), finish: str = "stop"
    ) -> Answer:
        content: list[Any] = [{"type": "thinking", "thinking": "Hm", "signature": "s"}]
        if text:
            content.append({"type": "text", "text": text})
        content += [
            {"type": "tool_use", "id": call.id, "name": call.name, "input": dict(call.arguments)}
            for call in calls
        ]
        usage = {"input_tokens": 3, "output_tokens": 5}
        return answers.as_json(
            {**_message(), "content": content, "stop_reason": REASONS[finish], "usage": usage}
        )

    def stream(self, *texts: str, calls: Sequence[ToolCall] = (), finish: str | None = "stop") -> Answer:
        return as_events(stream_events(*texts, calls=calls, finish=finish))

    def models(self, *names: str) -> Answer:
        data = [{"type": "model", "id": name, "display_name": name} for name in names]
        return answers.as_json({"data": data, "has_more": True, "first_id": "a", "last_id": "z"})

    def error(self, status: int, message: str) -> Answer:
        kind = KINDS.get(status, "invalid_request_error" if status < 500 else "api_error")
        message = f"model: {message}" if status == 404 else message
        return answers.as_json({"type": "error", "error": {"type": kind, "message": message}}, status)

    def read(self, request: Recorded) -> Sent:
        return read_body(dict(request.json), self.options)

    def ask(self, client: Any) -> Any:
        return client.messages.create(model="m", max_tokens=5, messages=MESSAGES)


def stream_events(*texts: str, calls: Sequence[ToolCall] = (), finish: str | None = "stop") -> list[Any]:
    """The events of a stream: a thought, the text, the calls, each in pieces."""
    start = {
        **_message(),
        "content": [],
        "stop_reason": None,
        "usage": {"input_tokens": 3, "output_tokens": 1},
    }
    told: list[Any] = [{"type": "message_start", "message": start}, {"type": "ping"}]
    told += _block(0, {"type": "thinking", "thinking": ""}, [{"type": "thinking_delta", "thinking": "Hm"}])
    told += _block(1, {"type": "text", "text": ""}, [{"type": "text_delta", "text": text} for text in texts])
    for index, call in enumerate(calls, 2):
        text = written(call)
        halves = [text[:5], text[5:]]
        block = {"type": "tool_use", "id": call.id, "name": call.name, "input": {}}
        told += _block(index, block, [{"type": "input_json_delta", "partial_json": half} for half in halves])
    if finish is None:
        return told
    delta = {"stop_reason": REASONS[finish], "stop_sequence": None}
    end = {"type": "message_delta", "delta": delta, "usage": {"output_tokens": 5}}
    return [*told, end, {"type": "message_stop"}]


def as_events(told: Sequence[Any]) -> Answer:
    pieces = (f"event: {one['type']}\ndata: {json.dumps(one)}\n\n".encode() for one in told)
    return Answer(tuple(pieces), kind=EVENTS)


def read_body(body: dict[str, Any], options: frozenset[str]) -> Sent:
    choice = body.pop("tool_choice", None)
    if choice is not None:
        choice = choice["name"] if choice["type"] == "tool" else CHOICES[choice["type"]]
    if "stop_sequences" in body:
        body["stop"] = body.pop("stop_sequences")
    system = body.pop("system", None)
    messages = [{"role": "system", "content": system}] if system else []
    for message in body.pop("messages"):
        messages += _uniform(message)
    tools = [
        {"name": tool["name"], "description": tool["description"], "parameters": tool["input_schema"]}
        for tool in body.pop("tools", [])
    ]
    model, stream = body.pop("model"), body.pop("stream", False)
    known = {name: body.pop(name) for name in sorted(options) if name in body}
    return Sent(model, messages, stream, tools, choice, known, body)


def _uniform(message: dict[str, Any]) -> list[dict[str, Any]]:
    content = message["content"]
    if isinstance(content, str):
        return [message]
    results = [block for block in content if block["type"] == "tool_result"]
    if results:
        return [
            {"role": "tool", "tool_call_id": block["tool_use_id"], "content": block["content"]}
            for block in results
        ]
    calls = [
        {"id": block["id"], "name": block["name"], "arguments": block["input"]}
        for block in content
        if block["type"] == "tool_use"
    ]
    text = "".join(block["text"] for block in content if block["type"] == "text")
    return [{"role": message["role"], "content": text, "tool_calls": calls}]


def _message() -> dict[str, Any]:
    return {"id": "msg_1", "type": "message", "role": "assistant", "model": "recorded", "stop_sequence": None}


def _block(index: int, block: dict[str, Any], deltas: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"type": "content_block_start", "index": index, "content_block": block},
        *({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas),
        {"type": "content_block_stop", "index": index},
    ]


SERVICE = Anthropic()
