"""Around a call of an SDK: what goes wrong after the service has said success, as an AnswerError that knows its call."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, Self

from modelcatalog.providers.adapter.chat_types import AnswerError

# Exceptions by their names, whatever the SDK and the HTTP library below it.
_THEIRS = frozenset(
    {"APITimeoutError", "APIStatusError", "TimeoutException", "TimeoutError", "ReadTimeoutError"}
)
_CUT = frozenset({"APIConnectionError", "ReadError", "RemoteProtocolError"})
_UNREADABLE = frozenset({"ValueError", "ParserError", "ResponseValidationError"})
_SUCCESS = range(200, 300)


class Guard:
    """`with guard:` a call is made. An exception of the SDK on an answer that came with success leaves it as an AnswerError,
    every other as it is, with its request at `request` where the SDK's own doesn't know it.

    `theirs` are further exceptions, by name, that pass; `cut` those of a connection that broke off; `unreadable` those of
    an answer in another form. `url` and `method` are those of the call, where the SDK's exceptions don't know them.
    """

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
        self.kind: str | None = None

    def prepared(self, sent: dict[str, Any]) -> dict[str, Any]:
        """The keywords to send, with what the guard needs among them."""
        return sent

    def received(self, answer: Any) -> Any:
        """The SDK's answer as it is; from now on the guard knows its response."""
        response = self.response_of(answer)
        if response is not None:
            self.take(response)
        return answer

    def response_of(self, answer: Any) -> Any:
        """The HTTP library's response behind an answer, a stream or an exception of the SDK, None where it is hidden."""
        for name in ("http_response", "raw_response", "response"):
            response = getattr(answer, name, None)
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
        names = {kind.__name__ for kind in type(error).__mro__}
        if names & self._theirs:
            return None
        if names & self._cut:
            return "The connection was cut in the middle of the answer"
        if names & self._unreadable:
            html = "The answer is an HTML page: the address is not that of an API"
            return html if self.kind == "text/html" else "The answer can't be read, it isn't JSON"
        return None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        if not isinstance(error, Exception):
            return
        if self.status is None and (response := self.response_of(error)) is not None:
            self.take(response)
        if isinstance(error, AnswerError):
            text: str | None = str(error)
            if error.url is not None:
                return
        else:
            text = self.text_of(error) if self.status in _SUCCESS else None
        if text is not None:
            # Without a response of its own, an answer that could be looked at came with success.
            status, kind = self.status or _SUCCESS[0], f" (content type {self.kind})" if self.kind else ""
            raise AnswerError(f"{text}{kind}.", status=status, url=self.url, method=self.method) from error
        self.explain(error)

    def explain(self, error: Exception) -> None:
        """Let an exception that passes know its request, for `failure`."""
        if self.url is not None and not hasattr(error, "request"):
            error.__dict__["request"] = SimpleNamespace(url=self.url, method=self.method)
