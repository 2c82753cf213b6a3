"""What went wrong in a call of goodfire: its exceptions have the server's words for all they hold, no status."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from modelcatalog.providers.adapter.chat_types import AnswerError
from modelcatalog.providers.failures import http_api as openai_failure
from modelcatalog.providers.failures.transport import causes

if TYPE_CHECKING:
    from collections.abc import Sequence

    from modelcatalog.providers.adapter.connection import Failure

# check_status_code in api/exceptions.py of goodfire 0.3.5. RequestFailedException stands for all others from 401 on.
_STATUSES = {
    "InvalidRequestException": 400,
    "UnauthorizedException": 401,
    "InsufficientFundsException": 402,
    "ForbiddenException": 403,
    "NotFoundException": 404,
    "RateLimitException": 429,
    "ServerErrorException": 500,
}
# Below a ServerErrorException, when it is the answer that couldn't be read.
_UNREADABLE = {"ValidationError", "RemoteProtocolError"}


def failure(error: BaseException, secrets: Sequence[str] = ()) -> Failure:
    """Where a call failed and why. Occurrences of `secrets` in the server's words are masked."""
    chain = list(causes(error))
    names = [type(one).__name__ for one in chain]
    for one, name in zip(chain, names, strict=True):
        if isinstance(one, AnswerError):
            break
        if name == "ServerErrorException" and _UNREADABLE & set(names):
            request = getattr(error, "request", None)
            url, method = (str(request.url), request.method) if request is not None else (None, None)
            unreadable = AnswerError("The answer can't be read, it has another form.", url=url, method=method)
            return openai_failure.failure(unreadable, secrets)
        if name in _STATUSES or name == "RequestFailedException":
            return openai_failure.failure(_RefusalError(one, error), secrets)
    return openai_failure.failure(error, secrets)


class _RefusalError(Exception):
    """A refusal as the openai SDK would tell of it."""

    def __init__(self, error: BaseException, outer: BaseException) -> None:
        super().__init__(str(error))
        self.status_code = _STATUSES.get(type(error).__name__)
        self.request: Any = getattr(outer, "request", None)
        try:
            self.body: Any = json.loads(str(error))
        except ValueError:
            self.body = str(error)
