"""A provider of one model, on this machine: the OpenAI protocol as far as the demo needs it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

MODEL = "small"
ANSWER = "I am a few lines of Python on your own machine, and I speak the protocol that your SDK knows."


@contextmanager
def serving(key: str, port: int = 0) -> Iterator[str]:
    """The base URL of a running server that takes this key; port 0 is any free one. Raises OSError."""

    class Handler(_Handler):
        expected = f"Bearer {key}"

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    thread = Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Handler(BaseHTTPRequestHandler):
    expected = ""
    protocol_version = "HTTP/1.1"

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
        """Be silent: the demo's output is the client's."""

    def do_GET(self) -> None:
        if self.path != "/v1/models":
            self._error(404, "no such path")
        elif self._is_allowed():
            self._json(
                200,
                {
                    "object": "list",
                    "data": [{"id": MODEL, "object": "model", "created": 0, "owned_by": "acme"}],
                },
            )

    def do_POST(self) -> None:
        asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length", "0"))) or b"{}")
        if self.path != "/v1/chat/completions":
            self._error(404, "no such path")
        elif not self._is_allowed():
            return
        elif asked.get("model") != MODEL:
            self._error(404, f"The model {asked.get('model')!r} does not exist", code="model_not_found")
        elif asked.get("stream"):
            self._stream()
        else:
            message = {"role": "assistant", "content": ANSWER}
            self._json(
                200, _completion("chat.completion", message=message, finish_reason="stop") | {"usage": _USAGE}
            )

    def _is_allowed(self) -> bool:
        if self.headers.get("Authorization") == self.expected:
            return True
        self._error(401, "Incorrect API key provided", code="invalid_api_key")
        return False

    def _stream(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Connection", "close")
        self.end_headers()
        words = ANSWER.split(" ")
        chunks = [
            _completion(
                "chat.completion.chunk",
                delta={"content": word + (" " if at < len(words) else "")},
                finish_reason=None,
            )
            for at, word in enumerate(words, start=1)
        ]
        chunks.append(_completion("chat.completion.chunk", delta={}, finish_reason="stop"))
        chunks.append(_completion("chat.completion.chunk") | {"usage": _USAGE})
        for chunk in chunks:
            self.wfile.write(f"data: {json.dumps(chunk)}\n\n".encode())
        self.wfile.write(b"data: [DONE]\n\n")
        self.close_connection = True

    def _error(self, status: int, message: str, code: str | None = None) -> None:
        self._json(status, {"error": {"message": message, "type": "invalid_request_error", "code": code}})

    def _json(self, status: int, data: dict[str, Any]) -> None:
        body = json.dumps(data).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


_USAGE = {
    "prompt_tokens": 8,
    "completion_tokens": len(ANSWER.split(" ")),
    "total_tokens": 8 + len(ANSWER.split(" ")),
}


def _completion(kind: str, **choice: Any) -> dict[str, Any]:
    choices = [{"index": 0, **choice}] if choice else []
    return {"id": "demo-1", "object": kind, "created": 0, "model": MODEL, "choices": choices}
