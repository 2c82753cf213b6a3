"""Cohere, version 2 of its API: OpenAI's messages and tools, and a stream of events that each have a type."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.openai_service import OpenAIService, written
from modelcatalog.providers.testing.recorded import Recorded
from modelcatalog.providers.testing.service import MESSAGES, Sent

REASONS = {"stop": "COMPLETE", "length": "MAX_TOKENS", "tool_calls": "TOOL_CALL"}
USAGE = {
    "billed_units": {"input_tokens": 1, "output_tokens": 5},
    "tokens": {"input_tokens": 3, "output_tokens": 5},
}
OPTIONS = {"p": "top_p", "stop_sequences": "stop"}


class Cohere(OpenAIService):
    model = None
    named_tool_choice = False
    client_parameters = frozenset({"timeout", "max_retries", "httpx_client"})
    request_parameters = frozenset({"temperature", "k", "thinking"})
    usual_patience = (300, 2)
    client_arguments: Mapping[str, Any] = {"timeout": 7.0, "max_retries": 4}
    poison: Mapping[str, str] = {
        "CO_API_KEY": "LEAK-key",
        "COHERE_API_KEY": "LEAK-other-key",
        "CO_API_URL": "http://127.0.0.1:9/LEAK",
    }

    def base_url(self, origin: str) -> str:
        return origin

    def chat(
        self, text: str | None = "Hello", *, calls: Sequence[ToolCall] = (), finish: str = "stop"
    ) -> Answer:
        content = [{"type": "text", "text": text}] if text else None
        message: dict[str, Any] = {"role": "assistant", "content": content}
        if calls:
            message |= {"tool_plan": "I will look.", "tool_calls": [asked(call) for call in calls]}
        return answers.as_json(
            {"id": "1", "finish_reason": REASONS[finish], "message": message, "usage": USAGE}
        )

    def stream(self, *texts: str, calls: Sequence[ToolCall] = (), finish: str | None = "stop") -> Answer:
        start = {"message": {"role": "assistant"}}
        events: list[dict[str, Any]] = [{"type": "message-start", "id": "1", "delta": start}]
        for text in texts:
            said = {"message": {"content": {"text": text}}}
            events.append({"type": "content-delta", "index": 0, "delta": said})
        for index, call in enumerate(calls):
            events += pieces(index, asked(call))
        if finish is not None:
            end = {"finish_reason": REASONS[finish], "usage": USAGE}
            events.append({"type": "message-end", "id": "1", "delta": end})
        return answers.events(*map(json.dumps, events))

    def models(self, *names: str) -> Answer:
        return answers.as_json({"models": [{"name": name, "endpoints": ["chat"]} for name in names]})

    def error(self, status: int, message: str) -> Answer:
        words = f"model 'm/1' not found, make sure the correct model ID was used: {message}"
        return answers.as_json({"id": "1", "message": words if status == 404 else message}, status)

    def read(self, request: Recorded) -> Sent:
        body = {OPTIONS.get(name, name): value for name, value in request.json.items()}
        if body.get("tools"):
            # What it does without a word.
            body["tool_choice"] = body.get("tool_choice", "AUTO").lower()
        return super().read(replace(request, body=json.dumps(body).encode()))

    def ask(self, client: Any) -> Any:
        return client.chat(model="m", messages=MESSAGES)

    def copies(self, client: Any) -> list[Any]:  # noqa: ARG002  the SDK makes none
        return []

    def patience(self, client: Any) -> tuple[float | None, int]:
        wrapper = client._client_wrapper
        return wrapper.get_timeout(), wrapper.get_max_retries()

    def http_of(self, client: Any) -> Any:
        return client._client_wrapper.httpx_client.httpx_client


def asked(call: ToolCall) -> dict[str, Any]:
    return {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": written(call)}}


def pieces(index: int, call: dict[str, Any]) -> list[dict[str, Any]]:
    """The events of one call: its arguments come in two parts."""
    text = call["function"]["arguments"]
    start = {**call, "function": {**call["function"], "arguments": ""}}
    parts = [{"function": {"arguments": part}} for part in (text[:5], text[5:])]
    kinds = ["tool-call-start", "tool-call-delta", "tool-call-delta"]
    events = [
        {"type": kind, "index": index, "delta": {"message": {"tool_calls": part}}}
        for kind, part in zip(kinds, [start, *parts], strict=True)
    ]
    return [*events, {"type": "tool-call-end", "index": index}]


SERVICE = Cohere()
