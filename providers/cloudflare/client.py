"""A client of Cloudflare's REST API for Workers AI: run a model, stream its answer, search for models."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from inspect import isawaitable
from itertools import count
from typing import Any, Self

import httpx2

from modelcatalog.providers.cloudflare.options import Options
from modelcatalog.providers.cloudflare.protocol import (
    Events,
    WorkersAIError,
    result_of,
    run_path,
    wait_before,
)
from modelcatalog.providers.http.client import http_client

__all__ = ["AsyncWorkersAI", "WorkersAI", "WorkersAIError"]


class WorkersAI(Options):
    """The sync client. Close it, or use it in a `with`."""

    def run(self, model: str, **body: Any) -> Any:
        """The `result` of one run. Raises WorkersAIError, an error of httpx2, or AnswerError."""
        with self._sent("POST", run_path(model), body) as response:
            response.read()
            return result_of(response)

    def stream(self, model: str, **body: Any) -> Iterator[dict[str, Any]]:
        """The events of one run, as they come. AnswerError for a stream that is empty or broke off."""
        with self._sent("POST", run_path(model), {**body, "stream": True}) as response:
            events = Events(response)
            for line in response.iter_lines():
                yield from events.take(line)
            events.end()

    def models(self, **query: Any) -> list[dict[str, Any]]:
        """The models that there are: one page. `query` as `search`, `task`, `per_page`, `page`."""
        with self._sent("GET", "/models/search", query=query) as response:
            response.read()
            return result_of(response, list)  # type: ignore[no-any-return]

    @contextmanager
    def _sent(self, method: str, path: str, body: Any = None, query: Any = None) -> Iterator[httpx2.Response]:
        response = self._send(method, path, body, query)
        try:
            if not response.is_success:
                response.read()
                raise WorkersAIError.of(response)
            yield response
        finally:
            response.close()

    def _send(self, method: str, path: str, body: Any, query: Any) -> httpx2.Response:
        renewed: Any = None
        attempts = count()
        while True:
            attempt = next(attempts)
            key = renewed or (self._key() if callable(self._key) else self._key)
            response: httpx2.Response | None = None
            try:
                response = self._http.send(self._request(method, path, key, body, query), stream=True)
            except httpx2.ConnectError:
                if attempt >= self.max_retries:
                    raise
            wait = wait_before(attempt, self.max_retries, response)
            if response is not None:
                if renewed is None and self._is_refused(response):
                    renewed = self._renewed(key)
                    if renewed != key:
                        response.close()
                        continue
                if wait is None:
                    return response
                response.close()
            time.sleep(wait or 0)

    def close(self) -> None:
        """Close the connections, unless the HTTP client is yours."""
        if self._own:
            self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _client(self) -> Any:
        return http_client(sync=True)


class AsyncWorkersAI(Options):
    """The async client. Use it in one event loop; close it, or use it in an `async with`.

    async with AsyncWorkersAI("https://api.cloudflare.com/client/v4/accounts/ACCOUNT/ai", TOKEN) as client:
        result = await client.run("@cf/meta/llama-3.1-8b-instruct", prompt="Hi")
        print(result["response"])
    """

    async def run(self, model: str, **body: Any) -> Any:
        """The `result` of one run. Raises WorkersAIError, an error of httpx2, or AnswerError."""
        async with self._sent("POST", run_path(model), body) as response:
            await response.aread()
            return result_of(response)

    async def stream(self, model: str, **body: Any) -> AsyncIterator[dict[str, Any]]:
        """The events of one run, as they come. AnswerError for a stream that is empty or broke off."""
        async with self._sent("POST", run_path(model), {**body, "stream": True}) as response:
            events = Events(response)
            async for line in response.aiter_lines():
                for event in events.take(line):
                    yield event
            events.end()

    async def models(self, **query: Any) -> list[dict[str, Any]]:
        """The models that there are: one page. `query` as `search`, `task`, `per_page`, `page`."""
        async with self._sent("GET", "/models/search", query=query) as response:
            await response.aread()
            return result_of(response, list)  # type: ignore[no-any-return]

    @asynccontextmanager
    async def _sent(
        self, method: str, path: str, body: Any = None, query: Any = None
    ) -> AsyncIterator[httpx2.Response]:
        response = await self._send(method, path, body, query)
        try:
            if not response.is_success:
                await response.aread()
                raise WorkersAIError.of(response)
            yield response
        finally:
            await response.aclose()

    async def _send(self, method: str, path: str, body: Any, query: Any) -> httpx2.Response:
        renewed: Any = None
        attempts = count()
        while True:
            attempt = next(attempts)
            key = renewed or (self._key() if callable(self._key) else self._key)
            key = await key if isawaitable(key) else key
            response: httpx2.Response | None = None
            try:
                response = await self._http.send(self._request(method, path, key, body, query), stream=True)
            except httpx2.ConnectError:
                if attempt >= self.max_retries:
                    raise
            wait = wait_before(attempt, self.max_retries, response)
            if response is not None:
                if renewed is None and self._is_refused(response):
                    renewed = self._renewed(key)
                    renewed = await renewed if isawaitable(renewed) else renewed
                    if renewed != key:
                        await response.aclose()
                        continue
                if wait is None:
                    return response
                await response.aclose()
            await asyncio.sleep(wait or 0)

    async def aclose(self) -> None:
        """Close the connections, unless the HTTP client is yours."""
        if self._own:
            await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def _client(self) -> Any:
        return http_client(sync=False)
