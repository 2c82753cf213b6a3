"""Mistral's own service and the one on Azure: what goes over the wire, and what comes back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import KEY

from support.runners import runner_of

PATHS = {"mistral": "/v1/chat/completions", "mistral_azure": "/models/chat/completions"}


@pytest.fixture(params=["mistral", "mistral_azure"])
def adapter_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def mistral(sync: bool) -> Runner:
    return runner_of("mistral", sync)


@pytest.fixture
def azure(sync: bool) -> Runner:
    return runner_of("mistral_azure", sync)


def test_a_call_goes_to_its_path_with_the_key(runner: Runner, server: RecordingServer) -> None:
    runner.chat(runner.connection(server.origin), call())
    assert (server.last.method, server.last.path) == ("POST", PATHS[runner.adapter_name])
    assert server.last.headers["authorization"] == f"Bearer {KEY}"


def test_azure_gets_the_version_of_its_api_once(azure: Runner, server: RecordingServer) -> None:
    azure.chat(azure.connection(server.origin), call())
    azure.stream(azure.connection(server.origin, settings={"api_version": None}), call())
    given = {"client": {"api_version": "2025-01-01"}}
    azure.chat(azure.connection(server.origin, arguments=given), call())
    versions = [request.query for request in server.requests]
    assert versions == [{"api-version": [one]} for one in ("2024-12-01", "2024-05-01-preview", "2025-01-01")]


def test_the_seed_has_another_name(runner: Runner, server: RecordingServer) -> None:
    runner.chat(runner.connection(server.origin), call(seed=7))
    assert server.last.json["random_seed"] == 7
    assert "seed" not in server.last.json


def test_thoughts_are_no_part_of_the_text(runner: Runner, server: RecordingServer) -> None:
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}
    parts = [thought, {"type": "text", "text": "Hello"}]
    answer = json.loads(answers.chat("").pieces[0])
    answer["choices"][0]["message"]["content"] = parts
    server.answer(answers.as_json(answer))
    server.answer(answers.stream("", deltas=[{"content": [thought]}, {"content": [parts[1]]}]))
    assert runner.chat(runner.connection(server.origin), call()).text == "Hello"
    pieces = runner.stream(runner.connection(server.origin), call())
    assert [piece.text for piece in pieces] == ["Hello", ""]


def test_the_end_of_the_models_window_is_an_end_by_length(runner: Runner, server: RecordingServer) -> None:
    server.answer(answers.chat("x", finish="model_length"))
    assert runner.chat(runner.connection(server.origin), call()).stop_reason == "length"


def test_a_list_in_openais_form_is_a_list_of_models(mistral: Runner, server: RecordingServer) -> None:
    server.answer(answers.models("a", "b"))
    assert mistral.list_models(mistral.connection(server.origin)) == ["a", "b"]
    server.answer(answers.as_json({"data": "none"}))
    with pytest.raises(Exception, match="no list of models"):
        mistral.list_models(mistral.connection(server.origin))


@pytest.mark.parametrize("stream", [False, True], ids=["chat", "stream"])
def test_a_refusal_without_a_word_keeps_its_status(
    runner: Runner, server: RecordingServer, stream: bool
) -> None:
    server.answer(Answer((), 502, "text/plain"))
    failure = runner.failure(runner.connection(server.origin), call(), stream=stream)
    assert (failure.step, failure.status) == ("server", 502)


def test_the_sign_of_a_model_that_is_ending_neither_stops_a_stream_nor_prints(
    runner: Runner, server: RecordingServer, caplog: pytest.LogCaptureFixture
) -> None:
    sign = (("x-model-deprecation-timestamp", "2026-12-01"),)
    for answer in (runner.service.chat(), runner.service.stream("Hel", "lo")):
        server.answer(replace(answer, headers=sign))
    runner.chat(runner.connection(server.origin), call())
    pieces = runner.stream(runner.connection(server.origin), call())
    assert "".join(piece.text for piece in pieces) == "Hello"
    assert not caplog.records
