"""Reading an answer: what goes wrong after the service has said success, as an AnswerError that knows its call."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from modelcatalog.providers.adapter.chat_types import AnswerError

# By name, whatever the SDK and the HTTP library below it.
_THEIRS = {"APITimeoutError", "APIStatusError", "TimeoutException"}
_CUT = {"APIConnectionError", "ReadError", "RemoteProtocolError"}
# botocore's for an event stream; mistralai's for a body of another shape.
_UNREADABLE = {"ValueError", "ParserError", "ResponseValidationError"}


@contextmanager
def reading(response: Any) -> Iterator[None]:
    """Whatever fails inside belongs to this response of the HTTP library."""
    try:
        yield
    except Exception as error:
        names = {kind.__name__ for kind in type(error).__mro__}
        if isinstance(error, AnswerError):
            text = str(error)
        elif names & _THEIRS or is_ours(error):
            raise
        elif names & _CUT:
            text = "The connection was cut in the middle of the answer"
        elif names & _UNREADABLE:
            text = "The answer can't be read, it isn't JSON"
        else:
            raise
        raise answer_error(text, response) from error


def is_ours(error: BaseException) -> bool:
    """Whether our own code failed over an answer, and the service is not to blame. It is noted with the error."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    module = trace.tb_frame.f_globals.get("__name__", "") if trace is not None else ""
    error.__dict__["modelcatalog_answered"] = True
    return module.startswith("modelcatalog.") and not isinstance(error, AnswerError)


@contextmanager
def decoding() -> Iterator[None]:
    """What fails inside came after an answer: it is no fault of the call's."""
    try:
        yield
    except Exception as error:
        is_ours(error)
        raise


def answer_error(text: str, response: Any) -> AnswerError:
    """An AnswerError on this response. `text` is a sentence without its full stop."""
    kind = response.headers.get("content-type", "none").partition(";")[0]
    request = response.request
    return AnswerError(
        f"{text} (content type {kind}).",
        status=response.status_code,
        url=str(request.url),
        method=request.method,
    )
