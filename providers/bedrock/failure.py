"""What went wrong in a call of Bedrock, from botocore's exceptions and those below them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from modelcatalog.catalog.redaction.secret import mask
from modelcatalog.providers.adapter.chat_types import AnswerError
from modelcatalog.providers.adapter.connection import Failure, Step
from modelcatalog.providers.failures.not_sent import not_sent
from modelcatalog.providers.failures.transport import Cause, cause_of, causes, one_line

# https://docs.aws.amazon.com/bedrock/latest/userguide/troubleshooting-api-error-codes.html, looked at 2026-11-23.
_CODES: dict[str, tuple[Step, str]] = {
    "AccessDeniedException": ("auth", "forbidden"),
    "ExpiredTokenException": ("auth", "expired"),
    "ExpiredToken": ("auth", "expired"),
    "IncompleteSignature": ("auth", "key"),
    "InvalidClientTokenId": ("auth", "key"),
    "InvalidSignatureException": ("auth", "key"),
    "MissingAuthenticationTokenException": ("auth", "key"),
    "SignatureDoesNotMatch": ("auth", "key"),
    "UnrecognizedClientException": ("auth", "key"),
    "ResourceNotFoundException": ("model", "unknown-model"),
    "ModelNotReadyException": ("model", "not-ready"),
    "ServiceQuotaExceededException": ("quota", "rate"),
    "ThrottlingException": ("quota", "rate"),
    "ModelTimeoutException": ("timeout", "server"),
    "ModelErrorException": ("server", "error"),
    "ModelStreamErrorException": ("server", "error"),
    "InternalServerException": ("server", "error"),
    "ServiceUnavailableException": ("server", "error"),
    "ValidationException": ("request", "error"),
}
_STATUSES: dict[int, tuple[Step, str]] = {
    401: ("auth", "key"),
    403: ("auth", "forbidden"),
    404: ("path", "not-found"),
    405: ("path", "not-found"),
    408: ("timeout", "server"),
    429: ("quota", "rate"),
    504: ("timeout", "server"),
}
# botocore's own, which say what failed before there was an answer. They hold no secret.
_LOCAL: dict[str, Cause] = {
    "NoCredentialsError": Cause("auth", "no-credentials", "The AWS chain found no credentials."),
    "PartialCredentialsError": Cause("auth", "no-credentials", "The AWS chain found one half of a key pair."),
    "CredentialRetrievalError": Cause("auth", "no-credentials", "AWS credentials could not be fetched."),
    "UnauthorizedSSOTokenError": Cause("auth", "expired", "The SSO session has ended: aws sso login."),
    "SSOTokenLoadError": Cause("auth", "no-credentials", "There is no SSO session: aws sso login."),
    "ProfileNotFound": Cause("auth", "profile", "There is no such profile in ~/.aws."),
    "ReadTimeoutError": Cause("timeout", "read", "Connected, but no answer within the time allowed."),
    "ConnectTimeoutError": Cause("timeout", "connect", "No connection within the time allowed."),
    "ConnectionClosedError": Cause(
        "answer", "cut", "The connection was closed before the answer was complete."
    ),
    "ResponseStreamingError": Cause(
        "answer", "cut", "The connection was closed before the answer was complete."
    ),
    "IncompleteReadError": Cause(
        "answer", "cut", "The connection was closed before the answer was complete."
    ),
    "ProxyConnectionError": Cause(
        "connect", "proxy", "The proxy would not connect (HTTP_PROXY, HTTPS_PROXY)."
    ),
    "ResponseParserError": Cause("answer", "unreadable", "The answer can't be read, it isn't JSON."),
}


def failure(error: BaseException, secrets: Sequence[str] = ()) -> Failure:
    """Where a call failed and why. Occurrences of `secrets` in the server's words are masked."""
    if (fault := not_sent(error, secrets)) is not None:
        return Failure(*fault[:2], None, None, None, one_line(mask(fault.detail, secrets)))
    chain = [below for one in causes(error) for below in (one, *_kept(one))]
    status: int | None = None
    url = next((one.modelcatalog_url for one in chain if hasattr(one, "modelcatalog_url")), None)
    for one in chain:
        if isinstance(one, AnswerError):
            cause, status, url = Cause("answer", "unreadable", str(one)), one.status, one.url or url
        elif isinstance(response := getattr(one, "response", None), dict):
            status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
            cause = _refused(status, response.get("Error") or {})
        elif type(one).__name__ in _LOCAL:
            cause = _LOCAL[type(one).__name__]
        else:
            continue
        break
    else:
        cause = cause_of(chain)
    method = None if url is None else "POST"
    url = mask(url, secrets) if url else None
    return Failure(cause.step, cause.reason, status, url, method, one_line(mask(cause.detail, secrets)))


def _kept(error: BaseException) -> Iterator[BaseException]:
    """Botocore raises an exception anew after it was caught, which loses its context, and keeps that as an argument."""
    kept = getattr(error, "kwargs", None)
    inner = kept.get("error") if isinstance(kept, dict) else None
    if isinstance(inner, BaseException):
        yield from causes(inner)


def _refused(status: Any, error: Any) -> Cause:
    code, said = str(error.get("Code") or ""), str(error.get("Message") or "")
    code = code[:1].upper() + code[1:]  # inside a stream, they begin with a small letter
    if code == "ValidationException" and "model" in said.lower() and "identifier" in said.lower():
        return Cause("model", "unknown-model", said)
    if code in _CODES:
        return Cause(*_CODES[code], said)
    if not isinstance(status, int) or (status >= 500 and status not in _STATUSES):
        return Cause("server", "error", said or code)
    return Cause(*_STATUSES.get(status, ("request", "error")), said or code)
