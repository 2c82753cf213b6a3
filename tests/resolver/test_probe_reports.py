"""What a probe reports: times by a clock of the test's own, and for each step that fails what a second look finds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from modelcatalog.providers.adapter.chat_types import ChatChunk, Usage
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recording_server import RecordingServer, closed_port
from modelcatalog.resolver import load_catalog, probe
from modelcatalog.resolver.probing import probe as probing
from modelcatalog.resolver.probing.concurrency import together
from modelcatalog.resolver.probing.probe import ProbeReport


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with RecordingServer() as running:
        yield running


def probed(
    url: str, *, key: str | None = "acme-key-0123456789", more: dict[str, Any] | None = None, **options: Any
) -> ProbeReport:
    entry = {"base_url": url, "keys": "https://acme.example/keys", **(more or {})}
    catalog = load_catalog(user=False, project=False, overlay={"providers": {"acme": entry}})
    env = {} if key is None else {"ACME_API_KEY": key}
    return probe("acme/gpt-one", catalog=catalog, env=env, **options)


class Clock:
    """Goes on by one second each time that somebody looks."""

    def __init__(self) -> None:
        self.now = 0.0

    def perf_counter(self) -> float:
        self.now += 1.0
        return self.now


@pytest.mark.parametrize("pieces", [1, 2, 5])
def test_times_of_an_answer(server: RecordingServer, monkeypatch: pytest.MonkeyPatch, pieces: int) -> None:
    monkeypatch.setattr(probing, "time", Clock())
    server.answer(answers.stream(*["piece "] * pieces))
    report = probed(server.url, timeout=1000.0)
    assert (report.ok, report.step, report.text) == (True, None, "piece " * pieces)
    assert (report.url, report.base_url, report.load_time) == (server.url, server.url, None)
    assert report.first_token is not None
    assert report.total is not None
    assert 0 < report.first_token < report.total
    if report.tokens_per_second is not None:
        tokens = round(report.tokens_per_second * (report.total - report.first_token)) + 1
        assert tokens >= 2
    assert report.to_json() == {name: getattr(report, name) for name in ProbeReport.__slots__}


@pytest.mark.parametrize(
    ("first", "texts", "counted", "ended", "rate"),
    [
        (1.0, 3, None, 2.0, 2.0),
        (1.0, 3, 11, 2.0, 10.0),
        (1.0, 3, 0, 2.0, 2.0),
        (1.0, 2, None, 3.0, 0.5),
        (1.0, 1, None, 2.0, None),
        (1.0, 1, 2, 2.0, 1.0),
        (1.0, 3, None, 1.0, None),
        (1.0, 3, None, 0.5, None),
        (None, 0, 7, 2.0, None),
    ],
)
def test_rate_is_that_of_the_tokens_after_the_first(
    first: float | None, texts: int, counted: int | None, ended: float, rate: float | None
) -> None:
    answer = probing._Answer()
    answer.first, answer.texts, answer._counted = first, ["x"] * texts, counted
    assert answer.rate(ended) == rate


def test_chunk_without_text_is_no_first_token() -> None:
    answer = probing._Answer()
    answer.take(ChatChunk(""))
    assert (answer.first, answer.texts) == (None, [])
    answer.take(ChatChunk("a"))
    first = answer.first
    answer.take(ChatChunk("b", usage=Usage(7, 9)))
    assert first is not None
    assert (answer.first, answer.texts) == (first, ["a", "b"])
    assert answer.rate(first + 2.0) == 4.0


def test_answer_that_takes_too_long_is_left(server: RecordingServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probing, "time", Clock())
    server.answer(answers.stream(*["piece "] * 30))
    report = probed(server.url, timeout=3.0)
    assert (report.ok, report.step, report.detail) == (False, "timeout", "no whole answer in 3 s")
    assert report.total is not None


def test_answer_without_an_end_is_left_after_enough(server: RecordingServer) -> None:
    server.answer(answers.stream(*["x"] * 100))
    assert (probed(server.url).ok, len(probed(server.url).text) <= 64) == (True, True)
    server.answer(answers.stream(*["x"] * 100))
    assert probed(server.url).text == "x" * 64


def test_path_that_lacks_its_version_is_found(server: RecordingServer) -> None:
    server.answer(answers.error(404, "no such path"), answers.models("m"))
    report = probed(server.origin)
    assert (report.step, report.status, report.method) == ("path", 404, "POST")
    assert report.hint == f"The endpoint answers under /v1: set base_url to {server.origin}/v1."
    assert [one.path for one in server.requests] == ["/chat/completions", "/v1/models"]


@pytest.mark.parametrize("second", [answers.error(404, "no"), answers.error(401, "no"), Answer((b"x",), 200)])
def test_path_that_is_wrong_otherwise_is_asked_about(server: RecordingServer, second: Answer) -> None:
    server.answer(answers.error(404, "no such path"), second)
    assert probed(server.origin).hint == "Is the path of the base URL right?"


def test_path_that_has_its_version_is_not_tried_again(server: RecordingServer) -> None:
    server.answer(answers.error(404, "no such path"))
    assert probed(server.url).hint == "Is the path of the base URL right?"
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("listed", "hint"),
    [
        (("gpt-ones", "other"), "Did you mean 'gpt-ones'?"),
        (("a", "b", "c", "d"), "The service lists 4, such as a, b, c."),
        ((), None),
    ],
)
def test_missing_model_is_looked_for(
    server: RecordingServer, listed: tuple[str, ...], hint: str | None
) -> None:
    server.answer(answers.error(404, "no", code="model_not_found"), answers.models(*listed))
    report = probed(server.url)
    assert (report.step, report.hint) == ("model", hint)


def test_list_that_fails_is_no_help(server: RecordingServer) -> None:
    server.answer(answers.error(404, "no", code="model_not_found"), answers.error(500, "no"))
    assert probed(server.url).hint is None


def test_path_of_the_list_is_that_of_the_entry(server: RecordingServer) -> None:
    server.answer(answers.error(404, "no", code="model_not_found"), answers.models("gpt-ones"))
    report = probed(server.url, more={"list_models": {"path": "/all/models"}})
    assert server.requests[-1].path.endswith("/all/models")
    assert report.hint == "Did you mean 'gpt-ones'?"


@pytest.mark.parametrize("status", [401, 403])
def test_refused_key_is_named_by_its_source(server: RecordingServer, status: int) -> None:
    server.answer(answers.error(status, "no"))
    report = probed(server.url)
    assert (report.step, report.status) == ("auth", status)
    assert report.hint == "The key came from ACME_API_KEY, environment; get one at https://acme.example/keys."


def test_refusal_without_a_key_says_so(server: RecordingServer) -> None:
    server.answer(answers.error(401, "no"))
    assert probed(server.url, key=None, more={"api_key": "optional"}).hint == (
        "No key was sent; get one at https://acme.example/keys."
    )


def test_missing_server_is_asked_about() -> None:
    url = f"http://127.0.0.1:{closed_port()}/v1"
    report = probed(url)
    assert (report.step, report.hint) == ("connect", "Is the server running, and is the base URL right?")
    assert report.base_url == url
    assert report.detail == "Nothing listens at this port (connection refused)."


def test_missing_key_is_a_matter_of_the_setup(server: RecordingServer) -> None:
    report = probed(server.url, key=None)
    assert (report.ok, report.step, report.total) == (False, "setup", None)
    assert "ACME_API_KEY" in report.detail
    assert not server.requests


def test_failure_of_a_server_has_no_hint(server: RecordingServer) -> None:
    server.answer(answers.error(500, "Oops"))
    report = probed(server.url)
    assert (report.step, report.hint, report.detail, report.status) == ("server", None, "Oops", 500)
    assert (report.text, report.first_token, report.tokens_per_second) == ("", None, None)


# Several at once


def test_results_come_in_the_order_of_the_works_and_each_is_shown_twice() -> None:
    shown: list[tuple[str, object]] = []
    results = together(
        {"a": lambda _: 1, "b": lambda _: 2, "c": lambda _: 3},
        deadline=60.0,
        concurrency=1,
        late={},
        raised=lambda *_: 0,
        progress=lambda name, result: shown.append((name, result)),
    )
    assert list(results.items()) == [("a", 1), ("b", 2), ("c", 3)]
    assert shown == [("a", None), ("a", 1), ("b", None), ("b", 2), ("c", None), ("c", 3)]


def test_work_that_raises_has_a_result_too() -> None:
    def fail(_: object) -> int:
        raise KeyError("x")

    results = together(
        {"a": fail, "b": lambda _: 2},
        deadline=60.0,
        concurrency=2,
        late={},
        raised=lambda name, error: f"{name} {error!r}",
        progress=lambda *_: None,
    )
    assert results == {"a": "a KeyError('x')", "b": 2}
