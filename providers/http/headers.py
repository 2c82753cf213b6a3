"""The headers of a request, for SDKs that ask a function of ours for them."""

from __future__ import annotations

from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.http.hooks import NO_KEY

if TYPE_CHECKING:
    from collections.abc import Callable

    from modelcatalog.providers.adapter.connection import Connection


def headers_of(connection: Connection, key: Any, usual: Callable[[], dict[str, str]], *, sync: bool) -> Any:
    """A function that gives the SDK's usual headers, the key of the moment or none, and those of the entry.

    The entry's count before the others. With `sync` False the function is a coroutine function.
    """
    own = {name: reveal(value) for name, value in connection.headers.items()}

    def headers(value: Any) -> dict[str, str]:
        text = reveal(value) or NO_KEY
        return {**usual(), **({} if text == NO_KEY else {"Authorization": f"Bearer {text}"}), **own}

    async def awaited() -> dict[str, str]:
        value = key() if callable(key) else key
        return headers(await value if isawaitable(value) else value)

    return (lambda: headers(key() if callable(key) else key)) if sync else awaited
