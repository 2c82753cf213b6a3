"""The HTTP client below a client of openai's, anthropic's or groq's SDK: on the shared TLS context, with our hooks."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from functools import cache
from typing import Any

from modelcatalog.providers.http.tls import shared_context

# Stands where the SDK insists on a key and there is none. A hook takes it off each request.
NO_KEY = "modelcatalog-sends-no-key"

Hook = Callable[[Any], Awaitable[None] | None]


def http_client(
    sdk: Any,
    hooks: Iterable[Hook],
    *,
    sync: bool,
    library: str = "httpx2",
    auth: Any = None,
    follow_redirects: bool = True,
) -> Any:
    """A new HTTP client with the SDK's timeouts, limits and trust. Hooks see every request, redirects too.

    `library` is the one that the SDK stands on: its own rules of trust hold.
    """
    from importlib import import_module

    make = import_module(library).create_ssl_context
    kind = closing(sdk.DefaultHttpxClient) if sync else sdk.DefaultAsyncHttpxClient
    options = {} if follow_redirects else {"follow_redirects": False}
    return kind(verify=shared_context(make), event_hooks={"request": list(hooks)}, auth=auth, **options)


@cache
def closing(kind: Any) -> Any:
    """The class, closing itself when nobody holds it any more, as the HTTP client does that the SDK makes."""

    class ClosingClient(kind):  # type: ignore[misc]
        def __del__(self) -> None:
            # Not there when the constructor failed; at the interpreter's end, closing may.
            with suppress(Exception):
                if not self.is_closed:
                    self.close()

    return ClosingClient


def key_dropper(*, sync: bool) -> Hook:
    """A hook that lets a request go without a key where there is none."""
    return _drop_no_key if sync else _adrop_no_key


def key_filler(placeholder: str, key: Callable[[], Any], *, sync: bool) -> Hook:
    """A hook that puts the key of a function where the placeholder stands."""

    def hook(request: Any) -> None:
        if request.headers.get("Authorization") == placeholder:
            request.headers["Authorization"] = f"Bearer {key()}"

    async def ahook(request: Any) -> None:
        if request.headers.get("Authorization") == placeholder:
            request.headers["Authorization"] = f"Bearer {await key()}"

    return hook if sync else ahook


def home_keeper(names: Iterable[str], *, sync: bool) -> Hook:
    """A hook that takes headers with secrets off a request that was redirected to another origin.

    For Authorization the HTTP library does so itself.
    """
    secret = tuple(names)

    def hook(request: Any) -> None:
        home = request.extensions.setdefault("modelcatalog.origin", _origin(request.url))
        if home != _origin(request.url):
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
