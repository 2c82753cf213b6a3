"""Mistral's own service and the one on Azure: what goes over the wire, and what comes back."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from support import answers
from support.answers import Answer
from support.recording_server import RecordingServer
from support.roads import KEY, Road, call

PATHS = {"mistral": "/v1/chat/completions", "mistral_azure": "/models/chat/completions"}


@pytest.fixture(params=["mistral", "mistral_azure"])
def adapter_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def mistral(sync: bool) -> Road:
    return Road("mistral", sync)


@pytest.fixture
def azure(sync: bool) -> Road:
    return Road("mistral_azure", sync)


def test_a_call_goes_to_its_path_with_the_key(road: Road, server: RecordingServer) -> None:
    road.chat(road.connection(server.origin), call())
    assert (server.last.method, server.last.path) == ("POST", PATHS[road.adapter_name])
    assert server.last.headers["authorization"] == f"Bearer {KEY}"


def test_azure_gets_the_version_of_its_api_once(azure: Road, server: RecordingServer) -> None:
    azure.chat(azure.connection(server.origin), call())
    azure.stream(azure.connection(server.origin, settings={"api_version": None}), call())
    given = {"client": {"api_version": "2025-01-01"}}
    azure.chat(azure.connection(server.origin, arguments=given), call())
    versions = [request.query for request in server.requests]
    assert versions == [{"api-version": [one]} for one in ("2024-12-01", "2024-05-01-preview", "2025-01-01")]


def test_the_seed_has_another_name(road: Road, server: RecordingServer) -> None:
    road.chat(road.connection(server.origin), call(seed=7))
    assert server.last.json["random_seed"] == 7
    assert "seed" not in server.last.json


def test_thoughts_are_no_part_of_the_text(road: Road, server: RecordingServer) -> None:
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "Hm"}]}
    parts = [thought, {"type": "text", "text": "Hello"}]
    answer = json.loads(answers.chat("").pieces[0])
    answer["choices"][0]["message"]["content"] = parts
    server.answer(answers.as_json(answer))
    server.answer(answers.stream("", deltas=[{"content": [thought]}, {"content": [parts[1]]}]))
    assert road.chat(road.connection(server.origin), call()).text == "Hello"
    pieces = road.stream(road.connection(server.origin), call())
    assert [piece.text for piece in pieces] == ["Hello", ""]


def test_the_end_of_the_models_window_is_an_end_by_length(road: Road, server: RecordingServer) -> None:
    server.answer(answers.chat("x", finish="model_length"))
    assert road.chat(road.connection(server.origin), call()).stop_reason == "length"


def test_a_list_in_openais_form_is_a_list_of_models(mistral: Road, server: RecordingServer) -> None:
    server.answer(answers.models("a", "b"))
    assert mistral.list_models(mistral.connection(server.origin)) == ["a", "b"]
    server.answer(answers.as_json({"data": "none"}))
    with pytest.raises(Exception, match="no list of models"):
        mistral.list_models(mistral.connection(server.origin))


@pytest.mark.parametrize("stream", [False, True], ids=["chat", "stream"])
def test_a_refusal_without_a_word_keeps_its_status(road: Road, server: RecordingServer, stream: bool) -> None:
    server.answer(Answer((), 502, "text/plain"))
    failure = road.failure(road.connection(server.origin), call(), stream=stream)
    assert (failure.step, failure.status) == ("server", 502)


def test_the_sign_of_a_model_that_is_ending_neither_stops_a_stream_nor_prints(
    road: Road, server: RecordingServer, caplog: pytest.LogCaptureFixture
) -> None:
    sign = (("x-model-deprecation-timestamp", "2026-12-01"),)
    for answer in (road.service.chat(), road.service.stream("Hel", "lo")):
        server.answer(replace(answer, headers=sign))
    road.chat(road.connection(server.origin), call())
    pieces = road.stream(road.connection(server.origin), call())
    assert "".join(piece.text for piece in pieces) == "Hello"
    assert not caplog.records
