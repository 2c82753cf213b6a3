"""The HTTP clients below a client of google-genai: on the shared TLS context, with our hooks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from modelcatalog.providers.adapter.packages import installed_version, is_old
from modelcatalog.providers.google.request_tracking import saw_answer, saw_request
from modelcatalog.providers.http.client import http_client as new_client
from modelcatalog.providers.http.hooks import key_filler, origin_keeper

if TYPE_CHECKING:
    from modelcatalog.providers.http.hooks import Hook

# Stands where the SDK wants a key, until the function that gives it is asked, for each request.
ASKED_EACH_TIME = "modelcatalog-asks-for-the-key"
_SECRET_HEADERS = ("x-goog-api-key", "authorization", "x-goog-user-project")


def is_third() -> bool:
    """Whether google-genai is 3.x, which uses httpx2 and the API's v1; 2.x uses httpx and v1beta."""
    return not is_old(installed_version("google-genai") or "2", "3")


def library() -> str:
    """The HTTP library that the SDK uses."""
    return "httpx2" if is_third() else "httpx"


def http_client(
    secrets: Iterable[str], key: Callable[[], Any] | None, *, sync: bool, follow_redirects: bool = True
) -> Any:
    """An HTTP client as the SDK makes it: no timeout of its own, redirects followed, but not with a secret."""
    filled = [] if key is None else [_key_filler(key, sync=sync)]
    keep = origin_keeper((*_SECRET_HEADERS, *secrets), sync=sync)
    return new_client(
        sync=sync,
        library=library(),
        requests=[*filled, keep, _request_seen if sync else _arequest_seen],
        responses=[_answer_seen if sync else _aanswer_seen],
        key=key,
        timeout=None,
        follow_redirects=follow_redirects,
    )


def _key_filler(key: Callable[[], Any], *, sync: bool) -> Hook:
    return key_filler(ASKED_EACH_TIME, key, sync=sync, header="x-goog-api-key", scheme="")


def _request_seen(request: Any) -> None:
    saw_request(request.url, request.method)


async def _arequest_seen(request: Any) -> None:
    _request_seen(request)


def _answer_seen(response: Any) -> None:
    saw_answer(response.status_code, response.headers.get("content-type"))


async def _aanswer_seen(response: Any) -> None:
    _answer_seen(response)
