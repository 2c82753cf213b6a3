"""What went wrong in a call of Google's SDKs: google-genai's exceptions, google-api-core's and google-auth's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from modelcatalog.catalog.redaction.secret import mask
from modelcatalog.providers.adapter.chat_types import AnswerError
from modelcatalog.providers.adapter.connection import Failure, Step
from modelcatalog.providers.failures.not_sent import not_sent
from modelcatalog.providers.failures.transport import Cause, cause_of, causes, one_line

_STATUSES: dict[int, tuple[Step, str]] = {
    401: ("auth", "key"),
    402: ("quota", "no-credit"),
    403: ("auth", "forbidden"),
    404: ("path", "not-found"),
    405: ("path", "not-found"),
    408: ("timeout", "server"),
    429: ("quota", "rate"),
    504: ("timeout", "server"),
}
# https://cloud.google.com/apis/design/errors, 2026-11-23. Google tells of a wrong key with status 400.
_REASONS: dict[str, tuple[Step, str]] = {
    "API_KEY_INVALID": ("auth", "key"),
    "API_KEY_EXPIRED": ("auth", "key"),
    "SERVICE_DISABLED": ("auth", "forbidden"),
    "BILLING_DISABLED": ("quota", "no-credit"),
}
# Of google-auth, and of requests, whose error shows the whole header.
# Below a TransportError lies what kept the token's own endpoint from answering.
_NAMED = {
    "DefaultCredentialsError": Cause(
        "auth",
        "no-credentials",
        "No Application Default Credentials: run `gcloud auth application-default login`, "
        "or set GOOGLE_APPLICATION_NAMED to a file.",
    ),
    "InvalidHeader": Cause(
        "auth", "header", "The key, or another header, has a sign that no request can carry."
    ),
    "RefreshError": Cause("auth", "credentials", "The credentials were refused when asking for a token"),
}
# Of requests and urllib3: the same kinds of errors as httpx names, under other names.
_CUT = {
    "ChunkedEncodingError",
    "ProtocolError",
    "RemoteDisconnected",
    "IncompleteRead",
    "ConnectionResetError",
}


def failure(error: BaseException, secrets: Sequence[str] = ()) -> Failure:
    """Where a call failed and why. Occurrences of `secrets` in the server's words are masked."""
    if (fault := not_sent(error, secrets)) is not None:
        return Failure(*fault[:2], None, None, None, one_line(mask(fault.detail, secrets)))
    chain = list(causes(error))
    status, cause = _judged(chain)
    url, method = _call(chain)
    return Failure(
        cause.step,
        cause.reason,
        status,
        mask(url, secrets) if url else None,
        method,
        one_line(mask(cause.detail, secrets)),
    )


def _judged(chain: Sequence[BaseException]) -> tuple[int | None, Cause]:
    for one in chain:
        if isinstance(one, AnswerError):
            return one.status, Cause("answer", "unreadable", str(one))
        status = getattr(one, "code", None)
        if isinstance(status, int) and hasattr(one, "details"):
            return int(status), _refused(int(status), one)
        name = type(one).__name__
        if name in _NAMED:
            usual = _NAMED[name]
            detail = f"{usual.detail}: {_first(one)}" if name == "RefreshError" else usual.detail
            return None, usual._replace(detail=detail)
    if any(type(one).__name__ in _CUT for one in chain) and _known(chain) is None:
        return None, Cause("answer", "cut", "The connection was closed before the answer was complete.")
    return None, _known(chain) or cause_of(chain)


def _known(chain: Sequence[BaseException]) -> Cause | None:
    """What the causes say of TLS, names and refused ports, which lie below the errors of requests."""
    for one in chain:
        cause = cause_of([one])
        if cause.step in ("tls", "timeout") or cause.reason in ("dns", "refused", "proxy", "redirects"):
            return cause
    return None


def _refused(status: int, error: BaseException) -> Cause:
    body = _body(error)
    said = str(body.get("message") or getattr(error, "message", None) or error)
    for detail in body.get("details") or ():
        reason = detail.get("reason") if isinstance(detail, dict) else None
        if reason in _REASONS:
            return Cause(*_REASONS[reason], said)
    if said.lstrip()[:1] == "<":
        said = "The server sent an HTML page."
    if status == 400 and "api key" in said.lower() and "valid" in said.lower():
        return Cause("auth", "key", said)
    # models/x is not found for API version v1beta, or is not supported for generateContent.
    if status == 404 and "model" in said.lower() and body.get("status"):
        return Cause("model", "unknown-model", said)
    if status >= 500 and status not in _STATUSES:
        return Cause("server", "error", said)
    if status < 400:
        return Cause("path", "redirect", f"The address redirects elsewhere. {said}")
    return Cause(*_STATUSES.get(status, ("request", "error")), said)


def _body(error: BaseException) -> dict[str, Any]:
    """The inner object of Google's error answer; google-api-core keeps only the answer itself."""
    details: Any = getattr(error, "details", None)
    if not isinstance(details, dict):
        try:
            details = getattr(error, "response", None).json()  # type: ignore[union-attr]
        except (AttributeError, ValueError):
            return {}
    if isinstance(details, list) and details:
        details = details[0]
    inner = details.get("error", details) if isinstance(details, dict) else {}
    return inner if isinstance(inner, dict) else {"message": inner}


def _first(error: BaseException) -> str:
    return str(error.args[0]) if error.args else type(error).__name__


def _call(chain: Sequence[BaseException]) -> tuple[str | None, str | None]:
    """URL without its query, and method."""
    for one in chain:
        if isinstance(one, AnswerError) and one.url:
            return one.url.partition("?")[0], one.method
    for one in chain:
        for request in (_request(one), _request(getattr(one, "response", None))):
            if request is not None and getattr(request, "url", None):
                return str(request.url).partition("?")[0], str(request.method)
    return None, None


def _request(holder: Any) -> Any:
    try:
        return getattr(holder, "request", None)
    except RuntimeError:  # httpx: "The .request property has not been set."
        return None
