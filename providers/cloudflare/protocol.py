"""What Cloudflare's REST API sends: results, errors, events. Knows the HTTP library only by the responses it gets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Self
from urllib.parse import quote

from modelcatalog.providers.chat.completions_codec import no_answer
from modelcatalog.providers.chat.guard import answer_error

_RETRIED = frozenset({429, 500, 502, 503, 504})
_LONGEST_WAIT = 8.0


class WorkersAIError(Exception):
    """The service refused. `code` is Cloudflare's own number, `body` all that it sent."""

    def __init__(self, message: str, *, status_code: int, code: int | None, body: Any, request: Any) -> None:
        super().__init__(message)
        self.status_code = status_code
        self.code = code
        self.body = body
        self.request = request

    @classmethod
    def of(cls, response: Any) -> Self:
        """From a response that has been read."""
        try:
            body = response.json()
        except ValueError:
            body = response.text
        errors = body.get("errors") if isinstance(body, dict) else None
        first = errors[0] if isinstance(errors, list) and errors else {}
        code = first.get("code") if isinstance(first, dict) else None
        message = first.get("message") if isinstance(first, dict) else str(first)
        return cls(
            message or f"HTTP status {response.status_code}",
            status_code=response.status_code,
            code=code if isinstance(code, int) else None,
            body=body,
            request=response.request,
        )


def run_path(model: str) -> str:
    """The path for a model. Raises ValueError for a name that would lead to another path."""
    parts = model.split("/")
    if not all(parts) or any(part in (".", "..") for part in parts):
        raise ValueError(f"{model!r} is no name of a model")
    return f"/run/{quote(model, safe='/@:')}"


def result_of(response: Any, kind: type = object) -> Any:
    """The `result` in a response that has been read. Raises WorkersAIError, or AnswerError when there is none."""
    try:
        body = response.json()
    except ValueError as error:
        raise answer_error("The answer can't be read, it isn't JSON", response) from error
    if isinstance(body, dict) and body.get("success") is False:
        raise WorkersAIError.of(response)
    result = body.get("result") if isinstance(body, dict) else None
    if result is None or not isinstance(result, kind):
        raise answer_error(no_answer("result", body), response)
    return result


class Events:
    """Reads the lines of a stream. Its end is a line of its own, `data: [DONE]`."""

    def __init__(self, response: Any) -> None:
        self._response = response
        self._count = 0
        self._done = False

    def take(self, line: str) -> Iterator[dict[str, Any]]:
        """The event in a line, if there is one. Raises WorkersAIError for one that tells of an error."""
        name, _, data = line.partition(":")
        data = data.strip()
        if name != "data" or self._done:
            return
        if data == "[DONE]":
            self._done = True
            return
        try:
            event = json.loads(data)
        except ValueError as error:
            raise answer_error("The answer can't be read, it isn't JSON", self._response) from error
        if isinstance(event, dict) and (event.get("errors") or event.get("error")):
            said = event.get("error") or event["errors"]
            raise WorkersAIError(
                str(said),
                status_code=self._response.status_code,
                code=None,
                body=event,
                request=self._response.request,
            )
        self._count += 1
        if isinstance(event, dict):
            yield event

    def end(self) -> None:
        """Raises AnswerError when the stream held nothing, or has no end."""
        if not self._count:
            raise answer_error("The stream was empty", self._response)
        if not self._done:
            text = f"The stream broke off after {self._count} pieces, before the model had ended"
            raise answer_error(text, self._response)


def wait_before(attempt: int, most: int, response: Any = None) -> float | None:
    """Seconds to wait before another attempt; None when there is to be none. Without a response: no connection."""
    if attempt >= most or (response is not None and response.status_code not in _RETRIED):
        return None
    wait: float = 0.5 * 2**attempt
    asked = response.headers.get("retry-after", "") if response is not None else ""
    if asked.isdigit():
        wait = float(asked)
    return min(wait, _LONGEST_WAIT)
