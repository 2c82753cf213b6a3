"""What the two clients of Workers AI have in common: their options, and the requests made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import httpx2

from modelcatalog.catalog.redaction.secret import Secret, reveal
from modelcatalog.providers.identities.refreshable import Tokens

Key = str | Secret | Callable[[], Any]


class Options:
    """What both clients are given, and how they show themselves.

    `base_url` ends with the account's `/ai`. `api_key` is a token, or a function that gives one for each request.
    `timeout` is in seconds. `max_retries` counts further attempts after no connection and after 429 and 5xx.
    `headers` go with each request. An `http_client` of yours is not closed by ours.
    """

    def __init__(
        self,
        base_url: str,
        api_key: Key | None = None,
        *,
        timeout: float = 600,
        max_retries: int = 2,
        headers: Mapping[str, str | Secret] | None = None,
        http_client: Any = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self.timeout = timeout
        self.max_retries = max_retries
        self._key = api_key
        self._headers = {name: reveal(value) for name, value in (headers or {}).items()}
        self._own = http_client is None
        self._http = self._client() if http_client is None else http_client

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.base_url!r})"

    def _is_refused(self, response: httpx2.Response) -> bool:
        """Whether the key was refused, and there may be another."""
        return response.status_code == 401 and isinstance(self._key, Tokens)

    def _renewed(self, refused: Any) -> Any:
        return self._key.renew(str(refused)) if isinstance(self._key, Tokens) else refused

    def _client(self) -> Any:
        raise NotImplementedError

    def _request(self, method: str, path: str, key: Any, body: Any, query: Any) -> httpx2.Request:
        headers = dict(self._headers)
        if key is not None:
            headers["Authorization"] = f"Bearer {reveal(key)}"
        timeout = httpx2.Timeout(self.timeout, connect=min(5.0, self.timeout))
        request: httpx2.Request = self._http.build_request(
            method, f"{self.base_url}{path}", json=body, params=query, headers=headers, timeout=timeout
        )
        return request
