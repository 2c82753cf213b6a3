"""Adapter for the cohere SDK: version 2 of Cohere's API."""

from __future__ import annotations

from functools import partial

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.adapter.adapter import Adapter, Ambient, Built, Connection, Package, UrlRule
from modelcatalog.providers.adapter.packages import import_sdk


class Cohere(Adapter):
    """`cohere.ClientV2` and `cohere.AsyncClientV2`."""

    PACKAGE = Package("cohere", "cohere", "7.3", "cohere")
    CALLS = "modelcatalog.providers.cohere.chat"
    CLIENTS = ("cohere.ClientV2", "cohere.AsyncClientV2")
    REQUEST = "cohere.v2.client.V2Client.chat"
    MODELS_PATH = "/v1/models"
    URL_RULE = UrlRule(("/v2/chat", "/v1/chat", "/v1/models", "/v2", "/v1"), "/v2", forbid_version=True)
    KEY_VARIABLES = ("CO_API_KEY",)
    # Read in client.py, client_v2.py and base_client.py of cohere 7.3.
    AMBIENT = (
        Ambient("CO_API_KEY", "would be sent as the key where none is given"),
        Ambient("COHERE_API_KEY", "would be sent as the key where none is given and CO_API_KEY is not set"),
        Ambient("CO_API_URL", "would be the address where none is given"),
    )

    def url_problem(self, url: str) -> str | None:
        if "/compatibility/" in f"{url}/":
            return f"{url} is the address of Cohere's OpenAI-compatible API: use cohere/compat."
        return None

    def build(self, connection: Connection, *, sync: bool) -> Built:
        """`cohere.ClientV2` or `cohere.AsyncClientV2`. Raises ValueError without a base URL."""
        from modelcatalog.providers.http.arguments import key_and_base_url
        from modelcatalog.providers.http.client import http_client
        from modelcatalog.providers.http.headers import headers_of
        from modelcatalog.providers.http.hooks import NO_KEY, origin_keeper

        sdk = import_sdk(self.PACKAGE)
        arguments = key_and_base_url(connection) | {
            "timeout": 300 if connection.timeout is None else connection.timeout,  # 300 is the SDK's own
            "max_retries": connection.max_retries,
            "httpx_client": connection.http_client,
            **connection.given("client"),
        }
        # Any text keeps the SDK from looking for its variables; the key is among the headers.
        key, arguments["api_key"] = arguments["api_key"], NO_KEY
        ours = None
        if arguments["httpx_client"] is None:
            secret = [name for name, value in connection.headers.items() if isinstance(value, Secret)]
            hooks, follow = [origin_keeper(secret, sync=sync)], connection.follow_redirects
            ours = http_client(sync=sync, library="httpx", requests=hooks, key=key, follow_redirects=follow)
            arguments["httpx_client"] = ours
        client = (sdk.ClientV2 if sync else sdk.AsyncClientV2)(**arguments)
        wrapper = client._client_wrapper  # noqa: SLF001  the constructor takes no headers
        headers = headers_of(connection, key, partial(wrapper.get_headers, include_token=False), sync=sync)
        setattr(wrapper.httpx_client, "base_headers" if sync else "async_base_headers", headers)
        return Built.on(client, ours, sync=sync)
