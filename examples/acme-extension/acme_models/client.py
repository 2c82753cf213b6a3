"""A client of the Acme protocol, sync and async: what a vendor's SDK would be.

POST {base URL}/say with {"model", "messages", ...} gives {"said", "end"}, the key in X-Acme-Key. With "stream" the
answer is a line of JSON for each piece: {"said"}, the last one {"end"}. GET {base URL}/models gives a list of names.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import httpx2


class AcmeError(Exception):
    """The service refused. `Adapter.failure` explains it by these attributes."""

    def __init__(self, response: httpx2.Response) -> None:
        super().__init__(f"HTTP status {response.status_code}")
        self.status_code = response.status_code
        self.body = response.text
        self.response = response


class AcmeAnswerError(ValueError):
    """The answer isn't JSON. With its response, so that what kind of answer it is can be said."""

    def __init__(self, response: httpx2.Response) -> None:
        super().__init__("a line that is no JSON")
        self.response = response


class Acme:
    """The sync client, on an HTTP client that knows the address and the key."""

    def __init__(self, http: httpx2.Client) -> None:
        self.http = http

    def say(self, **body: Any) -> httpx2.Response:
        return checked(self.http.post("/say", json=body))

    def stream(self, **body: Any) -> Iterator[Mapping[str, Any]]:
        with self.http.stream("POST", "/say", json={**body, "stream": True}) as response:
            if not response.is_success:
                response.read()
            for line in checked(response).iter_lines():
                yield parsed(line, response)

    def models(self, path: str) -> httpx2.Response:
        return checked(self.http.get(path))

    def close(self) -> None:
        self.http.close()


class AsyncAcme:
    """The async client."""

    def __init__(self, http: httpx2.AsyncClient) -> None:
        self.http = http

    async def say(self, **body: Any) -> httpx2.Response:
        return checked(await self.http.post("/say", json=body))

    async def stream(self, **body: Any) -> AsyncIterator[Mapping[str, Any]]:
        async with self.http.stream("POST", "/say", json={**body, "stream": True}) as response:
            if not response.is_success:
                await response.aread()
            async for line in checked(response).aiter_lines():
                yield parsed(line, response)

    async def models(self, path: str) -> httpx2.Response:
        return checked(await self.http.get(path))

    async def aclose(self) -> None:
        await self.http.aclose()


def checked(response: httpx2.Response) -> httpx2.Response:
    if not response.is_success:
        raise AcmeError(response)
    return response


def parsed(line: str, response: httpx2.Response) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise AcmeAnswerError(response) from error
