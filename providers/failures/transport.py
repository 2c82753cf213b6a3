"""Why a connection failed: the exceptions of sockets, TLS and HTTP libraries, put into words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Step

_MOST = 300


class Cause(NamedTuple):
    """How far it came, a stable word for the reason, and a sentence."""

    step: Step
    reason: str
    detail: str


CUT = Cause("answer", "cut", "The connection was closed before the answer was complete.")
# Exceptions of httpx2 and httpx, whose names are the same, so that neither need be imported.
_NAMED: dict[str, Cause] = {
    "ConnectTimeout": Cause("timeout", "connect", "No connection within the time allowed."),
    "ReadTimeout": Cause("timeout", "read", "Connected, but no answer within the time allowed."),
    "WriteTimeout": Cause("timeout", "write", "The request could not be sent within the time allowed."),
    "PoolTimeout": Cause("timeout", "pool", "No connection of the pool became free within the time allowed."),
    "ProxyError": Cause(
        "proxy", "refused", "The proxy would not connect (HTTP_PROXY, HTTPS_PROXY, ALL_PROXY)."
    ),
    "TooManyRedirects": Cause("path", "redirects", "The address redirects in a circle."),
    "UnsupportedProtocol": Cause("path", "scheme", "The address must begin with http:// or https://."),
    "LocalProtocolError": Cause(
        "auth", "header", "The key, or another header, has a character that no request can carry."
    ),
    "UnicodeEncodeError": Cause(
        "auth", "header", "The key, or another header, has a character that no request can carry."
    ),
    "RemoteProtocolError": CUT,
    "JSONDecodeError": Cause("answer", "unreadable", "The answer can't be read, it isn't JSON."),
}
# How http.client, requests and aiohttp begin when they refuse a header.
HEADER = (
    "Invalid header value",
    "Invalid leading whitespace",
    "Forbidden control character",
    "Newline, carriage",
)
# Known only by their outermost name.
_VAGUE = {
    "ConnectError": Cause("connect", "unreachable", "No connection."),
    "ReadError": CUT,
    "WriteError": Cause("answer", "cut", "The connection was closed before the request was sent."),
    "APIConnectionError": Cause("connect", "unreachable", "No connection."),
}


# Set for the moment in which a call's error is explained, in the task or thread that does so.
_handled: ContextVar[BaseException | None] = ContextVar("modelcatalog_handled", default=None)


@contextmanager
def apart_from(handled: BaseException | None) -> Iterator[None]:
    """Inside, an error that was being handled when the call was made is no cause of what the call raised."""
    before = _handled.set(handled)
    try:
        yield
    finally:
        _handled.reset(before)


def causes(error: BaseException, *, hidden: bool = True) -> Iterator[BaseException]:
    """The exception and all those below it, members of groups too, each once, the outermost first.

    With `hidden`, a context is followed although it was suppressed: HTTP libraries hide the socket's own error so.
    """
    seen = {id(_handled.get())}
    waiting: list[BaseException | None] = [error]
    while waiting:
        one = waiting.pop(0)
        if not isinstance(one, BaseException) or id(one) in seen:
            continue
        seen.add(id(one))
        yield one
        if isinstance(one, BaseExceptionGroup):
            waiting.extend(one.exceptions)
        # botocore raises an exception anew after it was caught, which loses its context, and keeps that as an argument.
        kept = getattr(one, "kwargs", None)
        waiting.append(kept.get("error") if isinstance(kept, dict) else None)
        waiting.append(one.__cause__ or (one.__context__ if hidden else None))


def cause_of(chain: Sequence[BaseException]) -> Cause:
    """What can be said of these exceptions.

    The outermost that is known counts: below the call's own may lie one that was being handled at the time.
    """
    for looks in ((_below_http, _by_name), (_by_kind,), (_vaguely,)):
        for one in chain:
            for look in looks:
                if (cause := look(one)) is not None:
                    return cause
    return Cause("request", "error", f"{type(chain[0]).__name__}: {chain[0]}")


def _below_http(error: BaseException) -> Cause | None:
    import socket
    import ssl

    # aiohttp's exceptions are of these kinds too, but without what these know; their cause has it.
    match error:
        case ssl.SSLCertVerificationError() if hasattr(error, "verify_message"):
            return Cause("tls", "certificate", f"The certificate isn't trusted: {error.verify_message}.")
        case ssl.SSLError() if hasattr(error, "reason"):
            reason = (error.reason or "unknown reason").replace("_", " ").lower()
            return Cause("tls", "handshake", f"No TLS connection: {reason}. Does the port speak https?")
        case socket.gaierror():
            return Cause("dns", "unknown-host", "The host's name is not known.")
        case ConnectionRefusedError():
            return Cause("connect", "refused", "Nothing listens at this port (connection refused).")
    return None


def _by_name(error: BaseException) -> Cause | None:
    if type(error).__name__ == "RemoteProtocolError" and "illegal status line" in str(error):
        return Cause("http", "not-http", "The port answers, but not in HTTP/1.1.")
    if isinstance(error, ValueError) and str(error).startswith(HEADER):
        return _NAMED["LocalProtocolError"]
    return _NAMED.get(type(error).__name__)


def _by_kind(error: BaseException) -> Cause | None:
    match error:
        case TimeoutError():
            return Cause("timeout", "deadline", "Not done within the time allowed.")
        case ConnectionError():
            return Cause("connect", "reset", "The connection was cut off.")
        case OSError(strerror=str(said)):
            return Cause("connect", "unreachable", f"No connection: {said}.")
    return None


def _vaguely(error: BaseException) -> Cause | None:
    return _VAGUE.get(type(error).__name__)


def one_line(text: str) -> str:
    """The text in one line of at most 300 characters, without control characters."""
    line = " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
    return line if len(line) <= _MOST else f"{line[: _MOST - 3]}..."
