"""One classifier: the same status and words mean the same step and reason, whatever the adapter."""

from __future__ import annotations

import ast
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from typing import Any, get_args

import pytest

from modelcatalog.providers.adapter.connection import STEPS, Failure, Step
from modelcatalog.providers.failures.classifier import Refusal, classified
from modelcatalog.providers.failures.codes import CODES
from modelcatalog.providers.failures.statuses import STATUSES, by_status
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.resolver.checking.online_findings import code_of

from support.runners import connection_to

PROVIDERS = Path(__file__).parent.parent.parent / "providers"
WORDS = "Their words"
# 413, 418 and 529 are in no table.
REFUSED = [400, 401, 402, 403, 404, 405, 407, 408, 410, 413, 418, 422, 429, 500, 502, 503, 504, 529]


def failures_of(runner: Runner, server: RecordingServer, count: int) -> list[Failure]:
    """What the adapter says of so many calls of one client that all fail."""

    async def all_of(client: Any) -> list[Failure]:
        found = []
        for _ in range(count):
            with pytest.raises(Exception) as caught:  # noqa: PT011  of whatever kind
                await runner.adapter.achat(client, call())
            found.append(runner.adapter.failure(caught.value))
        return found

    def use(client: Any) -> Any:
        if not runner.sync:
            return all_of(client)
        found = []
        for _ in range(count):
            with pytest.raises(Exception) as caught:  # noqa: PT011  of whatever kind
                runner.adapter.chat(client, call())
            found.append(runner.adapter.failure(caught.value))
        return found

    found: list[Failure] = runner.run(runner.connection(server.origin), use)
    return found


@pytest.mark.parametrize(
    ("body", "statuses"),
    [
        (lambda status: answers.as_json({"message": WORDS}, status), [300, *REFUSED]),
        # Google's older SDKs take 300 for success, and then miss the JSON.
        (lambda status: Answer((WORDS.encode(),), status, "text/plain"), REFUSED),
    ],
    ids=["json", "text"],
)
def test_a_status_means_the_same_with_every_adapter(
    runner: Runner, server: RecordingServer, body: Callable[[int], Answer], statuses: list[int]
) -> None:
    known = [status for status in statuses if status not in runner.service.hidden]
    server.answer(*map(body, known))
    found = failures_of(runner, server, len(known))
    steps = {status: (one.step, one.reason, one.status) for status, one in zip(known, found, strict=True)}
    assert steps == {status: (*by_status(status), status) for status in known}


def test_a_status_that_the_sdk_hides_is_a_matter_of_the_server(
    runner: Runner, server: RecordingServer
) -> None:
    hidden = sorted(runner.service.hidden & {*REFUSED})
    server.answer(*(answers.as_json({"message": WORDS}, status) for status in hidden))
    for failure in failures_of(runner, server, len(hidden)):
        assert (failure.step, failure.reason, failure.status) == ("server", "error", None)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (401, ("auth", "key")),
        (403, ("auth", "forbidden")),
        (404, ("model", "unknown-model")),
        (429, ("quota", "rate")),
        (400, ("request", "error")),
        (500, ("server", "error")),
    ],
)
def test_a_refusal_in_the_services_own_form_means_the_same(
    runner: Runner, server: RecordingServer, status: int, expected: tuple[str, str]
) -> None:
    server.answer(runner.service.error(status, WORDS))
    failure = runner.failure(runner.connection(server.origin), call())
    assert (failure.step, failure.reason) == expected


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [
        (
            Refusal(status=404, said="The model `x` does not exist", structured=True),
            ("model", "unknown-model"),
        ),
        (Refusal(status=404, said="The model `x` does not exist"), ("path", "not-found")),
        (
            Refusal(status=404, said="model: x", codes=("not_found_error",), structured=True),
            ("model", "unknown-model"),
        ),
        (
            Refusal(status=404, said="Not Found", codes=("not_found_error",), structured=True),
            ("path", "not-found"),
        ),
        (Refusal(status=400, said="Incorrect API key provided: x"), ("auth", "key")),
        (Refusal(status=400, said="Please pass a valid API key."), ("auth", "key")),
        (Refusal(status=200, said="x", codes=("INVALID_API_KEY",)), ("auth", "key")),
        (Refusal(status=None, said="x"), ("server", "error")),
        (Refusal(status=400, said="x", codes=("ValidationException",)), ("request", "error")),
        (Refusal(status=None, said="x", codes=("validationException",)), ("request", "error")),
        (
            Refusal(
                status=400, said="The provided model identifier is invalid.", codes=("ValidationException",)
            ),
            ("model", "unknown-model"),
        ),
        (Refusal(status=429, said="x", codes=("5007",)), ("quota", "rate")),
        (Refusal(status=429, said="x", codes=("workers-ai:5007",)), ("model", "unknown-model")),
    ],
)
def test_codes_count_first_then_words_then_the_status(refusal: Refusal, expected: tuple[str, str]) -> None:
    cause = classified(refusal)
    assert (cause.step, cause.reason) == expected


def test_codes_are_found_in_any_spelling() -> None:
    assert all(code == code.lower() for code in CODES)


def test_no_adapter_has_a_table_of_statuses_of_its_own() -> None:
    found = [
        f"{path.relative_to(PROVIDERS)}:{line}"
        for path in sorted(PROVIDERS.rglob("*.py"))
        if path != PROVIDERS / "failures" / "statuses.py" and "testing" not in path.parts
        for line in judged_statuses(ast.parse(path.read_text("utf-8")))
    ]
    assert found == []


@pytest.mark.parametrize(
    ("code", "lines"),
    [
        ("X = {401: ('auth', 'key')}", [1]),
        ("X = {'a': 401}", []),
        ("from y import Cause\ndef f(s):\n    return Cause() if s >= 500 else None", [3]),
        ("from y import Failure\ndef f(s):\n    return s in (401, 403)", [3]),
        ("from y import Refusal\ndef f(s):\n    match s:\n        case 404:\n            pass", [4]),
        ("def retried(s):\n    return s >= 500", []),
        ("from y import Cause\nX = {-9: 'killed', 300.0: 1, 44: 2}", []),
    ],
)
def test_a_table_of_statuses_is_found(code: str, lines: list[int]) -> None:
    assert judged_statuses(ast.parse(code)) == lines


def judged_statuses(tree: ast.AST) -> list[int]:
    """Lines where a status is a key of a table, or is compared in a module that says where calls failed."""
    nodes = list(ast.walk(tree))
    imported = {name.name for node in nodes if isinstance(node, ast.ImportFrom) for name in node.names}
    judges = bool(imported & {"Cause", "Failure", "Refusal"})
    lines = set()
    for node in nodes:
        match node:
            case ast.Dict(keys=keys) if any(map(is_status, keys)):
                lines.add(node.lineno)
            case ast.Compare(left=left, comparators=others) if judges:
                if any(is_status(one) for part in (left, *others) for one in ast.walk(part)):
                    lines.add(node.lineno)
            case ast.MatchValue(value=value) if judges and is_status(value):
                lines.add(node.lineno)
    return sorted(lines)


def is_status(node: ast.AST | None) -> bool:
    return isinstance(node, ast.Constant) and type(node.value) is int and 300 <= node.value < 600


def test_each_step_of_the_tables_is_one_of_the_closed_list_and_has_a_finding() -> None:
    assert {*get_args(Step)} == {*STEPS}
    assert {step for step, _ in (*STATUSES.values(), *CODES.values())} <= {*STEPS}
    for step in STEPS:
        if step != "setup":
            assert code_of(Failure(step, "brand-new", None, None, None, ""))


@contextmanager
def port_that_sends(sent: bytes) -> Iterator[str]:
    """The address of a port that sends these bytes to whoever says something."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.recv(65_536)
                    connection.sendall(sent)

        thread = Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def test_a_port_that_speaks_another_protocol_is_a_matter_of_http(plain: Runner) -> None:
    with port_that_sends(b"220 mail.example ESMTP\r\n\r\n") as url:
        failure = plain.failure(connection_to(url), call())
    assert (failure.step, failure.reason, failure.status) == ("http", "not-http", None)


def test_a_proxy_that_refuses_is_a_matter_of_the_proxy(
    plain: Runner, monkeypatch: pytest.MonkeyPatch
) -> None:
    with port_that_sends(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n") as proxy:
        monkeypatch.setenv("HTTPS_PROXY", proxy)
        failure = plain.failure(connection_to("https://nowhere.invalid/v1"), call())
    assert (failure.step, failure.reason, failure.status) == ("proxy", "refused", None)
