"""Around a call of an SDK: what goes wrong after the service said success, as an AnswerError that knows its call."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Generator
from contextlib import ContextDecorator
from traceback import walk_tb
from types import SimpleNamespace
from typing import Any, ClassVar, Self

from modelcatalog.providers.adapter.chat_types import AnswerError

# Exceptions by their names, whatever the SDK and the HTTP library below it.
_THEIRS = frozenset(
    {"APITimeoutError", "APIStatusError", "TimeoutException", "TimeoutError", "ReadTimeoutError"}
)
_CUT = frozenset({"APIConnectionError", "ReadError", "RemoteProtocolError"})
_UNREADABLE = frozenset({"ValueError", "ParserError", "ResponseValidationError"})
_SUCCESS = range(200, 300)
HTML = "The answer is an HTML page: the address is not that of an API"


class Guard:
    """`with guard:` a call is made. An exception of the SDK on an answer that came with success leaves it as an
    AnswerError, every other as it is, with its request at `request` where the SDK's own doesn't know it.

    `theirs` are further exceptions, by name, that pass; `cut` those of a connection that broke off; `unreadable` those
    of an answer in another form. `url` and `method` are those of the call, where the SDK's exceptions don't know them.
    """

    OTHER_FORM: ClassVar[str] = "The answer can't be read, it isn't JSON"
    """What is said of an answer in another form, without a full stop."""

    def __init__(
        self,
        *,
        theirs: frozenset[str] = frozenset(),
        cut: frozenset[str] = frozenset(),
        unreadable: frozenset[str] = frozenset(),
        url: str | None = None,
        method: str = "POST",
    ) -> None:
        self._theirs, self._cut, self._unreadable = _THEIRS | theirs, _CUT | cut, _UNREADABLE | unreadable
        self.url, self.method = url, method
        self.status: int | None = None
        self.answered = False
        self.kind: str | None = None

    def prepared(self, sent: dict[str, Any]) -> dict[str, Any]:
        """The keywords to send, with what the guard needs among them."""
        return sent

    def received(self, answer: Any) -> Any:
        """The SDK's answer as it is; from now on the guard knows its response."""
        # A generator sends its request only when its first event is asked for.
        self.answered = not isinstance(answer, Generator | AsyncGenerator | ContextDecorator)
        response = self.response_of(answer)
        if response is not None:
            self.take(response)
        return answer

    def response_of(self, answer: Any) -> Any:
        """The HTTP library's response behind an answer, a stream or an exception of the SDK, None if it is hidden."""
        behind = (getattr(answer, name, None) for name in ("http_response", "raw_response", "response"))
        for response in (*behind, answer):
            if hasattr(response, "status_code") and hasattr(response, "headers"):
                return response
        return None

    def take(self, response: Any) -> None:
        """Remember status, content type and request of a response."""
        self.status = response.status_code
        self.kind = response.headers.get("content-type", "none").partition(";")[0]
        request = getattr(response, "request", None)
        if request is not None:
            self.url, self.method = str(request.url), request.method

    def text_of(self, error: Exception) -> str | None:
        """What is wrong with an answer that came with success, without a full stop; None for an error that passes."""
        if isinstance(error, AnswerError):
            return str(error)
        names = {kind.__name__ for kind in type(error).__mro__}
        if names & self._theirs or _is_ours(error):
            return None
        if names & self._cut:
            return "The connection was cut in the middle of the answer"
        if names & self._unreadable:
            return HTML if self.kind == "text/html" else self.OTHER_FORM
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, Exception):
            return
        if self.status is None and (response := self.response_of(error)) is not None:
            self.take(response)
        if self.answered or self.status in _SUCCESS:
            error.__dict__["modelcatalog_answered"] = True  # for `failure`: the call was sent
        if isinstance(error, AnswerError) and error.url is not None:
            return
        looked_at = isinstance(error, AnswerError) or self.status in _SUCCESS
        text = self.text_of(error) if looked_at else None
        if text is not None:
            raise self.error(text) from error
        self.explain(error)

    def error(self, text: str) -> AnswerError:
        """An AnswerError on this call. `text` is a sentence without its full stop."""
        kind = f" (content type {self.kind})" if self.kind else ""
        # Without a response of its own, an answer that could be looked at came with success.
        status = self.status or _SUCCESS[0]
        return AnswerError(f"{text}{kind}.", status=status, url=self.url, method=self.method)

    def explain(self, error: Exception) -> None:
        """Let an exception that passes know its request, for `failure`."""
        try:
            known = hasattr(error, "request")
        except RuntimeError:  # httpx: "The .request property has not been set."
            return
        if self.url is not None and not known:
            error.__dict__["request"] = SimpleNamespace(url=self.url, method=self.method)


def _is_ours(error: BaseException) -> bool:
    """Whether our own code failed over an answer, and the service is not to blame."""
    *_, (last, _) = walk_tb(error.__traceback__)
    return str(last.f_globals.get("__name__", "")).startswith("modelcatalog.")


def answer_error(text: str, response: Any) -> AnswerError:
    """An AnswerError on this response of an HTTP library. `text` is a sentence without its full stop."""
    guard = Guard()
    guard.take(response)
    return guard.error(text)
