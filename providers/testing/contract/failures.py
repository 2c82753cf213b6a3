"""Where each adapter says that a call failed, and that it says so without a secret."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import Any

import pytest

from modelcatalog.providers.adapter.chat_types import ChatChunk, ChatReply
from modelcatalog.providers.adapter.connection import Failure
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recording_server import RecordingServer, closed_port
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import KEY


def _outcome(failure: Failure) -> tuple[str, int | None]:
    return failure.step, failure.status


class FailureContract:
    """Where a call failed, reported without a secret."""

    @pytest.fixture
    def gate(self) -> Iterator[threading.Event]:
        event = threading.Event()
        yield event
        event.set()

    def test_an_unreachable_service_fails_at_connect(self, runner: Runner) -> None:
        failure = runner.failure(runner.connection(f"http://127.0.0.1:{closed_port()}"), call())
        assert (failure.step, failure.reason, failure.status) == ("connect", "refused", None)
        assert failure.url is None or failure.url.startswith("http://127.0.0.1:")

    @pytest.mark.parametrize(
        ("status", "step"),
        [(401, "auth"), (403, "auth"), (404, "model"), (429, "quota"), (400, "request"), (500, "server")],
    )
    @pytest.mark.parametrize("stream", [False, True], ids=["chat", "stream"])
    def test_a_refusal_is_traced_to_its_step(
        self, runner: Runner, server: RecordingServer, status: int, step: str, stream: bool
    ) -> None:
        server.answer(runner.service.error(status, f"These words: {KEY} is bad"))
        failure = runner.failure(runner.connection(server.origin), call(), stream=stream)
        assert _outcome(failure) == (step, status)
        assert status in runner.service.silent or "These words: **** is bad" in failure.detail
        assert KEY not in repr(failure)
        assert len(server.requests) == 1

    def test_a_path_that_is_missing_is_reported(self, runner: Runner, server: RecordingServer) -> None:
        server.answer(Answer((b"404 page not found",), 404, "text/plain"))
        assert _outcome(runner.failure(runner.connection(server.origin), call())) == ("path", 404)

    @pytest.mark.parametrize(
        "answer",
        [answers.html(200), Answer((b"{broken",)), Answer(), answers.as_json([1, 2]), answers.as_json({})],
    )
    @pytest.mark.parametrize("stream", [False, True], ids=["chat", "stream"])
    def test_success_without_an_answer_is_a_failure(
        self, runner: Runner, server: RecordingServer, answer: Answer, stream: bool
    ) -> None:
        server.answer(answer)
        failure = runner.failure(runner.connection(server.origin), call(), stream=stream)
        assert failure.step == "answer"
        assert failure.detail

    def test_an_answer_that_is_cut_is_a_failure(self, runner: Runner, server: RecordingServer) -> None:
        server.answer(Answer((b"{",), cut=True), Answer(silent=True))
        for _ in range(2):
            assert runner.failure(runner.connection(server.origin), call()).step == "answer"

    def test_a_stream_without_an_end_is_a_failure(self, runner: Runner, server: RecordingServer) -> None:
        server.answer(runner.service.stream("a", "b", finish=None))
        failure = runner.failure(runner.connection(server.origin), call(), stream=True)
        assert _outcome(failure) == ("answer", 200)
        assert "broke off" in failure.detail

    def test_a_slow_answer_is_a_timeout(
        self, runner: Runner, server: RecordingServer, gate: threading.Event
    ) -> None:
        server.answer(answers.as_json({}, wait=gate))
        failure = runner.failure(runner.connection(server.origin, timeout=0.2), call())
        gate.set()
        assert _outcome(failure) == ("timeout", None)

    def test_https_to_a_port_that_speaks_http_is_a_matter_of_tls(
        self, runner: Runner, server: RecordingServer
    ) -> None:
        failure = runner.failure(runner.connection(server.origin.replace("http:", "https:")), call())
        assert _outcome(failure) == ("tls", None)

    def test_any_exception_can_be_explained(self, adapter_name: str) -> None:
        failure = load_adapter(adapter_name).failure(RuntimeError("sk-12345 is bad\x1b[31m"), ["sk-12345"])
        assert (failure.step, failure.reason) == ("request", "error")
        assert failure.detail == "RuntimeError: **** is bad [31m"

    def test_a_deadline_of_ones_own_is_a_timeout(self, adapter_name: str) -> None:
        failure = load_adapter(adapter_name).failure(TimeoutError())
        assert (failure.step, failure.reason) == ("timeout", "deadline")

    @pytest.mark.parametrize("stream", [False, True], ids=["chat", "stream"])
    def test_a_fault_of_our_own_code_is_not_the_services(
        self, runner: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch, stream: bool
    ) -> None:
        module: dict[str, Any] = {"__name__": "modelcatalog.providers.broken"}
        exec("def broken(*_, **__): raise KeyError('ours')", module)
        monkeypatch.setattr(ChatChunk if stream else ChatReply, "__init__", module["broken"])
        failure = runner.failure(runner.connection(server.origin), call(), stream=stream)
        assert len(server.requests) == 1
        assert _outcome(failure) == ("request", None)
        assert (failure.reason, failure.detail) == ("error", "KeyError: 'ours'")
