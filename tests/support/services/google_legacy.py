"""The Gemini API as the ended google-generativeai speaks it: enums as numbers, streams as arrays."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recorded import Recorded
from modelcatalog.providers.testing.service import Sent

from support.services.google import USUAL, Google, is_async

KIND = "application/json; charset=UTF-8"
MODES = {1: "AUTO", 2: "ANY", 3: "NONE"}
TYPES = {1: "string", 2: "number", 3: "integer", 4: "boolean", 5: "array", 6: "object"}
FINISH = {"STOP": 1, "MAX_TOKENS": 2, "SAFETY": 3}
CATEGORIES = {7: "HARASSMENT", 8: "HATE_SPEECH", 9: "SEXUALLY_EXPLICIT", 10: "DANGEROUS_CONTENT"}
THRESHOLDS = {1: "BLOCK_LOW_AND_ABOVE", 2: "BLOCK_MEDIUM_AND_ABOVE", 3: "BLOCK_ONLY_HIGH", 4: "BLOCK_NONE"}
# Its own patience is in its method table: 600 s, and again after a 503 until they are over.
ITS_OWN = (None, -1)


class GoogleLegacy(Google):
    # requests closes it when the response is collected, which comes soon or late.
    closes_left_streams = False
    may_keep_left_streams = True
    options = frozenset({"max_tokens", "temperature", "top_p", "stop"})
    request_parameters = frozenset({"temperature", "top_k", "generation_config", "request_options"})
    usual_patience = ITS_OWN
    client_arguments: Mapping[str, Any] = {}
    categories: Mapping[int, str] = CATEGORIES
    poison: Mapping[str, str] = {
        "GEMINI_API_KEY": "LEAK-gemini-key",
        "GOOGLE_API_KEY": "LEAK-google-key",
        "GOOGLE_CLOUD_UNIVERSE_DOMAIN": "LEAK.example",
        "GOOGLE_CLOUD_PROJECT": "LEAK-project",
        "GOOGLE_APPLICATION_CREDENTIALS": "/LEAK/credentials.json",
        "GOOGLE_CLOUD_QUOTA_PROJECT": "LEAK-quota",
    }

    def streamed(self, *parts: dict[str, Any]) -> Answer:
        pieces = [f"{',' if index else '['}{json.dumps(part)}\r\n" for index, part in enumerate(parts)]
        return Answer(tuple(map(str.encode, [*pieces, "]"])), kind=KIND)

    def response(self, text: str | None, calls: Sequence[ToolCall], finish: str | None) -> dict[str, Any]:
        said = super().response(text, calls, finish)
        if finish is not None:
            said["candidates"][0]["finishReason"] = FINISH[finish]
        return said

    def read(self, request: Recorded) -> Sent:
        # Numbers into names, then as it is read for google-genai.
        body = dict(request.json)
        body["safetySettings"] = [
            {
                "category": f"HARM_CATEGORY_{self.categories[one['category']]}",
                "threshold": THRESHOLDS[one["threshold"]],
            }
            for one in body.get("safetySettings", [])
        ]
        config = body.get("toolConfig", {}).get("functionCallingConfig", {})
        if "mode" in config:
            config["mode"] = MODES[config["mode"]]
        assert {one["category"] for one in body["safetySettings"]} >= {
            f"HARM_CATEGORY_{name}" for name in USUAL
        }
        named = Recorded(
            request.method, request.path, request.query, request.headers, json.dumps(body).encode()
        )
        return super().read(named)

    def tool(self, declared: dict[str, Any]) -> dict[str, Any]:
        return {**declared, "parameters": _schema(declared["parameters"])}

    def ask(self, client: Any) -> Any:
        return client.generate_content_async("x") if is_async() else client.generate_content("x")

    def service(self, client: Any) -> Any:
        return client._client

    def patience(self, client: Any) -> tuple[float | None, int]:
        _, timeout, retries, _ = self.service(client).generate_content.args
        return timeout, -1 if retries is None else retries

    def http_of(self, client: Any) -> Any:
        return self.service(client).transport._session

    def tls_context(self, client: Any) -> Any:  # noqa: ARG002  requests makes one for each connection
        return None


def _schema(said: dict[str, Any]) -> dict[str, Any]:
    named = {**said, "type": TYPES[said["type"]]}
    if "properties" in said:
        named["properties"] = {name: _schema(one) for name, one in said["properties"].items()}
    return named


SERVICE = GoogleLegacy()
