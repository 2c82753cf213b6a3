"""What went wrong in a call of an SDK whose exceptions have `status_code` and `body`, as those of openai and more."""

from __future__ import annotations

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from modelcatalog.providers.failures.classifier import Refusal, explained
from modelcatalog.providers.failures.statuses import SUCCESS

if TYPE_CHECKING:
    from modelcatalog.providers.adapter.connection import Failure


def failure(error: BaseException, secrets: Sequence[str] = ()) -> Failure:
    """Where a call failed and why. Occurrences of `secrets` in the server's words are masked."""
    return explained(error, secrets, read)


def read(error: BaseException) -> Refusal | None:
    """The refusal in an exception that has a status or a body."""
    status, body = getattr(error, "status_code", None), getattr(error, "body", None)
    if not isinstance(status, int) and body is None:
        return None
    # An error that came in the middle of a stream has the status of the stream, which began well.
    begun = not isinstance(status, int) or status < SUCCESS.stop
    return refusal(None if begun else status, body)


def refusal(status: int | None, body: Any) -> Refusal:
    """The facts in the body of an answer: as data, or as text, which some SDKs keep."""
    if isinstance(body, str) and body.lstrip()[:1] == "{":
        with suppress(ValueError):
            body = json.loads(body)
    codes = tuple(_codes(body))
    return Refusal(status=status, said=said(body), codes=codes, structured=isinstance(body, dict))


def said(body: Any) -> str:
    """The server's own words, wherever it put them."""
    if isinstance(body, str):
        return _title(body) if body.lstrip()[:1] == "<" else body
    if isinstance(body, list) and body:
        return said(body[0])
    if isinstance(body, dict):
        for name in ("message", "detail", "error", "errors", "title"):
            if body.get(name):
                return said(body[name])
    return "" if body in (None, {}, []) else str(body)


def _title(page: str) -> str:
    title = page.lower().partition("<title>")[2].partition("</title>")[0]
    start = page.lower().find(title) if title else 0
    words = page[start : start + len(title)]
    return f"The server sent an HTML page: {words}" if words else "The server sent an HTML page."


def _codes(body: Any) -> list[str]:
    if not isinstance(body, dict):
        return []
    return [str(body[name]) for name in ("code", "type") if body.get(name)] + _codes(body.get("error"))
