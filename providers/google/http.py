"""The HTTP clients below a client of google-genai: on the shared TLS context, with our hooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import cache
from importlib import import_module
from inspect import isawaitable
from typing import Any

from modelcatalog.catalog.redaction.secret import reveal
from modelcatalog.providers.adapter.packages import installed_version, is_old
from modelcatalog.providers.google.request_tracking import saw_answer, saw_request
from modelcatalog.providers.http.hooks import home_keeper
from modelcatalog.providers.http.tls import shared_context
from modelcatalog.providers.identities.refreshable import refresher

# Stands where the SDK wants a key, until the function that gives it is asked, for each request.
ASKED_EACH_TIME = "modelcatalog-asks-for-the-key"
_SECRET_HEADERS = ("x-goog-api-key", "authorization", "x-goog-user-project")


def is_third() -> bool:
    """Whether google-genai is 3.x, which uses httpx2 and the API's v1; 2.x uses httpx and v1beta."""
    return not is_old(installed_version("google-genai") or "2", "3")


def tls_context() -> Any:
    """The shared one, by the rules of the HTTP library that the SDK uses."""
    return shared_context(_library().create_ssl_context)


def _library() -> Any:
    return import_module("httpx2" if is_third() else "httpx")


def http_client(
    secrets: Iterable[str], key: Callable[[], Any] | None, *, sync: bool, follow_redirects: bool = True
) -> Any:
    """An HTTP client as the SDK makes it: no timeout of its own, redirects followed, but not with a secret."""
    library = _library()
    keep, seen = (
        home_keeper((*_SECRET_HEADERS, *secrets), sync=sync),
        _request_seen if sync else _arequest_seen,
    )
    hooks = {
        "request": [*([] if key is None else [_filler(key, sync=sync)]), keep, seen],
        "response": [_answer_seen if sync else _aanswer_seen],
    }
    kind = _closing_kind(library.Client) if sync else library.AsyncClient
    auth = refresher(library.__name__, key)
    return kind(
        verify=tls_context(), timeout=None, follow_redirects=follow_redirects, event_hooks=hooks, auth=auth
    )


def _filler(key: Callable[[], Any], *, sync: bool) -> Any:
    def hook(request: Any) -> None:
        if request.headers.get("x-goog-api-key") == ASKED_EACH_TIME:
            request.headers["x-goog-api-key"] = str(reveal(key()))

    async def ahook(request: Any) -> None:
        if request.headers.get("x-goog-api-key") == ASKED_EACH_TIME:
            value = key()
            request.headers["x-goog-api-key"] = str(reveal(await value if isawaitable(value) else value))

    return hook if sync else ahook


# A class for each class of the HTTP library.
@cache
def _closing_kind(kind: Any) -> Any:
    """The class, closing itself when nobody holds it any more, as the one that the SDK makes."""

    class ClosingClient(kind):  # type: ignore[misc]
        def __del__(self) -> None:
            with suppress(Exception):
                if not self.is_closed:
                    self.close()

    return ClosingClient


def _request_seen(request: Any) -> None:
    saw_request(request.url, request.method)


async def _arequest_seen(request: Any) -> None:
    _request_seen(request)


def _answer_seen(response: Any) -> None:
    saw_answer(response.status_code, response.headers.get("content-type"))


async def _aanswer_seen(response: Any) -> None:
    _answer_seen(response)
