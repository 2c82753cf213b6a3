"""What our HTTP clients do to each request: keys that are put in or taken off, and headers that go to one origin."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from inspect import isawaitable
from typing import TYPE_CHECKING, Any

from modelcatalog.catalog.redaction.secret import reveal

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Connection

# Stands where the SDK insists on a key and there is none. A hook takes it off each request.
NO_KEY = "modelcatalog-sends-no-key"


Hook = Callable[[Any], Awaitable[None] | None]


def key_of(connection: Connection) -> Any:
    """The key of a connection, or its function; the placeholder where none is to be sent."""
    return NO_KEY if connection.auth == "none" else connection.settings.get("api_key", NO_KEY)


def key_dropper(*, sync: bool) -> Hook:
    """A hook that lets a request go without a key where there is none."""
    return _drop_no_key if sync else _adrop_no_key


def key_filler(
    placeholder: str,
    key: Callable[[], Any],
    *,
    sync: bool,
    header: str = "Authorization",
    scheme: str = "Bearer ",
) -> Hook:
    """A hook that puts the key of a function in the place of the placeholder, for each request anew."""

    def hook(request: Any) -> None:
        if request.headers.get(header) == f"{scheme}{placeholder}":
            request.headers[header] = f"{scheme}{reveal(key())}"

    async def ahook(request: Any) -> None:
        if request.headers.get(header) == f"{scheme}{placeholder}":
            value = key()
            request.headers[header] = f"{scheme}{reveal(await value if isawaitable(value) else value)}"

    return hook if sync else ahook


def origin_keeper(names: Iterable[str], *, sync: bool) -> Hook:
    """A hook that takes headers with secrets off a request that was redirected to another origin.

    For Authorization the HTTP library does so itself.
    """
    secret = tuple(names)

    def hook(request: Any) -> None:
        origin = request.extensions.setdefault("modelcatalog.origin", _origin(request.url))
        if origin != _origin(request.url):
            for name in secret:
                request.headers.pop(name, None)

    async def ahook(request: Any) -> None:
        hook(request)

    return hook if sync else ahook


def _drop_no_key(request: Any) -> None:
    for name in ("Authorization", "api-key"):
        if request.headers.get(name, "").removeprefix("Bearer ") == NO_KEY:
            del request.headers[name]


async def _adrop_no_key(request: Any) -> None:
    _drop_no_key(request)


def _origin(url: Any) -> tuple[str, str, int | None]:
    return url.scheme, url.host, url.port
