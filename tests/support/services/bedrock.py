"""Bedrock's Converse: signed requests, of which each signature is computed anew here, and binary event streams."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recorded import Recorded
from modelcatalog.providers.testing.service import KEY, Sent, Service

from support.aws import event_stream, frame, signer

KEY_ID, REGION = "AKIASENTINEL00000001", "eu-central-1"
ERRORS = {
    400: "ValidationException",
    401: "UnrecognizedClientException",
    403: "AccessDeniedException",
    404: "ResourceNotFoundException",
    429: "ThrottlingException",
    500: "InternalServerException",
}
REASONS = {
    "stop": "end_turn",
    "length": "max_tokens",
    "tool_calls": "tool_use",
    "content_filter": "content_filtered",
}
CHOICES = {"auto": "auto", "any": "required"}
LIMITS = {"maxTokens": "max_tokens", "temperature": "temperature", "topP": "top_p", "stopSequences": "stop"}
USAGE = {"inputTokens": 3, "outputTokens": 5, "totalTokens": 8}


class Bedrock(Service):
    client_homes = ("botocore.client.", "aiobotocore.client.")
    auth = "aws"
    own_identity: Mapping[str, str] = {"signed by": KEY_ID, "for": f"{REGION}/bedrock"}
    poison: Mapping[str, str] = {
        "AWS_BEARER_TOKEN_BEDROCK": "LEAK-bearer",
        "AWS_ENDPOINT_URL": "http://127.0.0.1:9/LEAK",
        "AWS_ENDPOINT_URL_BEDROCK_RUNTIME": "http://127.0.0.1:9/LEAK",
        "AWS_DEFAULT_REGION": "LEAK-region",
        "AWS_REGION": "LEAK-region",
        "AWS_ACCESS_KEY_ID": "LEAK-id",
        "AWS_SECRET_ACCESS_KEY": "LEAK-secret",
        "AWS_SESSION_TOKEN": "LEAK-token",
        "AWS_PROFILE": "LEAK-profile",
        "AWS_ACCOUNT_ID": "LEAK-account",
    }
    options = frozenset({"max_tokens", "temperature", "top_p", "stop"})
    tool_choices = frozenset({"auto", "required"})
    lists_models = False
    keyless = False
    model = None
    request_parameters = frozenset({"inferenceConfig", "guardrailConfig"})
    request_arguments: Mapping[str, Any] = {"inferenceConfig": {"temperature": 0.5}}
    usual_patience = (60, 4)
    client_arguments: Mapping[str, Any] = {}

    def base_url(self, origin: str) -> str:
        return origin

    def settings(self, origin: str) -> dict[str, Any]:  # noqa: ARG002  the region says where
        return {"region": REGION, "aws_access_key_id": KEY_ID, "aws_secret_access_key": Secret(KEY)}

    def identity(self, request: Recorded) -> dict[str, str]:
        return signer(request, KEY)

    def chat(
        self, text: str | None = "Hello", *, calls: Sequence[ToolCall] = (), finish: str = "stop"
    ) -> Answer:
        content: list[dict[str, Any]] = [{"text": text}] if text is not None else []
        content += [
            {"toolUse": {"toolUseId": call.id, "name": call.name, "input": dict(call.arguments)}}
            for call in calls
        ]
        return answers.as_json(
            {
                "output": {"message": {"role": "assistant", "content": content}},
                "stopReason": REASONS[finish],
                "usage": USAGE,
                "metrics": {"latencyMs": 1},
            }
        )

    def stream(self, *texts: str, calls: Sequence[ToolCall] = (), finish: str | None = "stop") -> Answer:
        events: list[tuple[str, dict[str, Any]]] = [("messageStart", {"role": "assistant"})]
        events += [("contentBlockDelta", {"delta": {"text": text}, "contentBlockIndex": 0}) for text in texts]
        for index, call in enumerate(calls, 1):
            written = call.text or json.dumps(dict(call.arguments))
            start = {"toolUse": {"toolUseId": call.id, "name": call.name}}
            events.append(("contentBlockStart", {"start": start, "contentBlockIndex": index}))
            for part in (written[:4], written[4:]):
                delta = {"toolUse": {"input": part}}
                events.append(("contentBlockDelta", {"delta": delta, "contentBlockIndex": index}))
            events.append(("contentBlockStop", {"contentBlockIndex": index}))
        if finish is not None:
            events.append(("messageStop", {"stopReason": REASONS[finish]}))
            events.append(("metadata", {"usage": USAGE, "metrics": {"latencyMs": 1}}))
        return event_stream(*(frame(name, data) for name, data in events))

    def error(self, status: int, message: str) -> Answer:
        kind = (("x-amzn-ErrorType", ERRORS[status]),)
        return answers.as_json({"message": message}, status, headers=kind)

    def is_stream(self, request: Recorded) -> bool:
        return request.path.endswith("/converse-stream")

    def read(self, request: Recorded) -> Sent:
        body = dict(request.json)
        config = body.pop("toolConfig", {})
        [(choice, named)] = list(config.get("toolChoice", {}).items()) or [(None, None)]
        limits = body.pop("inferenceConfig", {})
        system = [{"role": "system", "content": one["text"]} for one in body.pop("system", [])]
        return Sent(
            model=unquote(request.path.split("/")[2]),
            messages=system + [one for message in body.pop("messages") for one in _messages(message)],
            stream=self.is_stream(request),
            tools=[_tool(tool["toolSpec"]) for tool in config.get("tools", [])],
            tool_choice=named["name"] if choice == "tool" else CHOICES.get(choice),
            options={LIMITS[name]: value for name, value in limits.items()},
            rest=body.get("additionalModelRequestFields", {}),
        )

    def ask(self, client: Any) -> Any:
        return client.converse(modelId="m", messages=[{"role": "user", "content": [{"text": "x"}]}])

    def copies(self, client: Any) -> list[Any]:  # noqa: ARG002  there is nothing like with_options
        return []

    def patience(self, client: Any) -> tuple[float | None, int]:
        config = client.meta.config
        return config.read_timeout, (config.retries or {}).get("total_max_attempts", 5) - 1

    def http_of(self, client: Any) -> Any:
        return client._endpoint.http_session

    def tls_context(self, client: Any) -> Any:  # noqa: ARG002  botocore makes its own
        return None


def _tool(spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": spec["name"],
        "description": spec["description"],
        "parameters": spec["inputSchema"]["json"],
    }


def _messages(message: dict[str, Any]) -> list[dict[str, Any]]:
    results = [block["toolResult"] for block in message["content"] if "toolResult" in block]
    if results:
        return [
            {"role": "tool", "tool_call_id": one["toolUseId"], "content": one["content"][0]["text"]}
            for one in results
        ]
    calls = [block["toolUse"] for block in message["content"] if "toolUse" in block]
    told = {
        "role": message["role"],
        "content": "".join(block["text"] for block in message["content"] if "text" in block),
    }
    if calls:
        told["tool_calls"] = [
            {"id": one["toolUseId"], "name": one["name"], "arguments": one["input"]} for one in calls
        ]
    return [told]


SERVICE = Bedrock()
