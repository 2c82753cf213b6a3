"""What went wrong in a call of an SDK of OpenAI's kind, anthropic, groq and mistralai too, from its exceptions."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

from modelcatalog.catalog.redaction.secret import mask
from modelcatalog.providers.adapter.chat_types import AnswerError
from modelcatalog.providers.adapter.connection import Failure, Step
from modelcatalog.providers.failures.not_sent import not_sent
from modelcatalog.providers.failures.transport import Cause, cause_of, causes, one_line

# Words of error codes and types, as OpenAI and compatible services send them with statuses of their own
# choice.
_CODES: dict[str, tuple[Step, str]] = {
    "invalid_api_key": ("auth", "key"),
    "authentication_error": ("auth", "key"),
    "model_not_found": ("model", "unknown-model"),
    "deploymentnotfound": ("model", "unknown-model"),
    "insufficient_quota": ("quota", "no-credit"),
    "invalid_model": ("model", "unknown-model"),
    "permission_error": ("auth", "forbidden"),
    "billing_error": ("quota", "no-credit"),
    "rate_limit_error": ("quota", "rate"),
    "throttlingexception": ("quota", "rate"),
}
_STATUSES: dict[int, tuple[Step, str]] = {
    401: ("auth", "key"),
    402: ("quota", "no-credit"),
    403: ("auth", "forbidden"),
    404: ("path", "not-found"),
    405: ("path", "not-found"),
    408: ("timeout", "server"),
    410: ("path", "not-found"),
    429: ("quota", "rate"),
    504: ("timeout", "server"),
}
_REDIRECT = 300
# Bedrock says the first two, `transformers serve` the last.
_OTHER_MODEL = (
    "could not resolve the foundation model",
    "model identifier is invalid",
    "server is pinned to",
)
_WRONG_KEY = re.compile(
    r"(?i)\b(?:incorrect|invalid) api[ _]key\b|\bapi[ _]key (?:is )?(?:not valid|invalid)\b"
)


def failure(error: BaseException, secrets: Sequence[str] = ()) -> Failure:
    """Where a call failed and why. Occurrences of `secrets` in the server's words are masked."""
    if (fault := not_sent(error, secrets)) is not None:
        return Failure(*fault[:2], None, None, None, one_line(mask(fault.detail, secrets)))
    chain = list(causes(error))
    request = next(filter(None, map(_request, chain)), None)
    status: int | None = None
    for one in chain:
        if isinstance(one, AnswerError):
            cause = Cause("answer", "unreadable", str(one))
            status = one.status
        elif (status := _status(one)) is not None or getattr(one, "body", None) is not None:
            # One that came in the middle of a stream has the status of the stream, which began well.
            status = None if status is not None and status < _REDIRECT else status
            cause = _refused(status, one)
        else:
            continue
        break
    else:
        cause = cause_of(chain)
    url, method = _call(chain, request)
    return Failure(
        cause.step,
        cause.reason,
        status,
        mask(url, secrets) if url else None,
        method,
        one_line(mask(cause.detail, secrets)),
    )


def _refused(status: int | None, error: BaseException) -> Cause:
    """What a status and the body that came with it say. There is no status for an error in a stream."""
    body = _read(getattr(error, "body", None))
    said = _said(body)
    for word in _words(body):
        if word in _CODES:
            return Cause(*_CODES[word], said)
    # xAI: "Incorrect API key provided: ..."; LiteLLM likewise.
    if status == 400 and _WRONG_KEY.search(said):
        return Cause("auth", "key", said)
    if status in (404, 400) and _is_about_model(body, said):
        return Cause("model", "unknown-model", said)
    if status is None or (status >= 500 and status not in _STATUSES):
        return Cause("server", "error", said)
    if status < 400:
        return Cause("path", "redirect", f"The address redirects elsewhere. {said}")
    return Cause(*_STATUSES.get(status, ("request", "error")), said)


def _is_about_model(body: Any, said: str) -> bool:
    # vLLM: "The model `x` does not exist."; Ollama: model "x" not found, try pulling it first
    text = said.lower()
    missing = any(
        word in text for word in ("not exist", "not found", "unknown model", "invalid model", "no such model")
    )
    if isinstance(body, dict) and any(words in text for words in _OTHER_MODEL):
        return True
    # Anthropic says "model: x", of the type not_found_error.
    if "not_found_error" in _words(body) and text.startswith("model:"):
        return True
    return isinstance(body, dict) and "model" in text and missing


def _words(body: Any) -> list[str]:
    if not isinstance(body, dict):
        return []
    words = [str(body[name]).lower() for name in ("code", "type") if body.get(name)]
    return words + _words(body.get("error"))


def _read(body: Any) -> Any:
    """The body as data; mistralai keeps the text of it."""
    if isinstance(body, str) and body.lstrip()[:1] == "{":
        with suppress(ValueError):
            return json.loads(body)
    return body


def _said(body: Any) -> str:
    """The server's own words, wherever it put them."""
    if isinstance(body, str):
        if body.lstrip()[:1] == "<":
            title = body.lower().partition("<title>")[2].partition("</title>")[0]
            start = body.lower().find(title) if title else 0
            return (
                f"The server sent an HTML page: {body[start : start + len(title)]}"
                if title
                else "The server sent an HTML page."
            )
        return body
    if isinstance(body, list) and body:
        return _said(body[0])
    if isinstance(body, dict):
        for name in ("message", "detail", "error", "errors", "title"):
            if body.get(name):
                return _said(body[name])
    return "" if body in (None, {}, []) else str(body)


def _status(error: BaseException) -> int | None:
    status = getattr(error, "status_code", None)
    return status if isinstance(status, int) else None


def _request(error: BaseException) -> Any:
    try:
        return getattr(error, "request", None)
    except RuntimeError:  # httpx: "The .request property has not been set."
        return None


def _call(chain: Sequence[BaseException], request: Any) -> tuple[str | None, str | None]:
    """URL without its query, and method."""
    for one in chain:
        if isinstance(one, AnswerError) and one.url:
            return one.url.partition("?")[0], one.method
    if request is None:
        return None, None
    return str(request.url).partition("?")[0], str(request.method)
