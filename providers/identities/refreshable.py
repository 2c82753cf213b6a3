"""Keys that don't last: a function that gives them, asked again when one has run out or was refused."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import cache
from inspect import isawaitable
from typing import Any

from modelcatalog.catalog.redaction.secret import reveal

_EARLY = 30.0
"""Seconds before its end from which on a key isn't used any more."""

_CARRIERS = ("authorization", "x-api-key", "api-key", "x-goog-api-key")


class Tokens:
    """A function of the user's that gives keys. Call it for the key of the moment, and `renew` when that is refused.

    The function gives a text, a pair of a text and its end (seconds since 1970, or a datetime), or an object with
    `token` and `expires_on`. It is asked each time, unless the end is known. An async function makes the answers of
    both awaitable. `seen` are the last keys, for masking.
    """

    def __init__(self, function: Callable[[], Any]) -> None:
        self._function = function
        self._end: float | None = None
        self.seen: deque[str] = deque(maxlen=8)

    def __repr__(self) -> str:
        return "Tokens(...)"

    def __call__(self) -> str | Awaitable[str]:
        if self._end is not None and time.time() < self._end - _EARLY:
            return self.seen[-1]
        return self._asked()

    def renew(self, refused: str) -> str | Awaitable[str]:
        """A key in place of a refused one: what another call has fetched meanwhile, or what the function gives."""
        if self.seen and self.seen[-1] != refused and self._end is not None:
            return self.seen[-1]
        return self._asked()

    def refused_in(self, headers: Any) -> str | None:
        """The key of ours that these headers carry."""
        carried = {_parts(name, value)[1] for name in _CARRIERS if (value := headers.get(name))}
        return next((key for key in reversed(self.seen) if key in carried), None)

    def _asked(self) -> str | Awaitable[str]:
        given = self._function()
        return self._await(given) if isawaitable(given) else self._keep(given)

    async def _await(self, given: Awaitable[Any]) -> str:
        return self._keep(await given)

    def _keep(self, given: Any) -> str:
        value, end = given, None
        if hasattr(given, "token"):
            value, end = given.token, getattr(given, "expires_on", None)
        elif isinstance(given, tuple) and len(given) == 2:
            value, end = given
        key = str(reveal(value))
        if not self.seen or self.seen[-1] != key:
            self.seen.append(key)
        self._end = end.timestamp() if isinstance(end, datetime) else end
        return key


def replaced(headers: Any, old: str, new: str) -> None:
    """Put the new key where the old one is sent: as a whole value, or behind the scheme of an Authorization."""
    for name in _CARRIERS:
        value = headers.get(name)
        scheme, key = _parts(name, value)
        if value and key == old:
            headers[name] = f"{scheme}{new}"


def _parts(name: str, value: Any) -> tuple[str, str]:
    """The scheme of a header with the blank behind it, and the key. A key alone may be any text."""
    text = str(value)
    scheme, blank, key = text.partition(" ") if name == "authorization" else ("", "", text)
    return (f"{scheme} ", key) if blank else ("", text)


def refresher(library: str, key: Any) -> Any:
    """An `auth` for an HTTP client of httpx or httpx2 that asks once more with a new key when one is refused.

    None where the key is a fixed one.
    """
    return _kind(library)(key) if isinstance(key, Tokens) else None


# A class for each HTTP library, made once it can be imported.
@cache
def _kind(library: str) -> Any:
    from importlib import import_module

    base: Any = import_module(library).Auth

    class Refresher(base):  # type: ignore[misc]
        def __init__(self, tokens: Tokens) -> None:
            self._tokens = tokens

        def sync_auth_flow(self, request: Any) -> Any:
            response = yield request
            old = self._tokens.refused_in(request.headers) if response.status_code == 401 else None
            if old is not None:
                response.read()
                new = self._tokens.renew(old)
                if isinstance(new, str) and new != old:
                    replaced(request.headers, old, new)
                    yield request

        async def async_auth_flow(self, request: Any) -> Any:
            response = yield request
            old = self._tokens.refused_in(request.headers) if response.status_code == 401 else None
            if old is not None:
                await response.aread()
                given = self._tokens.renew(old)
                new = await given if isawaitable(given) else given
                if new != old:
                    replaced(request.headers, old, str(new))
                    yield request

    return Refresher
