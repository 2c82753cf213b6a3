"""Mistral: OpenAI's protocol but for the seed and a stricter list of models."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from importlib import import_module
from typing import Any

from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.openai_service import OpenAIService
from modelcatalog.providers.testing.recorded import Recorded
from modelcatalog.providers.testing.service import MESSAGES, Sent


class Mistral(OpenAIService):
    request_parameters = frozenset({"temperature", "http_headers"})
    client_parameters = frozenset({"timeout_ms", "retry_config", "server_url", "async_client"})
    usual_patience = (None, 0)
    poison: Mapping[str, str] = {
        "MISTRAL_API_KEY": "LEAK-key",
        "MISTRAL_SA_TOKEN_PATH": "/LEAK",
        "MISTRAL_SDK_TELEMETRY": "LEAK-telemetry",
        "MISTRAL_DEBUG": "LEAK",
    }

    @property
    def client_arguments(self) -> Mapping[str, Any]:  # type: ignore[override]
        retries = import_module("mistralai.client.utils.retries")
        backoff = retries.BackoffStrategy(500, 8000, 2, 7400)
        return {"timeout_ms": 7000, "retry_config": retries.RetryConfig("backoff", backoff, True)}

    def base_url(self, origin: str) -> str:
        return origin

    def models(self, *names: str) -> Answer:
        capabilities = {"completion_chat": True}
        items = [{"id": name, "type": "base", "capabilities": capabilities} for name in names]
        return answers.as_json({"object": "list", "data": items})

    def error(self, status: int, message: str) -> Answer:
        if status == 401:
            return answers.as_json({"detail": message}, status)
        kind = "invalid_model" if status == 404 else "error"
        told = {"object": "error", "message": message, "type": kind, "param": None, "code": "1500"}
        return answers.as_json(told, status)

    def read(self, request: Recorded) -> Sent:
        body = dict(request.json)
        if "random_seed" in body:
            body["seed"] = body.pop("random_seed")
        # The SDK adds it to each message of the assistant.
        body["messages"] = [
            {name: value for name, value in message.items() if (name, value) != ("prefix", False)}
            for message in body["messages"]
        ]
        return super().read(replace(request, body=json.dumps(body).encode()))

    def ask(self, client: Any) -> Any:
        import asyncio

        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return client.chat.complete(model="m", messages=MESSAGES)
        return client.chat.complete_async(model="m", messages=MESSAGES)

    def copies(self, client: Any) -> list[Any]:  # noqa: ARG002  the SDK makes none
        return []

    def patience(self, client: Any) -> tuple[float | None, int]:
        settings = client.sdk_configuration
        timeout = settings.timeout_ms and settings.timeout_ms / 1000
        config = settings.retry_config
        if not hasattr(config, "backoff"):
            return timeout, 0
        backoff, waited, tries = config.backoff, 0.0, 0
        while waited <= backoff.max_elapsed_time:
            waited += min(backoff.initial_interval * backoff.exponent**tries, backoff.max_interval)
            tries += 1
        return timeout, tries

    def http_of(self, client: Any) -> Any:
        return client.sdk_configuration.client


SERVICE = Mistral()
