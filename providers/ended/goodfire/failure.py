"""What went wrong in a call of goodfire: its exceptions have the server's words for all they hold, no status."""

from __future__ import annotations

from typing import TYPE_CHECKING

from modelcatalog.providers.failures import http_api
from modelcatalog.providers.failures.classifier import Refusal, explained
from modelcatalog.providers.failures.transport import Cause, causes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcatalog.providers.adapter.connection import Failure

# check_status_code in api/exceptions.py of goodfire 0.3.5. RequestFailedException is that of all others from 401 on.
_STATUS_OF = {
    "InvalidRequestException": 400,
    "UnauthorizedException": 401,
    "InsufficientFundsException": 402,
    "ForbiddenException": 403,
    "NotFoundException": 404,
    "RateLimitException": 429,
    "ServerErrorException": 500,
    "RequestFailedException": None,
}
# Below a ServerErrorException, when it is the answer that couldn't be read.
_UNREADABLE = {"ValidationError", "RemoteProtocolError"}


def failure(error: BaseException, secrets: Sequence[str] = ()) -> Failure:
    """Where a call failed and why. Occurrences of `secrets` in the server's words are masked."""
    return explained(error, secrets, _read)


def _read(error: BaseException) -> Refusal | Cause | None:
    name = type(error).__name__
    if name == "ServerErrorException" and _UNREADABLE & {type(one).__name__ for one in causes(error)}:
        return Cause("answer", "unreadable", "The answer can't be read, it has another form.")
    return http_api.refusal(_STATUS_OF[name], str(error)) if name in _STATUS_OF else http_api.read(error)
