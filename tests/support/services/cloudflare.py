"""Workers AI's REST API: the model in the path, the answer in an envelope, its end a line of its own."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import unquote

from modelcatalog.providers.adapter.chat_types import ChatCall
from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.openai_service import OpenAIService
from modelcatalog.providers.testing.recorded import Recorded
from modelcatalog.providers.testing.service import MESSAGES, Sent

PATH = "/client/v4/accounts/acc-1/ai"
MODEL = "@cf/meta/llama-3.1-8b-instruct"


class Cloudflare(OpenAIService):
    client_homes = ("modelcatalog.providers.cloudflare.client.",)
    poison: Mapping[str, str] = {}
    identity_headers = ("authorization", "x-auth-key", "x-auth-email")
    client_parameters = frozenset({"timeout", "max_retries", "headers", "http_client"})
    request_parameters = frozenset()
    client_arguments: Mapping[str, Any] = {"timeout": 7.0, "max_retries": 4}

    def base_url(self, origin: str) -> str:
        return f"{origin}{PATH}"

    def settings(self, origin: str) -> dict[str, Any]:
        return {**super().settings(origin), "account_id": "acc-1"}

    def chat(
        self, text: str | None = "Hello", *, calls: Sequence[ToolCall] = (), finish: str = "stop"
    ) -> Answer:
        [body] = super().chat(text, calls=calls, finish=finish).pieces
        return Answer((b'{"success": true, "errors": [], "messages": [], "result": ' + body + b"}",))

    def models(self, *names: str) -> Answer:
        return envelope([{"id": "5d3e", "name": name, "task": {"name": "Text Generation"}} for name in names])

    def error(self, status: int, message: str) -> Answer:
        codes = {401: 10000, 404: 3042}
        return refused(status, message, codes.get(status, 1000))

    def healthy(self, request: Recorded) -> Answer:
        if request.method == "GET":
            return self.models("small", "large")
        return self.stream("Hel", "lo") if request.json.get("stream") else self.chat()

    def read(self, request: Recorded) -> Sent:
        body = {**request.json, "model": unquote(request.path.removeprefix(f"{PATH}/run/"))}
        return super().read(
            Recorded(
                request.method, request.path, request.query, request.headers, answers.as_json(body).pieces[0]
            )
        )

    def ask(self, client: Any) -> Any:
        return client.run("m", messages=MESSAGES)

    def copies(self, client: Any) -> list[Any]:  # noqa: ARG002  there is nothing like with_options
        return []

    def patience(self, client: Any) -> tuple[float | None, int]:
        return client.timeout, client.max_retries

    def http_of(self, client: Any) -> Any:
        return client._http


def envelope(result: Any) -> Answer:
    return answers.as_json({"success": True, "errors": [], "messages": [], "result": result})


def refused(status: int, message: str, code: int) -> Answer:
    errors = [{"code": code, "message": message}]
    return answers.as_json({"success": False, "errors": errors, "messages": [], "result": None}, status)


def events(*data: Any, done: bool = True) -> Answer:
    """A stream of these, and of its last line."""
    return answers.events(*map(json.dumps, data), *(["[DONE]"] if done else []))


def asking(**options: Any) -> ChatCall:
    """A call with the name of a model as the service has them."""
    return ChatCall.of(MODEL, [{"role": "user", "content": "Say hello"}], {}, options)


SERVICE = Cloudflare()
