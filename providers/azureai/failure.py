"""What went wrong in a call of azure-ai-inference, from azure-core's exceptions and those below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from modelcatalog.providers.adapter.chat_types import AnswerError
from modelcatalog.providers.failures import http_api as openai_failure
from modelcatalog.providers.failures.not_sent import not_sent
from modelcatalog.providers.failures.transport import causes

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Failure

# Of azure-core and, below it, aiohttp: the request had gone out.
_CUT = {"IncompleteReadError", "ServiceResponseError", "ServerDisconnectedError"}


def failure(error: BaseException, secrets: Sequence[str] = ()) -> Failure:
    """Where a call failed and why. Occurrences of `secrets` in the server's words are masked."""
    _join(error)
    if not_sent(error, secrets) is not None:
        return openai_failure.failure(error, secrets)
    for one in causes(error):
        if isinstance(one, AnswerError):
            break
        if type(one).__module__.startswith("azure.") and getattr(one, "response", None) is not None:
            return openai_failure.failure(_RefusalError(one), secrets)
    told = openai_failure.failure(error, secrets)
    if told.step in ("request", "connect") and _CUT & {type(one).__name__ for one in causes(error)}:
        detail = "The connection was closed before the answer was complete."
        return replace(told, step="answer", reason="cut", detail=detail)
    return told


def _join(error: BaseException) -> None:
    """azure-core raises its exceptions apart from what they came of, and keeps that in an attribute."""
    for one in causes(error):
        inner = getattr(one, "inner_exception", None)
        if isinstance(inner, BaseException) and one.__cause__ is None and inner is not one:
            one.__cause__ = inner
            _join(inner)


class _RefusalError(Exception):
    """A refusal as the openai SDK would tell of it."""

    def __init__(self, error: Any) -> None:
        super().__init__(str(error))
        self.status_code = error.response.status_code
        self.request = error.response.request
        try:
            self.body: Any = error.response.json()
        except Exception:  # noqa: BLE001  a body that isn't JSON, or can't be read any more
            self.body = _text(error)


def _text(error: Any) -> str:
    try:
        return str(error.response.text())
    except Exception:  # noqa: BLE001  likewise
        return str(error.message)
