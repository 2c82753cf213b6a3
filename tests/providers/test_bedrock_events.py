"""Streams and answers with whatever botocore's model of Converse declares: what isn't read must pass, silently."""

from __future__ import annotations

from importlib import import_module
from random import Random
from typing import Any

import pytest

from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call

from support.aws import event_stream, frame
from support.sdk_shapes import shape_example

MODEL = import_module("botocore.session").get_session().get_service_model("bedrock-runtime")
BLOCKS = sorted(MODEL.shape_for("ContentBlock").members)
DELTAS = sorted(MODEL.shape_for("ContentBlockDelta").members)
STARTS = sorted(MODEL.shape_for("ContentBlockStart").members)
# Of blocks that this SDK doesn't know yet, it gives the name alone.
LATER = "hologram"


@pytest.fixture
def adapter_name() -> str:
    return "bedrock"


def filled(shape: str, name: str, random: Random) -> dict[str, Any]:
    return {name: {} if name == LATER else shape_example(MODEL.shape_for(shape).members[name], random)}


def mixed(random: Random) -> tuple[list[tuple[str, Any]], str]:
    """Events with pieces of each kind for each block, some without a start; and the text in them."""
    events: list[tuple[str, Any]] = []
    for at, kind in enumerate(random.sample([*DELTAS, LATER] * 2, 2 * len(DELTAS) + 2), 1):
        if kind != "text" and random.random() < 0.5:
            start = filled("ContentBlockStart", random.choice([*STARTS, LATER]), random)
            if "toolUse" not in start:
                events.append(("contentBlockStart", {"start": start, "contentBlockIndex": at}))
        if kind != "toolUse":
            delta = {"text": f"<{at}>"} if kind == "text" else filled("ContentBlockDelta", kind, random)
            events.append(("contentBlockDelta", {"delta": delta, "contentBlockIndex": at}))
        events.append(("contentBlockStop", {"contentBlockIndex": at}))
        events.append((LATER, {"some": "thing"}))
    text = "".join(data["delta"]["text"] for _, data in events if "text" in data.get("delta", {}))
    return events, text


def weather(at: int) -> list[tuple[str, Any]]:
    start = {"toolUse": {"toolUseId": f"call-{at}", "name": "weather"}}
    return [
        ("contentBlockStart", {"start": start, "contentBlockIndex": at}),
        *(
            ("contentBlockDelta", {"delta": {"toolUse": {"input": part}}, "contentBlockIndex": at})
            for part in ('{"ci', 'ty": "Bern"}')
        ),
    ]


@pytest.mark.parametrize("seed", range(8))
def test_pieces_of_every_kind_pass_in_any_order(runner: Runner, server: RecordingServer, seed: int) -> None:
    events, text = mixed(Random(seed))
    end = [("messageStop", {"stopReason": "tool_use"}), ("metadata", {"usage": None, "trace": {}})]
    server.answer(event_stream(*(frame(name, data) for name, data in [*events, *weather(99), *end])))
    *pieces, last = runner.stream(runner.connection(server.origin), call())
    assert "".join(piece.text for piece in pieces) == text
    assert [(one.id, one.name, one.arguments) for one in last.tool_calls] == [
        ("call-99", "weather", {"city": "Bern"})
    ]


@pytest.mark.parametrize("seed", range(4))
def test_an_answer_may_hold_blocks_of_every_kind(runner: Runner, server: RecordingServer, seed: int) -> None:
    random = Random(seed)
    kinds = random.sample([*BLOCKS, LATER], len(BLOCKS) + 1)
    blocks = [filled("ContentBlock", kind, random) for kind in kinds if kind not in ("text", "toolUse")]
    blocks += [{"text": "Hello"}, {"toolUse": {"toolUseId": "a", "name": "f", "input": {"b": 1}}}]
    message = {"role": "assistant", "content": blocks}
    server.answer(answers.as_json({"output": {"message": message}, "stopReason": "tool_use"}))
    reply = runner.chat(runner.connection(server.origin), call())
    assert reply.text == "Hello"
    assert reply.tool_calls == (ToolCall("a", "f", {"b": 1}, None, '{"b": 1}'),)
