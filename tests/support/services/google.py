"""The Gemini API as google-genai speaks it: camel case, the model in the path, the key in x-goog-api-key."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recorded import Recorded
from modelcatalog.providers.testing.service import KEY, Sent, Service

REASONS = {"stop": "STOP", "tool_calls": "STOP", "length": "MAX_TOKENS", "content_filter": "SAFETY"}
USUAL = ("SEXUALLY_EXPLICIT", "HATE_SPEECH", "HARASSMENT", "DANGEROUS_CONTENT")
STATUSES = {401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}
MODES = {"AUTO": "auto", "NONE": "none", "ANY": "required"}
OPTIONS = {
    "maxOutputTokens": "max_tokens",
    "temperature": "temperature",
    "topP": "top_p",
    "stopSequences": "stop",
    "seed": "seed",
}
USAGE = {"promptTokenCount": 3, "candidatesTokenCount": 5, "totalTokenCount": 8}
LEAK = "http://127.0.0.1:9/LEAK"


class Google(Service):
    closes_left_streams = False
    own_identity: Mapping[str, str] = {"x-goog-api-key": KEY}
    keyless = False
    client_parameters = frozenset({"api_key", "vertexai", "http_options", "project", "location"})
    request_parameters = frozenset({"temperature", "top_k", "thinking_config"})
    # google-genai waits for ever, once.
    usual_patience = (None, 0)
    client_arguments: Mapping[str, Any] = {
        "http_options": {"timeout": 7000, "retry_options": {"attempts": 5}, "headers": {"X-Three": "3"}}
    }
    poison: Mapping[str, str] = {
        "GOOGLE_API_KEY": "LEAK-google-key",
        "GEMINI_API_KEY": "LEAK-gemini-key",
        "GOOGLE_GENAI_USE_VERTEXAI": "true",
        "GOOGLE_GENAI_USE_ENTERPRISE": "true",
        "GOOGLE_CLOUD_PROJECT": "LEAK-project",
        "GOOGLE_CLOUD_LOCATION": "LEAK-location",
        "GOOGLE_GEMINI_BASE_URL": LEAK,
        "GOOGLE_VERTEX_BASE_URL": LEAK,
        "GOOGLE_GENAI_API_VERSION": "LEAK-version",
        "GOOGLE_GENAI_HTTP_CLIENT": "httpx2",
        "GOOGLE_GENAI_CLIENT_MODE": "replay",
        "GOOGLE_APPLICATION_CREDENTIALS": "/LEAK/credentials.json",
        "GOOGLE_CLOUD_QUOTA_PROJECT": "LEAK-quota",
    }

    def base_url(self, origin: str) -> str:
        return origin

    # Answers

    def chat(
        self, text: str | None = "Hello", *, calls: Sequence[ToolCall] = (), finish: str = "stop"
    ) -> Answer:
        return answers.as_json(self.response(text, calls, REASONS[finish]))

    def stream(self, *texts: str, calls: Sequence[ToolCall] = (), finish: str | None = "stop") -> Answer:
        parts = [self.response(text, (), None) for text in texts]
        if finish is not None or calls:
            parts.append(self.response(None, calls, REASONS[finish] if finish else None))
        return self.streamed(*parts)

    def streamed(self, *parts: dict[str, Any]) -> Answer:
        return answers.events(*map(json.dumps, parts))

    def response(self, text: str | None, calls: Sequence[ToolCall], finish: str | None) -> dict[str, Any]:
        parts: list[dict[str, Any]] = [{"text": text}] if text else []
        parts += [{"functionCall": self.function_call(call)} for call in calls]
        candidate: dict[str, Any] = {"index": 0, "content": {"role": "model", "parts": parts}}
        if finish is not None:
            candidate["finishReason"] = finish
        return {"candidates": [candidate], "usageMetadata": USAGE, "modelVersion": "recorded"}

    def function_call(self, call: ToolCall) -> dict[str, Any]:
        said = {"name": call.name, "args": dict(call.arguments)}
        return {"id": call.id, **said} if self.has_call_ids else said

    def models(self, *names: str) -> Answer:
        return answers.as_json({"models": [{"name": f"models/{name}"} for name in names]})

    def error(self, status: int, message: str) -> Answer:
        if status == 404:
            message = f"models/m is not found for API version v1beta. {message}"
        told = {"code": status, "message": message, "status": STATUSES.get(status, "INTERNAL")}
        return answers.as_json({"error": told}, status)

    # Reading

    def is_stream(self, request: Recorded) -> bool:
        return request.path.endswith(":streamGenerateContent")

    def model_in(self, path: str) -> str:
        found = re.fullmatch(r"/v1(?:beta)?/models/(.+):\w+", path)
        assert found is not None, path
        return unquote(found[1])

    def read(self, request: Recorded) -> Sent:
        body = dict(request.json)
        settings = {one["category"]: one["threshold"] for one in body.pop("safetySettings", [])}
        generation = dict(body.pop("generationConfig", {}))
        options = {ours: generation.pop(theirs) for theirs, ours in OPTIONS.items() if theirs in generation}
        config = body.pop("toolConfig", {}).get("functionCallingConfig", {})
        tools = [one for tool in body.pop("tools", []) for one in tool["functionDeclarations"]]
        messages = list(_messages(body.pop("contents")))
        if "systemInstruction" in body:
            messages.insert(0, {"role": "system", "content": _text(body.pop("systemInstruction"))})
        if settings not in ({}, {f"HARM_CATEGORY_{name}": "BLOCK_NONE" for name in USUAL}):
            body["safetySettings"] = settings
        names = _either(config, "allowedFunctionNames", "allowed_function_names")
        return Sent(
            model=self.model_in(request.path),
            messages=messages,
            stream=self.is_stream(request),
            tools=[self.tool(one) for one in tools],
            tool_choice=names[0] if names else MODES.get(config.get("mode")),
            options=options,
            rest={**body, **generation},
        )

    def tool(self, declared: dict[str, Any]) -> dict[str, Any]:
        schema = _either(declared, "parametersJsonSchema", "parameters_json_schema")
        return {"name": declared["name"], "description": declared["description"], "parameters": schema}

    # The client

    def ask(self, client: Any) -> Any:
        side = client.aio if is_async() else client
        return side.models.generate_content(model="m", contents="x")

    def copies(self, client: Any) -> list[Any]:  # noqa: ARG002  of this one there are none
        return []

    def patience(self, client: Any) -> tuple[float | None, int]:
        options = client._api_client._http_options
        timeout, retries = options.timeout, options.retry_options
        return (None if timeout is None else timeout / 1000), (0 if retries is None else retries.attempts - 1)

    def http_of(self, client: Any) -> Any:
        return client._api_client._httpx_client

    def tls_context(self, client: Any) -> Any:
        held = client._api_client
        contexts = [
            http._transport._pool._ssl_context for http in (held._httpx_client, held._async_httpx_client)
        ]
        assert contexts[0] is contexts[1]
        return contexts[0]


def is_async() -> bool:
    """Whether this runs inside an event loop: the client is of one class for both ways."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def _either(said: dict[str, Any], *names: str) -> Any:
    """google-genai sends some inner names as they are in Python; the service reads both."""
    return next((said[name] for name in names if name in said), None)


def _text(content: dict[str, Any]) -> str:
    return "".join(part.get("text", "") for part in content["parts"])


def _messages(contents: list[dict[str, Any]]) -> Any:
    for content in contents:
        results = [part["functionResponse"] for part in content["parts"] if "functionResponse" in part]
        for one in results:
            output = one["response"].get("output", json.dumps(one["response"]))
            yield {"role": "tool", "tool_call_id": one.get("id", one["name"]), "content": output}
        if results:
            continue
        role = "assistant" if content["role"] == "model" else content["role"]
        message: dict[str, Any] = {"role": role, "content": _text(content)}
        calls = [part["functionCall"] for part in content["parts"] if "functionCall" in part]
        if calls:
            message["tool_calls"] = [
                {"id": one.get("id", ""), "name": one["name"], "arguments": one["args"]} for one in calls
            ]
        yield message


SERVICE = Google()
