"""OpenAI's protocol, as OpenAI and everybody who speaks it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recorded import Recorded
from modelcatalog.providers.testing.service import MESSAGES, Sent, Service

CUSTOM_HEADERS = """X-Leak: LEAK-custom
authorization: Bearer LEAK-auth
API-Key: LEAK-apikey
User-Agent: LEAK-agent
Accept: LEAK-accept"""


class OpenAIService(Service):
    """A service that speaks OpenAI's protocol. One that differs in something derives from it."""

    request_parameters = frozenset({"temperature", "extra_body"})
    identity_headers = (*Service.identity_headers, "openai-organization", "openai-project")
    poison: Mapping[str, str] = {
        "OPENAI_API_KEY": "LEAK-openai-key",
        "OPENAI_ADMIN_KEY": "LEAK-admin-key",
        "OPENAI_BASE_URL": "http://127.0.0.1:9/LEAK",
        "OPENAI_ORG_ID": "LEAK-org",
        "OPENAI_PROJECT_ID": "LEAK-project",
        "OPENAI_WEBHOOK_SECRET": "LEAK-webhook",
        "OPENAI_CUSTOM_HEADERS": CUSTOM_HEADERS,
        "AZURE_OPENAI_AD_TOKEN": "LEAK-ad-token",
        "AZURE_OPENAI_API_KEY": "LEAK-azure-key",
        "AZURE_OPENAI_ENDPOINT": "http://127.0.0.1:9/LEAK",
        "OPENAI_API_VERSION": "LEAK-version",
    }

    def base_url(self, origin: str) -> str:
        return f"{origin}/v1"

    def chat(
        self, text: str | None = "Hello", *, calls: Sequence[ToolCall] = (), finish: str = "stop"
    ) -> Answer:
        asked = [answers.tool_call(call.name, written(call), identity=call.id) for call in calls]
        return answers.chat(text, tool_calls=asked, finish=finish)

    def stream(self, *texts: str, calls: Sequence[ToolCall] = (), finish: str | None = "stop") -> Answer:
        asked = [
            answers.tool_call(call.name, written(call), identity=call.id, index=index)
            for index, call in enumerate(calls)
        ]
        deltas = [{"tool_calls": [one]} for one in asked]
        return answers.stream(*texts, deltas=deltas, finish=finish, done=finish is not None)

    def models(self, *names: str) -> Answer:
        return answers.models(*names)

    def error(self, status: int, message: str) -> Answer:
        codes = {401: "invalid_api_key", 404: "model_not_found"}
        return answers.error(status, message, code=codes.get(status))

    def read(self, request: Recorded) -> Sent:
        body = dict(request.json)
        choice = body.pop("tool_choice", None)
        return Sent(
            model=body.pop("model"),
            messages=[_message(message) for message in body.pop("messages")],
            stream=body.pop("stream", False),
            tools=[tool["function"] for tool in body.pop("tools", [])],
            tool_choice=choice["function"]["name"] if isinstance(choice, dict) else choice,
            options={name: body.pop(name) for name in sorted(self.options) if name in body},
            rest=body,
        )

    def ask(self, client: Any) -> Any:
        return client.chat.completions.create(model="m", messages=MESSAGES)


def written(call: ToolCall) -> str:
    """The arguments as the model wrote them."""
    return call.text or json.dumps(dict(call.arguments))


def _message(message: dict[str, Any]) -> dict[str, Any]:
    if not message.get("tool_calls"):
        return message
    calls = [
        {
            "id": call["id"],
            "name": call["function"]["name"],
            "arguments": json.loads(call["function"]["arguments"]),
        }
        for call in message["tool_calls"]
    ]
    return {**message, "tool_calls": calls}
