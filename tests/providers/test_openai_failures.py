"""Where a failed call is said to have failed: against real servers that misbehave in each of these ways."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from modelcatalog.providers.adapter.chat_types import AnswerError
from modelcatalog.providers.adapter.connection import Failure
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import KEY

from support.runners import connection_to, runner_of

QUOTA = "You exceeded your current quota, please check your plan and billing details."


def outcome(failure: Failure) -> tuple[str, str, int | None]:
    return failure.step, failure.reason, failure.status


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (answers.error(401, "Incorrect API key", code="invalid_api_key"), ("auth", "key", 401)),
        (answers.error(400, "Bad key", code="invalid_api_key"), ("auth", "key", 400)),
        (answers.error(403, "Not for you"), ("auth", "forbidden", 403)),
        (answers.as_json({"detail": "Not Found"}, 404), ("path", "not-found", 404)),
        (Answer((b"404 page not found",), 404, "text/plain"), ("path", "not-found", 404)),
        (answers.html(404, "Model not found"), ("path", "not-found", 404)),
        (answers.error(405, "Method not allowed"), ("path", "not-found", 405)),
        (answers.error(404, "No access", code="model_not_found"), ("model", "unknown-model", 404)),
        (answers.error(404, "The model `x` does not exist."), ("model", "unknown-model", 404)),
        (answers.error(404, "No such thing", code="DeploymentNotFound"), ("model", "unknown-model", 404)),
        (answers.error(400, 'model "x" not found, try pulling it first'), ("model", "unknown-model", 400)),
        (
            answers.as_json({"detail": "Server is pinned to 'x'; requested 'y'."}, 400),
            ("model", "unknown-model", 400),
        ),
        (answers.error(400, "Unsupported parameter: 'max_tokens'"), ("request", "error", 400)),
        (answers.error(422, "messages: field required"), ("request", "error", 422)),
        (Answer((b"several",), 300, "text/plain"), ("path", "redirect", 300)),
        (answers.error(402, "Insufficient credits"), ("quota", "no-credit", 402)),
        (answers.error(429, "Slow down"), ("quota", "rate", 429)),
        (answers.error(429, QUOTA, code="insufficient_quota"), ("quota", "no-credit", 429)),
        (answers.error(500, "Oops"), ("server", "error", 500)),
        (answers.html(503, "Maintenance"), ("server", "error", 503)),
        (answers.html(504, "Gateway"), ("server", "timeout", 504)),
        (answers.html(200), ("answer", "unreadable", 200)),
        (Answer((b"{broken",)), ("answer", "unreadable", 200)),
        (Answer(), ("answer", "unreadable", 200)),
        (answers.as_json([1, 2]), ("answer", "unreadable", 200)),
        (answers.as_json({"choices": []}), ("answer", "unreadable", 200)),
        (answers.as_json({"choices": "none"}), ("answer", "unreadable", 200)),
        (answers.chat(cut=True), ("answer", "cut", None)),
        (Answer(silent=True), ("answer", "cut", None)),
    ],
)
def test_an_answer_is_traced_to_its_step(
    plain: Runner, server: RecordingServer, answer: Answer, expected: tuple[str, str, int | None]
) -> None:
    server.answer(answer)
    failure = plain.failure(connection_to(server.url), call())
    assert outcome(failure) == expected
    assert (failure.method, failure.url) == ("POST", f"{server.url}/chat/completions")
    assert failure.detail


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (answers.error(500, "Line one\nline two \x1b[31mred"), "Line one line two [31mred"),
        (answers.as_json({"errors": [{"code": 7000, "message": "No route"}]}, 404), "No route"),
        (answers.as_json({"error": "just text"}, 500), "just text"),
        (answers.html(500, "Bad Gateway"), "The server sent an HTML page: Bad Gateway"),
        (
            answers.html(200),
            "The answer is an HTML page: the address is not that of an API (content type text/html).",
        ),
        (Answer(), "The answer can't be read, it isn't JSON (content type application/json)."),
        (answers.error(500, "x" * 1000), "x" * 297 + "..."),
    ],
)
def test_the_servers_own_words_are_shown_in_one_line(
    plain: Runner, server: RecordingServer, answer: Answer, words: str
) -> None:
    server.answer(answer)
    assert plain.failure(connection_to(server.url), call()).detail == words


def test_the_address_is_shown_without_its_query(azure: Runner, server: RecordingServer) -> None:
    server.answer(answers.error(404, "no"))
    failure = azure.failure(connection_to(server.origin), call())
    assert failure.url == f"{server.origin}/openai/deployments/m%2F1/chat/completions"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (answers.events("[DONE]"), "The stream was empty (content type text/event-stream)."),
        (Answer(kind=answers.EVENTS), "The stream was empty (content type text/event-stream)."),
        (answers.html(200), "The stream was empty (content type text/html)."),
        (answers.chat(), "The stream was empty (content type application/json)."),
        (
            answers.stream("a", "b", finish=None, done=False),
            "The stream broke off after 2 pieces, before the model had ended (content type text/event-stream).",
        ),
        (
            answers.stream("a", finish=None, done=False, cut=True),
            "The connection was cut in the middle of the answer (content type text/event-stream).",
        ),
        (
            answers.events('{"choices": ['),
            "The answer can't be read, it isn't JSON (content type text/event-stream).",
        ),
    ],
)
def test_a_stream_without_an_end_is_a_failure(
    openai_runner: Runner, server: RecordingServer, answer: Answer, words: str
) -> None:
    server.answer(answer)
    failure = openai_runner.failure(connection_to(server.url), call(), stream=True)
    assert outcome(failure) == ("answer", "unreadable", 200)
    assert failure.detail == words
    assert failure.url is not None
    assert failure.url.endswith("/chat/completions")


def test_an_error_inside_a_stream_is_reported(plain: Runner, server: RecordingServer) -> None:
    server.answer(answers.events('{"error": {"message": "overloaded", "code": "busy"}}'))
    failure = plain.failure(connection_to(server.url), call(), stream=True)
    assert (failure.step, failure.detail) == ("server", "overloaded")


def test_an_error_before_a_stream_is_reported(plain: Runner, server: RecordingServer) -> None:
    server.answer(answers.error(401, "No"))
    assert outcome(plain.failure(connection_to(server.url), call(), stream=True)) == ("auth", "key", 401)


def test_a_list_of_models_that_is_none_is_reported(openai_runner: Runner, server: RecordingServer) -> None:
    server.answer(answers.html(200))
    with pytest.raises(AnswerError, match="HTML page") as caught:
        openai_runner.list_models(connection_to(server.url))
    failure = openai_runner.adapter.failure(caught.value)
    assert outcome(failure) == ("answer", "unreadable", 200)
    assert failure.url is not None
    assert failure.url.endswith("/models")


@pytest.fixture
def gate() -> Iterator[threading.Event]:
    event = threading.Event()
    yield event
    event.set()


def test_a_slow_first_byte_is_a_timeout(
    plain: Runner, server: RecordingServer, gate: threading.Event
) -> None:
    server.answer(answers.chat(wait=gate))
    failure = plain.failure(connection_to(server.url, timeout=0.2), call())
    gate.set()
    assert outcome(failure) == ("timeout", "read", None)


def test_a_name_that_no_server_knows_is_a_matter_of_dns(plain: Runner) -> None:
    failure = plain.failure(connection_to("http://nowhere.invalid/v1"), call())
    assert outcome(failure) == ("dns", "unknown-host", None)
    assert failure.url == "http://nowhere.invalid/v1/chat/completions"


def test_an_untrusted_certificate_is_a_matter_of_tls(plain: Runner, tls_server: RecordingServer) -> None:
    failure = plain.failure(connection_to(tls_server.url), call())
    assert outcome(failure) == ("tls", "certificate", None)
    assert "self-signed certificate" in failure.detail or "self signed certificate" in failure.detail
    assert not tls_server.requests


def test_https_to_a_port_that_speaks_http_is_a_matter_of_tls(plain: Runner, server: RecordingServer) -> None:
    failure = plain.failure(connection_to(server.url.replace("http:", "https:")), call())
    assert outcome(failure) == ("tls", "handshake", None)


def test_a_certificate_that_ssl_cert_file_names_is_trusted(
    plain: Runner, tls_server: RecordingServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert plain.failure(connection_to(tls_server.url), call()).step == "tls"
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert plain.chat(connection_to(tls_server.url), call()).text == "Hello"


@pytest.mark.parametrize("key", [f"{KEY}\n", "sk-ключ"])
def test_a_key_that_no_header_can_carry_is_not_shown(
    plain: Runner, server: RecordingServer, key: str
) -> None:
    failure = plain.failure(connection_to(server.url, settings={"api_key": key}), call())
    assert outcome(failure) == ("auth", "header", None)
    assert KEY not in failure.detail


def test_a_redirect_is_followed_without_the_key_and_secret_headers(
    plain: Runner, server: RecordingServer
) -> None:
    from modelcatalog.catalog.redaction.secret import Secret

    with RecordingServer() as other:
        server.answer(answers.redirect(f"{other.url}/chat/completions"))
        headers = {"X-Token": Secret("LEAK-token-0123456789"), "X-Title": "mine"}
        plain.chat(connection_to(server.url, headers=headers), call())
        assert server.last.headers["x-token"] == "LEAK-token-0123456789"
        assert other.last.headers["x-title"] == "mine"
        assert "LEAK" not in other.last.everything
        assert KEY not in other.last.everything


def test_a_circle_of_redirects_ends(plain: Runner, server: RecordingServer) -> None:
    server.answer(*[answers.redirect(f"{server.url}/chat/completions")] * 30)
    assert outcome(plain.failure(connection_to(server.url), call())) == ("path", "redirects", None)


def test_an_error_of_another_call_is_not_taken_for_the_cause(server: RecordingServer) -> None:
    runner = runner_of("openai", sync=True)
    server.answer(answers.html(200))
    try:
        raise ConnectionRefusedError  # noqa: TRY301  any error will do, as long as one is being handled
    except ConnectionRefusedError:
        assert outcome(runner.failure(connection_to(server.url), call())) == ("answer", "unreadable", 200)
