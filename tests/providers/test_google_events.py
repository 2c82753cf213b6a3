"""Streams and answers with whatever google-genai's types declare: what isn't read must pass, silently."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from google.genai import types

from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call

from support.sdk_shapes import example, example_of

MINE = ("text", "thought", "functionCall")
PARTS = {field.alias or name: field.annotation for name, field in types.Part.model_fields.items()}


@pytest.fixture(params=["google", "google_vertex"])
def adapter_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def filled(random: Random, name: str) -> dict[str, Any]:
    return {name: example(PARTS[name], random, 1)}


def response(random: Random, parts: list[Any], **more: Any) -> dict[str, Any]:
    """A response with these parts, and with all else that one may have."""
    candidate = {**example_of(types.Candidate, random, 1), "content": {"role": "model", "parts": parts}}
    candidate.pop("finishReason", None)
    left_out = ("promptFeedback", "sdkHttpResponse", "automaticFunctionCallingHistory", "parsed")
    whole = example_of(types.GenerateContentResponse, random)
    whole = {name: value for name, value in whole.items() if name not in left_out}
    return {**whole, "candidates": [{**candidate, **more}], "modelVersion": "m"}


def others(random: Random) -> list[dict[str, Any]]:
    names = [name for name in PARTS if name not in MINE]
    return [filled(random, name) for name in random.sample(names, len(names))] + [{}, {"hologram": {"a": 1}}]


def mixed(random: Random) -> list[Any]:
    said: dict[str, Any] = {"name": "weather", "args": {"city": "Bern"}}
    parts = [*others(random), {"text": "Hm", "thought": True}, {"functionCall": said}, {"functionCall": {}}]
    random.shuffle(parts)
    return [{"text": "Hel"}, *parts, {"text": "lo"}]


@pytest.mark.parametrize("seed", range(12))
def test_parts_of_every_kind_pass_in_any_order(runner: Runner, server: RecordingServer, seed: int) -> None:
    random = Random(seed)
    sent = [response(random, [part]) for part in mixed(random)]
    sent += [response(random, []), response(random, [], content=None, finishReason="STOP")]
    server.answer(answers.events(*map(json.dumps, sent)))
    *pieces, last = runner.stream(runner.connection(server.origin), call())
    assert "".join(piece.text for piece in pieces) == "Hello"
    assert [(one.name, one.arguments) for one in last.tool_calls] == [("weather", {"city": "Bern"})]
    assert last.stop_reason == "tool_calls"


@pytest.mark.parametrize("seed", range(6))
def test_an_answer_may_hold_parts_of_every_kind(runner: Runner, server: RecordingServer, seed: int) -> None:
    random = Random(seed)
    server.answer(answers.as_json(response(random, mixed(random), finishReason="STOP")))
    reply = runner.chat(runner.connection(server.origin), call())
    assert reply.text == "Hello"
    assert [(one.name, one.arguments) for one in reply.tool_calls] == [("weather", {"city": "Bern"})]
