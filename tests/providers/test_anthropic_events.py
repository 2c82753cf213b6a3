"""Streams and answers with whatever the anthropic SDK's types declare: what isn't read must pass, silently."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any

import pytest
from anthropic import types
from anthropic.types import beta

from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call

from support.sdk_shapes import example_of, members
from support.services.anthropic import as_events, stream_events

BLOCKS = {
    str(example_of(kind, Random(0))["type"]): kind
    for union in (
        types.RawContentBlockStartEvent.model_fields["content_block"].annotation,
        beta.BetaRawContentBlockStartEvent.model_fields["content_block"].annotation,
    )
    for kind in members(union)
}
DELTAS = {
    str(example_of(kind, Random(0))["type"]): kind
    for union in (types.RawContentBlockDelta, beta.BetaRawContentBlockDelta)
    for kind in members(union)
}
LATER: dict[str, Any] = {"type": "hologram", "text": "nothing of ours"}
ENDS = stream_events(finish="stop")


@pytest.fixture
def adapter_name() -> str:
    return "anthropic"


def block_of(random: Random, kind: str) -> dict[str, Any]:
    block = LATER if kind == "hologram" else example_of(BLOCKS[kind], random)
    if kind == "text":
        block |= {"text": ""}
    if kind == "tool_use":
        block |= {"name": "weather", "input": {}}
    return block


def deltas_of(random: Random, kind: str, parts: list[str]) -> Iterator[dict[str, Any]]:
    """Pieces of a block: those that belong to it in their order, and between them any others."""
    mine = {"text": "text_delta", "tool_use": "input_json_delta"}.get(kind)
    others = [one for one in DELTAS if one not in (mine, "text_delta")]
    for part in parts if mine else ["", "{"]:
        for other in random.sample(others, 2):
            yield example_of(DELTAS[other], random)
        yield {**LATER, "type": "hologram_delta"}
        if mine:
            yield {"type": mine, "text" if kind == "text" else "partial_json": part}


def mixed(random: Random) -> tuple[list[Any], str, dict[str, str]]:
    """Events with a block of each kind, their pieces in mixed order; the text in them, and the calls by their id."""
    kinds = [*BLOCKS, "hologram", "text", "tool_use"]
    random.shuffle(kinds)
    events: list[Any] = []
    waiting: list[Iterator[Any]] = []
    ids: dict[str, str] = {}
    for index, kind in enumerate(kinds):
        block = block_of(random, kind)
        parts = [f"<{index}>", "-", "end"] if kind == "text" else ['{"ci', f'ty": "{index}"', "}"]
        if kind == "tool_use":
            block |= {"id": f"call-{index}"}
            ids[block["id"]] = str(index)
        pieces = [
            {"type": "content_block_start", "index": index, "content_block": block},
            *(
                {"type": "content_block_delta", "index": index, "delta": delta}
                for delta in deltas_of(random, kind, parts)
            ),
            {"type": "content_block_stop", "index": index},
            LATER,
        ]
        waiting.append(iter(pieces))
    while waiting:
        piece = next(one := random.choice(waiting), None)
        if piece is None:
            waiting.remove(one)
        else:
            events.append(piece)
    text = "".join(
        event["delta"]["text"]
        for event in events
        if event["type"] == "content_block_delta" and event["delta"]["type"] == "text_delta"
    )
    return [ENDS[0], *events, *ENDS[-2:]], text, ids


def test_the_types_of_the_sdk_are_found() -> None:
    assert {"text", "tool_use", "server_tool_use", "web_search_tool_result", "mcp_tool_use"} <= BLOCKS.keys()
    assert {"text_delta", "input_json_delta", "citations_delta", "signature_delta"} <= DELTAS.keys()


@pytest.mark.parametrize("seed", range(12))
def test_blocks_and_pieces_of_every_kind_pass_in_any_order(
    runner: Runner, server: RecordingServer, seed: int
) -> None:
    events, text, ids = mixed(Random(seed))
    server.answer(as_events(events))
    *pieces, last = runner.stream(runner.connection(server.origin), call())
    assert "".join(piece.text for piece in pieces) == text
    assert {one.id: one.arguments for one in last.tool_calls} == {
        identity: {"city": city} for identity, city in ids.items()
    }
    assert last.stop_reason == "stop"


@pytest.mark.parametrize("seed", range(4))
def test_an_answer_may_hold_blocks_of_every_kind(runner: Runner, server: RecordingServer, seed: int) -> None:
    random = Random(seed)
    blocks = [block_of(random, kind) for kind in random.sample([*BLOCKS, "hologram"], len(BLOCKS) + 1)]
    blocks += [
        {"type": "text", "text": "Hello"},
        {"type": "tool_use", "id": "a", "name": "f", "input": {"b": 1}},
    ]
    server.answer(answers.as_json({**ENDS[0]["message"], "content": blocks, "stop_reason": "tool_use"}))
    reply = runner.chat(runner.connection(server.origin), call())
    assert reply.text == "Hello"
    assert reply.tool_calls[-1] == ToolCall("a", "f", {"b": 1}, None, '{"b": 1}')
    assert {one.name for one in reply.tool_calls} == {"weather", "f"}


def test_arguments_that_came_with_the_start_of_a_call_are_not_lost(
    runner: Runner, server: RecordingServer
) -> None:
    block = {"type": "tool_use", "id": "a", "name": "f", "input": {"b": 1}}
    start = {"type": "content_block_start", "index": 0, "content_block": block}
    server.answer(as_events([ENDS[0], start, {"type": "content_block_stop", "index": 0}, *ENDS[-2:]]))
    *_, last = runner.stream(runner.connection(server.origin), call())
    assert last.tool_calls == (ToolCall("a", "f", {"b": 1}, None, '{"b": 1}'),)
