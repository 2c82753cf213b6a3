"""Adapter for azure-ai-inference: models of the Azure AI catalog, each on an endpoint of its own.

The SDK stayed a preview. It takes any keyword and says nothing of those that it doesn't know; `parameters` holds the
ones that it does.
"""

from __future__ import annotations

from typing import Any

from modelcatalog.catalog.redaction.secret import Secret, reveal
from modelcatalog.providers.adapter.adapter import Adapter, Ambient, Package, UrlRule
from modelcatalog.providers.adapter.connection import Built, Connection
from modelcatalog.providers.adapter.emulate_tools import PARAMETERS, is_llama, is_wanted
from modelcatalog.providers.adapter.packages import import_sdk

# What the SDK's constructor hands on to azure-core: keywords of its policies and of its HTTP clients, as documented in
# azure-core 1.41 (README, "Client library developer documentation", and the docstrings of the policies).
_CORE = frozenset(
    """
    api_version credential_scopes headers user_agent user_agent_overwrite user_agent_use_env sdk_moniker proxies
    logging_enable request_id auto_request_id permit_redirects redirect_max redirect_remove_headers
    redirect_on_status_codes blocked_redirect_headers retry_total retry_connect retry_read retry_status retry_mode
    retry_backoff_factor retry_backoff_max retry_on_status_codes raw_request_hook raw_response_hook
    connection_timeout read_timeout connection_verify connection_cert connection_data_block_size use_env_settings
    transport policies per_call_policies per_retry_policies retry_policy redirect_policy authentication_policy
    headers_policy user_agent_policy proxy_policy logging_policy http_logging_policy custom_hook_policy
    """.split()
)
# Those of the call: https://learn.microsoft.com/python/api/azure-ai-inference, looked at 2026-11-23.
_CALL = frozenset({"headers", "params", "content_type", "timeout", "read_timeout", "connection_timeout"})
# The SDK itself would take the first two off a request that was redirected elsewhere, and leave the key.
_KEPT_HOME = ("x-ms-authorization-auxiliary", "Authorization", "api-key")


class AzureAI(Adapter):
    """`azure.ai.inference.ChatCompletionsClient`, sync and async."""

    PACKAGE = Package("azure-ai-inference", "azure.ai.inference", "1.0.0b9", "azureai")
    FURTHER_PACKAGES = (Package("aiohttp", "aiohttp", "3.10", "azureai"),)
    CALLS = "modelcatalog.providers.ended.azureai.chat"
    FAILURES = "modelcatalog.providers.ended.azureai.failure"
    CLIENTS = ("azure.ai.inference.ChatCompletionsClient", "azure.ai.inference.aio.ChatCompletionsClient")
    TARGETS = frozenset({"client", "request", "body", "adapter"})
    AUTH = frozenset({"key", "entra", "none"})
    BEARER = frozenset({"entra"})
    ARGUMENTS = PARAMETERS
    SETTINGS = frozenset({"api_key", "base_url", "api_version", "token_provider"})
    URL_RULE = UrlRule(strip=("/chat/completions", "/info"), version="", forbid_version=False)
    NO_LIST = (
        "azure-ai-inference lists no models: the model is the name of a deployment. For an endpoint with a single "
        "model, client.get_model_info() tells which one it is."
    )
    # Read in pipeline/policies/_universal.py of azure-core 1.41.
    AMBIENT = (Ambient("AZURE_HTTP_USER_AGENT", "would be added to the header User-Agent"),)

    def url_problem(self, url: str) -> str | None:
        """Why this endpoint is not one for this SDK."""
        if f"{url}/".endswith("/openai/v1/"):
            return (
                f"{url} is an endpoint of OpenAI's protocol: give it to a provider with the adapter openai."
            )
        return None

    def sdk_parameters(self, target: str) -> frozenset[str]:
        from inspect import signature

        client = import_sdk(self.PACKAGE).ChatCompletionsClient
        function, more = (client.__init__, _CORE) if target == "client" else (client.complete, _CALL)
        return more | frozenset(signature(function).parameters) - {"self", "kwargs", "body"}

    def build(self, connection: Connection, *, sync: bool) -> Built:
        """`ChatCompletionsClient`, sync or async. Raises ValueError without an endpoint.

        Not by the SDK's `load_client`, which would ask the endpoint which model it has.
        """
        emulates = is_wanted(connection, default=is_llama(connection.model))
        given = {name: reveal(value) for name, value in connection.arguments.get("client", {}).items()}
        endpoint = given.pop("endpoint", None) or connection.settings.get("base_url")
        if not endpoint:
            raise ValueError(f"{connection.provider} has no endpoint")
        credential, close_credential = given.pop("credential", None), None
        if credential is None:
            from modelcatalog.providers.ended.azureai.credential import credential_for

            credential, close_credential = credential_for(connection, str(endpoint), given, sync=sync)
        sdk = import_sdk(self.PACKAGE)
        if not sync:
            from azure.ai.inference import aio as sdk  # type: ignore[no-redef,unused-ignore]
        headers = _headers(connection, given)
        arguments = {**_options(connection), **given}
        client = sdk.ChatCompletionsClient(endpoint, credential, headers=headers, **arguments)
        built = _closing(client, close_credential, "transport" in arguments, sync=sync)
        return built._replace(emulates_tools=emulates)

    def request_args(self, connection: Connection) -> dict[str, Any]:
        """Those for the body go in `model_extras`, which become part of the JSON."""
        arguments = super().request_args(connection)
        body = {name: reveal(value) for name, value in connection.arguments.get("body", {}).items()}
        if body:
            arguments["model_extras"] = {**arguments.get("model_extras", {}), **body}
        return arguments


def _options(connection: Connection) -> dict[str, Any]:
    secret = [name for name, value in connection.headers.items() if isinstance(value, Secret)]
    options: dict[str, Any] = {
        "user_agent_use_env": False,
        "blocked_redirect_headers": [*_KEPT_HOME, *secret],
    }
    if connection.settings.get("api_version"):
        options["api_version"] = connection.settings["api_version"]
    if connection.timeout is not None:
        options |= {"connection_timeout": connection.timeout, "read_timeout": connection.timeout}
    if connection.max_retries is not None:
        options["retry_total"] = connection.max_retries
    if connection.http_client is not None:
        options["transport"] = connection.http_client
    return options


def _headers(connection: Connection, given: dict[str, Any]) -> dict[str, Any]:
    headers = {name.lower(): reveal(value) for name, value in connection.headers.items()}
    return headers | {name.lower(): value for name, value in given.pop("headers", {}).items()}


def _closing(client: Any, close_credential: Any, theirs: bool, *, sync: bool) -> Built:
    """What closes the client and its credential. The transport of a caller stays open."""

    def close() -> None:
        if not theirs:
            client.close()
        if close_credential is not None:
            close_credential()

    async def aclose() -> None:
        if not theirs:
            await client.close()
        if close_credential is not None:
            await close_credential()

    if theirs and close_credential is None:
        return Built(client)
    return Built(client, close=close) if sync else Built(client, aclose=aclose)
