"""The contract of all adapters, with this one: `pip install pytest` and `pytest examples/acme-extension`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.testing import KEY, AdapterContract, Answer, Recorded, Sent, Service, answers


class AcmeService(Service):
    """What Acme sends, how what it gets is read, and what it has no word for."""

    identity_headers = ("x-acme-key",)
    own_identity: Mapping[str, str] = {"x-acme-key": KEY}
    options = frozenset({"max_tokens", "temperature", "stop"})
    has_tools = False
    has_usage = False
    model = None
    client_homes = ("acme_models.",)
    client_arguments: Mapping[str, Any] = {}
    usual_patience = (5.0, 0)

    def base_url(self, origin: str) -> str:
        return origin

    def chat(
        self, text: str | None = "Hello", *, calls: Sequence[ToolCall] = (), finish: str = "stop"
    ) -> Answer:
        return answers.as_json({"said": text, "end": finish})

    def stream(self, *texts: str, calls: Sequence[ToolCall] = (), finish: str | None = "stop") -> Answer:
        lines: list[dict[str, Any]] = [{"said": text} for text in texts]
        lines += [{"end": finish}] if finish is not None else []
        return Answer(tuple(f"{json.dumps(line)}\n".encode() for line in lines), kind="application/x-ndjson")

    def models(self, *names: str) -> Answer:
        return answers.as_json(names)

    def error(self, status: int, message: str) -> Answer:
        words = f"model not found: {message}" if status == 404 else message
        return answers.as_json({"message": words}, status)

    def read(self, request: Recorded) -> Sent:
        body = request.json
        known = {name: body.pop(name) for name in sorted(self.options & body.keys())}
        stream = body.pop("stream", False)
        return Sent(body.pop("model"), body.pop("messages"), stream, options=known, rest=body)

    def ask(self, client: Any) -> Any:
        return client.say(model="m", messages=[{"role": "user", "content": "x"}])

    def copies(self, client: Any) -> list[Any]:
        return []

    def patience(self, client: Any) -> tuple[float | None, int]:
        return client.http.timeout.read, 0

    def http_of(self, client: Any) -> Any:
        return client.http


class TestAcme(AdapterContract):
    ADAPTER = "acme"
    SERVICE = AcmeService()
