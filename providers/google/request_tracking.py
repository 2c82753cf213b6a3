"""Which request a call of Google's SDKs is at, so that what goes wrong while its answer is read can say where."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from modelcatalog.providers.adapter.chat_types import AnswerError
from modelcatalog.providers.chat.response_errors import is_ours


@dataclass(slots=True)
class Seen:
    """The last request of a call, and the head of the answer to it."""

    url: str | None = None
    method: str | None = None
    status: int | None = None
    kind: str = "none"


_current: ContextVar[Seen | None] = ContextVar("modelcatalog_google_call", default=None)

# An answer that can't be read ends in one of these, or in a ParseError of protobuf.
_UNREADABLE = (ValueError, TypeError, AttributeError, LookupError)


@contextmanager
def watched() -> Iterator[Seen]:
    """Around a call, or a step of a stream: what it raises while an answer is read becomes an AnswerError.

    Errors of the network and refusals of the service pass as they are.
    """
    seen = Seen()
    _current.set(seen)
    with reading(seen):
        yield seen


@contextmanager
def reading(seen: Seen) -> Iterator[None]:
    """`watched`, for a further step of the same call."""
    try:
        yield
    except AnswerError as error:
        raise _placed(str(error), seen) from error
    except Exception as error:
        if not _is_unreadable(error, seen):
            raise
        raise _placed("The answer can't be read, it isn't the JSON of this service", seen) from error


def saw_request(url: object, method: str) -> None:
    """To be called by an HTTP client when it sends a request."""
    if (seen := _current.get()) is not None:
        seen.url, seen.method, seen.status = str(url).partition("?")[0], method, None


def saw_answer(status: int, content_type: str | None) -> None:
    """To be called by an HTTP client when the head of an answer is there."""
    if (seen := _current.get()) is not None:
        seen.status, seen.kind = status, (content_type or "none").partition(";")[0]


def _is_unreadable(error: Exception, seen: Seen) -> bool:
    if seen.status is None or seen.status >= 300 or isinstance(error, UnicodeEncodeError):
        return False
    if is_ours(error):
        return False
    return isinstance(error, _UNREADABLE) or type(error).__name__ == "ParseError"


def _placed(text: str, seen: Seen) -> AnswerError:
    if seen.kind == "text/html":
        text = "The answer is an HTML page: the address is not that of an API"
    return AnswerError(
        f"{text} (content type {seen.kind}).", status=seen.status, url=seen.url, method=seen.method
    )
