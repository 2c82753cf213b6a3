"""goodfire: OpenAI's path, fields that only it has, and no tools: they are emulated here for the whole contract."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.providers.chat.tool_emulation_parser import read, written
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recorded import Recorded
from modelcatalog.providers.testing.service import MESSAGES, Sent, Service

BASE = {"id": "1", "created": 1, "model": "recorded", "system_fingerprint": "f"}
NAMES = {
    "max_completion_tokens": "max_tokens",
    "temperature": "temperature",
    "top_p": "top_p",
    "stop": "stop",
    "seed": "seed",
}
TOOL = re.compile(r'^\{"name": .*"parameters": .*\}$', re.MULTILINE)
CHOICES = {"call at least one function": "required", "Where you need no function": "auto"}
OWN_PROMPT = "You are a helpful assistant who should follow the users requests."


class Goodfire(Service):
    always: Mapping[str, Any] = {
        "max_tokens": 2048,
        "temperature": 0.6,
        "top_p": 0.9,
        "stop": ["<|eot_id|>", "<|begin_of_text|>"],
        "seed": 42,
    }
    lists_models = False
    has_call_ids = False
    has_usage = False
    tool_choices = frozenset({"auto", "required"})
    # The SDK throws the server's words away.
    silent = frozenset({429, 500})
    request_parameters = frozenset({"temperature", "system_prompt", "timeout"})
    client_arguments: Mapping[str, Any] = {}
    usual_patience = (None, 5)

    # It takes 300 for success, and says nothing of it.
    hidden = (frozenset(range(402, 600)) - {402, 403, 404, 429, 500}) | {300}

    def base_url(self, origin: str) -> str:
        return origin

    def chat(
        self, text: str | None = "Hello", *, calls: Sequence[ToolCall] = (), finish: str = "stop"
    ) -> Answer:
        said = "\n".join([text or "", *map(written, calls)])
        choice = {"index": 0, "message": {"role": "assistant", "content": said}, "finish_reason": finish}
        return answers.as_json({**BASE, "object": "chat.completion", "choices": [choice]})

    def stream(self, *texts: str, calls: Sequence[ToolCall] = (), finish: str | None = "stop") -> Answer:
        said = [*texts, *map(written, calls)]
        chunks = [_chunk(number, text, None) for number, text in enumerate(said)]
        if finish is not None:
            chunks.append(_chunk(len(said), "", finish))
        return answers.events(*map(json.dumps, chunks), *(["[DONE]"] if finish is not None else []))

    def models(self, *names: str) -> Answer:
        raise NotImplementedError

    def error(self, status: int, message: str) -> Answer:
        codes = {401: "invalid_api_key", 404: "model_not_found"}
        return answers.error(status, message, code=codes.get(status))

    def read(self, request: Recorded) -> Sent:
        body = dict(request.json)
        messages = body.pop("messages")
        tools: list[Any] = []
        choice = None
        if messages[0]["role"] == "system":
            prompt = messages[0]["content"]
            tools = [json.loads(line) for line in TOOL.findall(prompt)]
            if tools:
                named = re.search(r"call the function (\S+)\.$", prompt)
                choice = named[1] if named else next(to for said, to in CHOICES.items() if said in prompt)
            if tools or prompt.startswith(OWN_PROMPT):
                messages = messages[1:]
        return Sent(
            model=body.pop("model"),
            messages=[one for message in messages for one in _message(message)],
            stream=body.pop("stream"),
            tools=tools,
            tool_choice=choice,
            options={ours: body.pop(theirs) for theirs, ours in NAMES.items()},
            rest=body,
        )

    def ask(self, client: Any) -> Any:
        return client.chat.completions.create(model="m", messages=MESSAGES)

    def copies(self, client: Any) -> list[Any]:  # noqa: ARG002  there is nothing like with_options
        return []

    def patience(self, client: Any) -> tuple[float | None, int]:
        http = client.chat.completions._http
        return http.timeout, getattr(http, "_async_http", http).max_retries

    def http_of(self, client: Any) -> Any:  # noqa: ARG002  it has one for each request
        return None

    def tls_context(self, client: Any) -> Any:  # noqa: ARG002  likewise
        return None


def _chunk(number: int, text: str, finish: str | None) -> dict[str, Any]:
    delta = {"role": "assistant", "content": text}
    choice = {"index": 0, "delta": delta, "gf_token_index": number, "finish_reason": finish}
    return {**BASE, "object": "chat.completion.chunk", "choices": [choice]}


def _message(message: dict[str, Any]) -> list[dict[str, Any]]:
    if message["role"] == "assistant":
        text, calls = read(message["content"])
        told = [{"id": call.id, "name": call.name, "arguments": dict(call.arguments)} for call in calls]
        return [{"role": "assistant", "content": text, **({"tool_calls": told} if told else {})}]
    results = re.findall(r"<tool_result>(.*)</tool_result>", message["content"])
    return [{"role": "tool", "content": json.loads(one)["content"]} for one in results] or [message]


SERVICE = Goodfire()
