"""What went wrong in a call of azure-ai-inference, from azure-core's exceptions and those below them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from modelcatalog.providers.failures import http_api
from modelcatalog.providers.failures.classifier import Refusal, explained
from modelcatalog.providers.failures.transport import CUT, Cause, cause_of, causes

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Failure

# Of azure-core and, below it, aiohttp: the request had gone out.
_CUT = {"IncompleteReadError", "ServiceResponseError", "ServerDisconnectedError"}


def failure(error: BaseException, secrets: Sequence[str] = ()) -> Failure:
    """Where a call failed and why. Occurrences of `secrets` in the server's words are masked."""
    _join(error)
    return explained(error, secrets, _read, otherwise=_otherwise)


def _read(error: BaseException) -> Refusal | None:
    response: Any = getattr(error, "response", None)
    if response is None or not type(error).__module__.startswith("azure."):
        return http_api.read(error)
    return http_api.refusal(response.status_code, _body(error, response))


def _otherwise(chain: Sequence[BaseException]) -> Cause:
    cause = cause_of(chain)
    vague = cause.step in ("local", "request", "connect")
    return CUT if vague and _CUT & {type(one).__name__ for one in chain} else cause


def _join(error: BaseException) -> None:
    """azure-core raises its exceptions apart from what they came of, and keeps that in an attribute."""
    for one in causes(error):
        inner = getattr(one, "inner_exception", None)
        if isinstance(inner, BaseException) and one.__cause__ is None and inner is not one:
            one.__cause__ = inner
            _join(inner)


def _body(error: Any, response: Any) -> Any:
    for name in ("json", "text"):
        try:
            return getattr(response, name)()
        except Exception:  # noqa: BLE001, S112  a body that isn't JSON, or can't be read any more
            continue
    return str(error.message)
