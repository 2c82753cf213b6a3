"""The two ended packages of Google, over REST: a service client for each model object, and nothing process-global.

`configure()` and `vertexai.init()` set what every model object of the process will use from its next call on. So
neither is called: each model object gets clients of its own, where it would look for the common ones.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial
from typing import Any

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.catalog.redaction.secret import Secret, reveal
from modelcatalog.providers.adapter.connection import Built, Connection
from modelcatalog.providers.google.request_tracking import saw_answer, saw_request

_SECRET_HEADERS = ("authorization", "x-goog-api-key", "x-goog-user-project")
_METHODS = ("generate_content", "stream_generate_content", "count_tokens", "list_models")
# Seconds: the first wait before another attempt, and the longest.
_WAITS = (0.5, 8.0)


def check(connection: Connection) -> None:
    """Raises ArgumentError for what neither package has a place for: an HTTP client of the caller's."""
    if connection.http_client is not None:
        raise ArgumentError(
            f"http_client: the SDK of {connection.provider} makes its own and takes no other.",
            argument="http_client",
        )


def settle(service: Any, connection: Connection, metadata: Iterable[tuple[str, str]] = ()) -> Any:
    """The service client, with the connection's timeout, retries and headers in each call that says nothing else.

    `metadata` are further headers, which win over those.

    Its session takes no password from a .netrc file, and no secret along where it is redirected.
    """
    headers = [(name.lower(), str(reveal(value))) for name, value in connection.headers.items()]
    headers += [(name.lower(), value) for name, value in metadata]
    for name in _METHODS:
        if (method := getattr(service, name, None)) is not None:
            setattr(
                service, name, partial(_call, method, connection.timeout, connection.max_retries, headers)
            )
    session = service.transport._session  # noqa: SLF001  requests' session has no other door
    session.auth = _as_it_is
    secrets = [name for name, value in connection.headers.items() if isinstance(value, Secret)]
    session.rebuild_auth = partial(_keep_secrets, session, [*_SECRET_HEADERS, *secrets])
    session.hooks["response"].append(_seen)
    if not connection.follow_redirects:
        session.get_redirect_target = _nowhere
        session.hooks["response"].append(_refuse_redirect)
    if connection.max_retries is not None:
        # After a 401 it would ask for a new token, and try again.
        session._max_refresh_attempts = min(connection.max_retries, 2)  # noqa: SLF001  an argument of its constructor
    return service


def built(model: Any, services: Callable[[], list[Any]], *, sync: bool) -> Built:
    """The model object, and what closes the service clients that it has by then."""

    def close() -> None:
        for service in services():
            service.transport.close()

    async def aclose() -> None:
        close()

    return Built(model, close=close) if sync else Built(model, aclose=aclose)


def _call(
    method: Callable[..., Any],
    timeout: float | None,
    retries: int | None,
    headers: list[tuple[str, str]],
    /,
    *args: Any,
    **keywords: Any,
) -> Any:
    """A method of a service client. Headers of the call come after those of all calls, and so win."""
    if timeout is not None:
        keywords.setdefault("timeout", timeout)
    keywords["metadata"] = [*headers, *keywords.get("metadata", ())]
    if retries is None or "retry" in keywords:
        return method(*args, **keywords)
    return _again(partial(method, *args, retry=None, **keywords), retries)


def _again(call: Callable[[], Any], retries: int) -> Any:
    """The call, up to `retries` times more after an error that passes, with waits that grow."""
    from google.api_core.retry import exponential_sleep_generator, if_transient_error

    waits = exponential_sleep_generator(*_WAITS)
    for _ in range(retries):
        try:
            return call()
        except Exception as error:
            if not if_transient_error(error):
                raise
            from time import sleep

            sleep(next(waits))
    return call()


def _as_it_is(request: Any) -> Any:
    return request


def _keep_secrets(session: Any, secrets: list[str], prepared: Any, response: Any) -> None:
    """In place of requests' own, which takes only Authorization off a request that is redirected elsewhere."""
    if session.should_strip_auth(response.request.url, prepared.url):
        for name in secrets:
            prepared.headers.pop(name, None)


def _nowhere(response: Any) -> None:
    """In place of what tells requests where an answer redirects to."""


def _refuse_redirect(response: Any, *_: Any, **__: Any) -> None:
    if response.is_redirect:
        from importlib import import_module

        raise import_module("google.api_core.exceptions").from_http_response(response)


def _seen(response: Any, *_: Any, **__: Any) -> None:
    saw_request(response.request.url, response.request.method)
    saw_answer(response.status_code, response.headers.get("content-type"))
