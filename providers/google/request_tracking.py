"""Which request a call of Google's SDKs is at, so that what goes wrong while its answer is read can say where."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Self

from modelcatalog.providers.adapter.chat_types import AnswerError
from modelcatalog.providers.chat.guard import HTML, Guard

_current: ContextVar[TrackingGuard | None] = ContextVar("modelcatalog_google_call", default=None)

# An answer in another form ends in one of these.
_UNREADABLE = frozenset({"TypeError", "AttributeError", "LookupError", "ParseError"})
# Those of the HTTP library say themselves that the connection broke off.
_THEIRS = frozenset({"UnicodeEncodeError", "ReadError", "RemoteProtocolError"})


class TrackingGuard(Guard):
    """A guard that learns of its response from the HTTP client, since the SDK's answers and streams don't hold it."""

    OTHER_FORM = "The answer can't be read, it isn't the JSON of this service"

    def __init__(self) -> None:
        super().__init__(theirs=_THEIRS, unreadable=_UNREADABLE)

    def __enter__(self) -> Self:
        _current.set(self)
        return self

    def text_of(self, error: Exception) -> str | None:
        page = isinstance(error, AnswerError) and self.kind == "text/html"
        return HTML if page else super().text_of(error)


def saw_request(url: object, method: str) -> None:
    """To be called by an HTTP client when it sends a request."""
    if (guard := _current.get()) is not None:
        guard.url, guard.method, guard.status = str(url).partition("?")[0], method, None


def saw_answer(status: int, content_type: str | None) -> None:
    """To be called by an HTTP client when the head of an answer is there."""
    if (guard := _current.get()) is not None:
        guard.status, guard.kind = status, (content_type or "none").partition(";")[0]
