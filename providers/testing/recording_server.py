"""A real HTTP server on loopback that keeps every request it gets and gives the answers that it is given."""

from __future__ import annotations

import socket
import ssl
import threading
from collections import deque
from collections.abc import Sequence
from contextlib import suppress
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.openai_service import OpenAIService
from modelcatalog.providers.testing.recorded import Recorded
from modelcatalog.providers.testing.service import Service


class RecordingServer:
    """Answers with what was given to `answer`, in that order; with nothing left, as the service in good health does.

    With `certificate` (a PEM file with key and certificate) it speaks TLS. `service` is OpenAI's without another.
    """

    def __init__(self, certificate: Path | None = None, service: Service | None = None) -> None:
        self.requests: list[Recorded] = []
        self.service = service or OpenAIService()
        self._answers: deque[Answer] = deque()
        recording = self

        class Handler(_Handler):
            server_of_record = recording

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._scheme = "http"
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            # The handshake in the request's own thread: one that fails must not end the server.
            self._http.socket = context.wrap_socket(
                self._http.socket, server_side=True, do_handshake_on_connect=False
            )
            self._scheme = "https"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.01,), daemon=True)

    @property
    def origin(self) -> str:
        return f"{self._scheme}://127.0.0.1:{self._http.server_port}"

    @property
    def url(self) -> str:
        """The base URL as a provider's entry has it."""
        return self.service.base_url(self.origin)

    @property
    def last(self) -> Recorded:
        return self.requests[-1]

    def answer(self, *given: Answer) -> None:
        self._answers.extend(given)

    def next_answer(self, request: Recorded) -> Answer:
        self.requests.append(request)
        if self._answers:
            return self._answers.popleft()
        return self.service.healthy(request)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_of_record: RecordingServer

    def handle(self) -> None:
        # A client that hangs up, or does not like the certificate.
        try:
            super().handle()
        except (OSError, ssl.SSLError):
            self.close_connection = True

    def do_POST(self) -> None:
        parts = urlsplit(self.path)
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        request = Recorded(
            self.command, parts.path, parse_qs(parts.query), _united(self.headers), body, self.path
        )
        answer = self.server_of_record.next_answer(request)
        if answer.wait is not None:
            answer.wait.wait(30)
        if answer.silent:
            self._hang_up()
            return
        self.send_response(answer.status)
        self.send_header("Content-Type", answer.kind)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.left is not None:
            self._wait_until_left(answer.pieces, answer.left)
            return
        missing = 100 if answer.cut else 0
        self.send_header("Content-Length", str(sum(map(len, answer.pieces)) + missing))
        self.end_headers()
        for piece in answer.pieces:
            self.wfile.write(piece)
            self.wfile.flush()
        if answer.cut:
            self._hang_up()

    do_GET = do_POST
    do_DELETE = do_POST

    def _wait_until_left(self, pieces: Sequence[bytes], left: threading.Event) -> None:
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        self.close_connection = True
        self.connection.settimeout(60)
        # The client may be gone before the last piece is written.
        with suppress(ConnectionError):
            for piece in pieces:
                self.wfile.write(b"%x\r\n%b\r\n" % (len(piece), piece))
                self.wfile.flush()
            if self.connection.recv(1):
                return
        left.set()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.shutdown(socket.SHUT_RDWR)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the name it has in the standard library
        """Nothing on stderr."""


def closed_port() -> int:
    """A port of loopback on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def _united(headers: Message) -> dict[str, str]:
    united: dict[str, str] = {}
    for name, value in headers.items():
        name = name.lower()
        united[name] = f"{united[name]}, {value}" if name in united else value
    return united
