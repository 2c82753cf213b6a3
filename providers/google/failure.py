"""What went wrong in a call of Google's SDKs: google-genai's exceptions, google-api-core's and google-auth's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from modelcatalog.providers.failures.classifier import Refusal, explained
from modelcatalog.providers.failures.http_api import said
from modelcatalog.providers.failures.transport import CUT, Cause, cause_of

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Failure

# Of google-auth, and of requests, whose error shows the whole header.
# Below a TransportError lies what kept the token's own endpoint from answering.
_NAMED = {
    "DefaultCredentialsError": Cause(
        "auth",
        "no-credentials",
        "No Application Default Credentials: run `gcloud auth application-default login`, "
        "or set GOOGLE_APPLICATION_CREDENTIALS to a file.",
    ),
    "InvalidHeader": Cause(
        "auth", "header", "The key, or another header, has a character that no request can carry."
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
    return explained(error, secrets, _read, otherwise=_otherwise)


def _read(error: BaseException) -> Refusal | Cause | None:
    status, name = getattr(error, "code", None), type(error).__name__
    if isinstance(status, int) and hasattr(error, "details"):
        return _refusal(int(status), error)
    if name == "RefreshError":
        return _NAMED[name]._replace(detail=f"{_NAMED[name].detail}: {_first(error)}")
    return _NAMED.get(name)


def _otherwise(chain: Sequence[BaseException]) -> Cause:
    """What the causes say of TLS, names and refused ports, which are below the errors of requests; then cut answers."""
    for one in chain:
        cause = cause_of([one])
        if cause.step in ("tls", "timeout", "dns", "proxy") or cause.reason in ("refused", "redirects"):
            return cause
    return CUT if any(type(one).__name__ in _CUT for one in chain) else cause_of(chain)


def _refusal(status: int, error: BaseException) -> Refusal:
    body = _body(error)
    details = [one for one in body.get("details") or () if isinstance(one, dict)]
    words = said(str(body.get("message") or getattr(error, "message", None) or error))
    codes = [*(one.get("reason") for one in details), body.get("status")]
    named = tuple(str(code) for code in codes if code)
    return Refusal(status=status, said=words, codes=named, structured="status" in body)


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
