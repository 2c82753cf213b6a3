"""Chunks with whatever the openai SDK's types declare, and what services send that it doesn't: it passes, silently."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest
from openai.types.chat import ChatCompletionChunk
from openai.types.chat.chat_completion_chunk import ChoiceDelta

from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call

from support.sdk_shapes import example_of

# Those that read the protocol with the same codec.
NAMES = ["openai", "openai_azure", "groq", "azureai", "mistral"]
ODD_DELTAS: list[Any] = [
    {"hologram": {"a": [1]}},
    {"reasoning_content": "Hm", "annotations": [{"type": "url_citation"}]},
    {"content": None, "refusal": None, "tool_calls": None, "function_call": None, "audio": {"id": "a"}},
]
# What the strict types of mistralai refuse by themselves.
ODDER_DELTAS: list[Any] = [
    None,
    {"content": 7, "tool_calls": {"index": 0}},
    {"tool_calls": [None, {}, {"index": 5}, {"index": 5, "function": None}, {"function": {"name": None}}]},
    {"content": [{"type": "thinking", "thinking": []}, {"type": "hologram"}, None]},
]
ODD_CHUNKS: list[Any] = [{"choices": []}, {"choices": None}, {"object": "hologram"}, {"usage": {"a": 1}}]


@pytest.fixture(params=NAMES)
def adapter_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def chunk(delta: Any, finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish, "logprobs": None}
    return {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m", "choices": [choice]}


def mixed(random: Random, *, odder: bool) -> list[Any]:
    """Chunks of every kind before, between and after "Hel" and "lo"."""
    parts: list[Any] = [chunk(delta) for delta in (ODD_DELTAS + (ODDER_DELTAS if odder else []))]
    if odder:
        parts += [{**chunk({}), **one} for one in ODD_CHUNKS]
        for _ in range(6):
            whole = example_of(ChatCompletionChunk, random)
            delta = {**example_of(ChoiceDelta, random), "content": None, "refusal": None, "tool_calls": None}
            whole["choices"] = [{**chunk(delta)["choices"][0], "logprobs": None}]
            parts.append(whole)
    random.shuffle(parts)
    at = random.randrange(len(parts))
    return [*parts[:at], chunk({"content": "Hel"}), *parts[at:], chunk({"content": "lo"}), *parts]


@pytest.mark.parametrize("seed", range(6))
def test_chunks_of_every_kind_pass_in_any_order(runner: Runner, server: RecordingServer, seed: int) -> None:
    sent = [*mixed(Random(seed), odder=runner.adapter_name != "mistral"), chunk({}, "stop")]
    server.answer(answers.events(*map(json.dumps, sent), "[DONE]"))
    *pieces, last = runner.stream(runner.connection(server.origin), call())
    assert "".join(piece.text for piece in pieces) == "Hello"
    assert last.stop_reason == "stop"


@pytest.mark.parametrize("index", ["left out", None, 0, "0", [0], {"a": 1}], ids=str)
def test_a_call_in_pieces_needs_no_index(runner: Runner, server: RecordingServer, index: Any) -> None:
    if runner.adapter_name == "mistral" and index not in ("left out", 0):
        return  # the types of mistralai refuse it
    place = {} if index == "left out" else {"index": index}
    begun = {"id": "a", "type": "function", "function": {"name": "weather", "arguments": '{"ci'}}
    parts = [{**begun, **place}, {**place, "function": {"name": "", "arguments": 'ty": "Bern"}'}}]
    sent = [*(chunk({"tool_calls": [part]}) for part in parts), chunk({}, "tool_calls")]
    server.answer(answers.events(*map(json.dumps, sent), "[DONE]"))
    *_, last = runner.stream(runner.connection(server.origin), call())
    assert [(one.id, one.name, one.arguments) for one in last.tool_calls] == [
        ("a", "weather", {"city": "Bern"})
    ]
