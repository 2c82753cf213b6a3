"""Azure AI: OpenAI's messages, the key in two headers, an endpoint for each model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from modelcatalog.providers.testing.openai_service import OpenAIService
from modelcatalog.providers.testing.service import KEY, MESSAGES


class AzureAI(OpenAIService):
    own_identity: Mapping[str, str] = {"authorization": f"Bearer {KEY}", "api-key": KEY}
    poison: Mapping[str, str] = {"AZURE_HTTP_USER_AGENT": "LEAK-agent"}
    lists_models = False
    usual_patience = (300, 10)
    client_parameters = frozenset({"retry_total", "read_timeout", "headers", "credential", "model_extras"})
    request_parameters = frozenset({"temperature", "model_extras"})
    client_arguments: Mapping[str, Any] = {
        "read_timeout": 7.0,
        "connection_timeout": 7.0,
        "retry_total": 4,
    }

    def base_url(self, origin: str) -> str:
        return origin

    def ask(self, client: Any) -> Any:
        return client.complete(model="m", messages=MESSAGES)

    def copies(self, client: Any) -> list[Any]:  # noqa: ARG002  there is nothing like with_options
        return []

    def patience(self, client: Any) -> tuple[float | None, int]:
        return (
            self.http_of(client).connection_config.read_timeout,
            client._config.retry_policy.total_retries,
        )

    def http_of(self, client: Any) -> Any:
        return client._client._pipeline._transport

    def tls_context(self, client: Any) -> Any:  # noqa: ARG002  made with the first connection, not with the client
        return None


SERVICE = AzureAI()
