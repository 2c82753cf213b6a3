"""What went wrong in a call of Workers AI. Its error numbers say more than its statuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from modelcatalog.providers.cloudflare.protocol import WorkersAIError
from modelcatalog.providers.failures import http_api as openai_failure
from modelcatalog.providers.failures.transport import causes

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Failure, Step

# https://developers.cloudflare.com/workers-ai/platform/errors/ and, of five signs, those of the API as a whole;
# looked at 2026-11-23.
_CODES: dict[int, tuple[Step, str]] = {
    5007: ("model", "unknown-model"),
    3042: ("model", "unknown-model"),
    5018: ("model", "forbidden"),
    3041: ("model", "forbidden"),
    5016: ("auth", "forbidden"),
    3023: ("auth", "forbidden"),
    3036: ("quota", "no-credit"),
    3040: ("server", "busy"),
    3006: ("request", "too-large"),
    7000: ("path", "not-found"),
    7003: ("path", "not-found"),
    9109: ("auth", "key"),
    10000: ("auth", "key"),
}


def failure(error: BaseException, secrets: Sequence[str] = ()) -> Failure:
    """Where a call failed and why. Occurrences of `secrets` in the server's words are masked."""
    told = openai_failure.failure(error, secrets)
    refused = next((one for one in causes(error) if isinstance(one, WorkersAIError)), None)
    if refused is None:
        return told
    step, reason = _CODES.get(refused.code or 0, (told.step, told.reason))
    if (
        refused.status_code < 300 and refused.code not in _CODES
    ):  # success that says of itself that it is none
        step, reason = "server", "error"
    return replace(told, step=step, reason=reason, status=refused.status_code)
