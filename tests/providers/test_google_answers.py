"""What the Gemini API answers: text, thoughts, what was blocked, what was refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.adapter.chat_types import ChatChunk, ChatReply
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import KEY

from support.services.google import USAGE, Google

SERVICE = Google()


@pytest.fixture(params=["google"])
def adapter_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def with_candidate(**candidate: Any) -> dict[str, Any]:
    return {"candidates": [candidate], "usageMetadata": USAGE}


def asked(*parts: dict[str, Any]) -> dict[str, Any]:
    return with_candidate(content={"role": "model", "parts": list(parts)}, finishReason="STOP")


def both(
    runner: Runner, server: RecordingServer, *responses: dict[str, Any]
) -> tuple[ChatReply, list[ChatChunk]]:
    """The reply to one response, and the chunks of a stream of them."""
    server.answer(answers.as_json(responses[-1]), answers.events(*map(json.dumps, responses)))
    connection = runner.connection(server.origin)
    return runner.chat(connection, call()), runner.stream(connection, call())


@pytest.mark.parametrize(
    "blocked",
    [
        {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": USAGE},
        {"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}},
        with_candidate(finishReason="SAFETY"),
        with_candidate(finishReason="RECITATION", content={"parts": []}),
    ],
)
def test_what_was_blocked_is_a_reply_that_says_so(
    runner: Runner, server: RecordingServer, blocked: dict[str, Any]
) -> None:
    reply, chunks = both(runner, server, blocked)
    assert (reply.text, reply.stop_reason) == ("", "content_filter")
    assert [(chunk.text, chunk.stop_reason) for chunk in chunks] == [("", "content_filter")]


def test_an_answer_blocked_halfway_keeps_what_had_come(runner: Runner, server: RecordingServer) -> None:
    half = with_candidate(content={"parts": [{"text": "Well"}]})
    _, chunks = both(runner, server, half, with_candidate(finishReason="SAFETY"))
    assert [(chunk.text, chunk.stop_reason) for chunk in chunks] == [("Well", None), ("", "content_filter")]


def test_an_error_inside_a_stream_is_reported(runner: Runner, server: RecordingServer) -> None:
    half = json.dumps(with_candidate(content={"parts": [{"text": "Well"}]}))
    busy = json.dumps({"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}})
    server.answer(answers.events(half, busy))
    failure = runner.failure(runner.connection(server.origin), call(), stream=True)
    assert (failure.step, failure.status, failure.detail) == ("server", 503, "overloaded")


def test_other_reasons_keep_their_name(runner: Runner, server: RecordingServer) -> None:
    reply, chunks = both(runner, server, with_candidate(finishReason="MALFORMED_FUNCTION_CALL"))
    assert reply.stop_reason == chunks[-1].stop_reason == "malformed_function_call"


def test_thoughts_are_counted_and_not_shown(runner: Runner, server: RecordingServer) -> None:
    thinking = asked({"text": "Hm", "thought": True}, {"text": "Yes"})
    thinking["usageMetadata"] = {**USAGE, "thoughtsTokenCount": 40, "toolUsePromptTokenCount": 10}
    reply, chunks = both(runner, server, thinking)
    assert reply.text == chunks[0].text == "Yes"
    assert reply.usage is not None
    assert (reply.usage.input_tokens, reply.usage.output_tokens) == (13, 45)


@pytest.mark.parametrize("adapter_name", ["google", "google_legacy"])
@pytest.mark.parametrize(
    ("status", "details", "expected"),
    [
        (400, {"message": "API key not valid. Please pass a valid API key."}, ("auth", "key")),
        (400, {"message": "no", "details": [{"reason": "API_KEY_INVALID"}]}, ("auth", "key")),
        (403, {"message": "no", "details": [{"reason": "BILLING_DISABLED"}]}, ("quota", "no-credit")),
        (400, {"message": "Invalid JSON payload received."}, ("request", "error")),
        (504, {"message": "Deadline exceeded"}, ("server", "timeout")),
    ],
)
def test_googles_own_reasons_are_understood(
    runner: Runner, server: RecordingServer, status: int, details: dict[str, Any], expected: tuple[str, str]
) -> None:
    server.answer(answers.as_json({"error": {"code": status, "status": "X", **details}}, status))
    failure = runner.failure(runner.connection(server.origin), call())
    assert (failure.step, failure.reason, failure.status) == (*expected, status)
    assert failure.detail == details["message"]
    assert (failure.method, failure.url) == ("POST", f"{server.origin}{server.last.path}")


@pytest.mark.parametrize("adapter_name", ["google", "google_legacy"])
@pytest.mark.parametrize("key", [f"{KEY}\nX-Other: 1", "AIza-ключ-0123456789"])
def test_a_key_that_no_header_can_carry_is_not_shown(
    runner: Runner, server: RecordingServer, key: str
) -> None:
    failure = runner.failure(runner.connection(server.origin, settings={"api_key": Secret(key)}), call())
    assert (failure.step, failure.reason, failure.status) == ("auth", "header", None)
    assert KEY not in failure.detail
    assert not server.requests


def test_the_roots_of_trust_are_those_of_ssl_cert_file(
    runner: Runner, tls_server: RecordingServer, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tls_server.service = SERVICE
    failure = runner.failure(runner.connection(tls_server.origin), call())
    assert (failure.step, failure.reason) == ("tls", "certificate")
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    assert runner.chat(runner.connection(tls_server.origin), call()).text == "Hello"


def test_an_html_page_is_called_one_and_placed(runner: Runner, server: RecordingServer) -> None:
    server.answer(answers.html(200))
    failure = runner.failure(runner.connection(server.origin), call())
    assert (
        failure.detail
        == "The answer is an HTML page: the address is not that of an API (content type text/html)."
    )
    assert (failure.status, failure.method, failure.url) == (
        200,
        "POST",
        f"{server.origin}{server.last.path}",
    )
