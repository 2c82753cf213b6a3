"""What went wrong in a call of Workers AI. Its error numbers say more than its statuses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from modelcatalog.providers.cloudflare.protocol import WorkersAIError
from modelcatalog.providers.failures import http_api
from modelcatalog.providers.failures.classifier import Refusal, explained

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Failure


def failure(error: BaseException, secrets: Sequence[str] = ()) -> Failure:
    """Where a call failed and why. Occurrences of `secrets` in the server's words are masked."""
    return explained(error, secrets, _read)


def _read(error: BaseException) -> Refusal | None:
    if not isinstance(error, WorkersAIError):
        return http_api.read(error)
    refused = http_api.refusal(error.status_code, error.body)
    return replace(refused, codes=(f"workers-ai:{error.code}", *refused.codes))
