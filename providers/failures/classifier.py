"""Step and reason of a failed call, from what an adapter reads out of an exception. The same facts, the same answer."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from modelcatalog.catalog.redaction.secret import redact
from modelcatalog.providers.adapter.chat_types import AnswerError, TokenError
from modelcatalog.providers.adapter.connection import Failure
from modelcatalog.providers.failures.codes import CODES
from modelcatalog.providers.failures.not_sent import not_sent
from modelcatalog.providers.failures.statuses import SUCCESS, by_status
from modelcatalog.providers.failures.transport import Cause, cause_of, causes, one_line

# Statuses with which services refuse a model that they don't have, or a key.
_ABOUT_MODEL = (404, 400)
_ABOUT_KEY = 400
# xAI: "Incorrect API key provided: ..."; LiteLLM likewise. Google: "Please pass a valid API key."
_WRONG_KEY = re.compile(
    r"(?i)\b(?:incorrect|(?:in)?valid) api[ _]key\b|\bapi[ _]key (?:is )?(?:not valid|invalid)\b"
)
# vLLM: "The model `x` does not exist."; Ollama: model "x" not found, try pulling it first
_MISSING = re.compile("not exist|not found|unknown model|invalid model|no such model")
# Bedrock says the first two, `transformers serve` the last.
_OTHER_MODEL = re.compile(
    "could not resolve the foundation model|model identifier is invalid|server is pinned to"
)
# Types of a missing thing, of which the words then say what it is. Anthropic: "model: x".
_MISSING_TYPES = {"not_found", "not_found_error"}


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """What a service said when it refused a call.

    `status` is that of HTTP, None for an error within an answer. `said` are its own words; `codes` its codes and types,
    the most telling first. `structured`: the words are those of an API, not of a page of whatever is before it.
    """

    status: int | None
    said: str
    codes: tuple[str, ...] = ()
    structured: bool = False


Reader = Callable[[BaseException], Refusal | Cause | None]
"""What an adapter knows of one exception: a refusal, a cause of its own, or nothing."""


def explained(
    error: BaseException,
    secrets: Sequence[str],
    read: Reader,
    *,
    otherwise: Callable[[Sequence[BaseException]], Cause] = cause_of,
    url: str | None = None,
) -> Failure:
    """Where a call failed and why. The outermost exception that `read` knows counts, else `otherwise` of all of them.

    Occurrences of `secrets` in the server's words are masked. `url` is that of a POST, for an SDK whose exceptions
    don't hold their request.
    """
    if (fault := not_sent(error, secrets)) is not None:
        return Failure(*fault[:2], None, None, None, one_line(redact(fault.detail, secrets)))
    chain = list(causes(error))
    status, cause = _judged(chain, read, otherwise)
    called, method = call_of(chain)
    called, method = (called, method) if called is not None or url is None else (url, "POST")
    return Failure(
        cause.step,
        cause.reason,
        status,
        redact(called, secrets) if called else None,
        method,
        one_line(redact(cause.detail, secrets)),
    )


def classified(refusal: Refusal) -> Cause:
    """Step, reason and words of a refusal: its codes count first, then its words, then its status."""
    said = refusal.said
    known = next((CODES[code.lower()] for code in refusal.codes if code.lower() in CODES), None)
    # A code that only says that the request was refused leaves it to the words to say why.
    if known is not None and known[1] != "error":
        return Cause(*known, said)
    if refusal.status == _ABOUT_KEY and _WRONG_KEY.search(said):
        return Cause("auth", "key", said)
    if _is_about_model(refusal):
        return Cause("model", "unknown-model", said)
    step, reason = known or by_status(refusal.status)
    return Cause(step, reason, f"The address redirects elsewhere. {said}" if reason == "redirect" else said)


def call_of(chain: Sequence[BaseException]) -> tuple[str | None, str | None]:
    """URL without its query, and method, as far as the exceptions know them."""
    for one in chain:
        if isinstance(one, AnswerError) and one.url:
            return one.url.partition("?")[0], one.method
    for one in chain:
        for holder in (one, _held(one, "response")):
            request = _held(holder, "request")
            if getattr(request, "url", None):
                return str(request.url).partition("?")[0], str(request.method)
    return None, None


def _judged(
    chain: Sequence[BaseException], read: Reader, otherwise: Callable[[Sequence[BaseException]], Cause]
) -> tuple[int | None, Cause]:
    for one in chain:
        if isinstance(one, TokenError):
            return None, Cause("auth", "credentials", str(one))
        if isinstance(one, AnswerError):
            return one.status, _unread(one)
        match read(one):
            case Refusal() as refusal:
                return refusal.status, classified(refusal)
            case Cause() as cause:
                return None, cause
    return None, otherwise(chain)


def _unread(error: AnswerError) -> Cause:
    """An answer that isn't one; where an SDK takes other statuses for success too, its status counts."""
    if error.status is None or error.status in SUCCESS:
        return Cause("answer", "unreadable", str(error))
    return classified(Refusal(status=error.status, said=str(error)))


def _is_about_model(refusal: Refusal) -> bool:
    text, codes = refusal.said.lower(), {code.lower() for code in refusal.codes}
    if "validationexception" in codes and "model" in text and "identifier" in text:
        return True
    if refusal.status not in _ABOUT_MODEL or not refusal.structured:
        return False
    missing = bool(_MISSING.search(text) or codes & _MISSING_TYPES)
    return bool(_OTHER_MODEL.search(text)) or ("model" in text and missing)


def _held(holder: Any, name: str) -> Any:
    try:
        return getattr(holder, name, None)
    except RuntimeError:  # httpx: "The .request property has not been set."
        return None
