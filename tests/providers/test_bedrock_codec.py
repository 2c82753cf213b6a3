"""Bedrock's Converse, written and read: every kind of message, option, block, event and count by itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from modelcatalog.providers.adapter.chat_types import AnswerError, ChatCall, Usage
from modelcatalog.providers.adapter.tool_types import Tool, ToolCall
from modelcatalog.providers.bedrock.codec import Pieces, keywords, reply

USER: dict[str, Any] = {"role": "user", "content": "hi"}
HI = {"role": "user", "content": [{"text": "hi"}]}
BARE = {"modelId": "m", "messages": [HI]}
CALL = ToolCall("c1", "weather", {"city": "Bern"})
USE = {"toolUse": {"toolUseId": "c1", "name": "weather", "input": {"city": "Bern"}}}
ASKED: dict[str, Any] = {"role": "assistant", "content": "", "tool_calls": [CALL]}
TOOL = Tool("weather", "Rain?", {"type": "object"})
SPEC = {"toolSpec": {"name": "weather", "description": "Rain?", "inputSchema": {"json": {"type": "object"}}}}


def sent(*messages: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return keywords(ChatCall("m", messages or (USER,), **fields))


@pytest.mark.parametrize(
    ("option", "config"),
    [
        ({"max_tokens": 0}, {"maxTokens": 0}),
        ({"temperature": 0.0}, {"temperature": 0.0}),
        ({"top_p": 0.5}, {"topP": 0.5}),
        ({"stop": "x"}, {"stopSequences": ["x"]}),
        ({"stop": ["x", "y"]}, {"stopSequences": ["x", "y"]}),
    ],
)
def test_each_option_is_written_alone_and_over_the_rest(
    option: dict[str, Any], config: dict[str, Any]
) -> None:
    assert sent(**option) == {**BARE, "inferenceConfig": config}
    extra = {"inferenceConfig": {"maxTokens": 9, "other": 1}, "modelId": "x", "messages": [], "a": 1}
    both = {**BARE, "a": 1, "inferenceConfig": {"maxTokens": 9, "other": 1, **config}}
    assert sent(extra=extra, **option) == both


def test_nothing_that_was_not_asked_for_is_written() -> None:
    assert sent() == BARE
    with pytest.raises(ValueError, match="takes no seed"):
        sent(seed=0)


HISTORY = (USER, ASKED, {"role": "tool", "tool_call_id": "c1", "content": "rain"})


@pytest.mark.parametrize(
    ("choice", "written"),
    [
        (None, {}),
        ("auto", {"toolChoice": {"auto": {}}}),
        ("required", {"toolChoice": {"any": {}}}),
        ("weather", {"toolChoice": {"tool": {"name": "weather"}}}),
        ("none", None),
    ],
)
def test_tools_and_their_choice_are_written(choice: str | None, written: dict[str, Any] | None) -> None:
    config = sent(tools=(TOOL,), tool_choice=choice).get("toolConfig")
    assert config == (None if written is None else {"tools": [SPEC], **written})
    # A history with calls is refused without the tools.
    assert sent(*HISTORY, tools=(TOOL,), tool_choice=choice)["toolConfig"] == {
        "tools": [SPEC],
        **(written or {}),
    }
    assert "toolConfig" not in sent(*HISTORY, tool_choice=choice)


def test_a_tool_without_a_description_has_none() -> None:
    [tool] = sent(tools=(Tool("now"),))["toolConfig"]["tools"]
    assert list(tool["toolSpec"]) == ["name", "inputSchema"]


@pytest.mark.parametrize(
    ("content", "blocks"),
    [
        ("A", [{"text": "A"}]),
        ([{"type": "text", "text": "A"}, {"image": {}}], [{"text": "A"}, {"image": {}}]),
        ({"a": 1}, [{"text": '{"a": 1}'}]),
        (7, [{"text": "7"}]),
    ],
)
def test_each_kind_of_content_is_written(content: Any, blocks: list[Any]) -> None:
    assert sent({"role": "user", "content": content})["messages"] == [{"role": "user", "content": blocks}]
    result = {"role": "tool", "tool_call_id": "c1", "content": content}
    [one] = sent(result)["messages"]
    assert one == {"role": "user", "content": [{"toolResult": {"toolUseId": "c1", "content": blocks}}]}


@pytest.mark.parametrize("content", ["", None, []])
def test_an_empty_text_is_not_written(content: Any) -> None:
    assert sent(USER, {"role": "assistant", "content": content, "tool_calls": [CALL]})["messages"] == [
        HI,
        {"role": "assistant", "content": [USE]},
    ]
    [one] = sent({"role": "tool", "tool_call_id": "c1", "content": content})["messages"]
    assert one["content"] == [{"toolResult": {"toolUseId": "c1", "content": [{"text": "(nothing)"}]}}]


def test_neighbours_of_one_role_are_one_and_the_systems_words_stand_apart() -> None:
    messages = [
        {"role": "system", "content": "A"},
        USER,
        {"role": "developer", "content": "B"},
        USER,
        ASKED,
        {"role": "tool", "tool_call_id": "c1", "content": "rain"},
        USER,
    ]
    found = sent(*messages)
    assert found["system"] == [{"text": "A"}, {"text": "B"}]
    assert [(one["role"], len(one["content"])) for one in found["messages"]] == [
        ("user", 2),
        ("assistant", 1),
        ("user", 2),
    ]


@pytest.mark.parametrize(
    ("theirs", "use"),
    [
        (
            {"id": "c1", "function": {"name": "weather", "arguments": '{"city": "Bern"}'}},
            USE["toolUse"],
        ),
        ({"id": "c1", "function": {"name": "now"}}, {"toolUseId": "c1", "name": "now", "input": {}}),
        ({}, {"toolUseId": "None", "name": "None", "input": {}}),
    ],
)
def test_a_call_in_openais_form_is_written(theirs: dict[str, Any], use: dict[str, Any]) -> None:
    [_, one] = sent(USER, {"role": "assistant", "content": "", "tool_calls": [theirs]})["messages"]
    assert one["content"] == [{"toolUse": use}]


# Answers


def answer(*blocks: Any, **more: Any) -> dict[str, Any]:
    return {"output": {"message": {"content": list(blocks)}}, **more}


REASONS: list[tuple[Any, str | None]] = [
    ("end_turn", "stop"),
    ("stop_sequence", "stop"),
    ("max_tokens", "length"),
    ("model_context_window_exceeded", "length"),
    ("tool_use", "tool_calls"),
    ("guardrail_intervened", "content_filter"),
    ("content_filtered", "content_filter"),
    ("new_reason", "new_reason"),
    (None, None),
    (7, None),
]


@pytest.mark.parametrize(("reason", "word"), REASONS)
def test_each_reason_has_a_uniform_word(reason: Any, word: str | None) -> None:
    assert reply(answer(stopReason=reason)).stop_reason == word
    pieces = Pieces()
    list(pieces.take({"messageStop": {"stopReason": reason}}))
    if word is None:
        with pytest.raises(AnswerError, match="broke off after 1 pieces"):
            pieces.end()
    else:
        assert pieces.end().stop_reason == word


def test_an_answer_is_read() -> None:
    whole = answer(
        {"text": "A"}, {"reasoningContent": {"text": "Hm"}}, {"text": "B"}, USE, stopReason="tool_use"
    )
    found = reply(whole)
    assert (found.text, found.stop_reason, found.usage, found.raw) == ("AB", "tool_calls", None, whole)
    [one] = found.tool_calls
    assert (one.id, one.name, one.arguments, one.text) == (
        "c1",
        "weather",
        CALL.arguments,
        '{"city": "Bern"}',
    )


USAGES: list[tuple[Any, Usage | None]] = [
    ({"inputTokens": 3, "outputTokens": 5}, Usage(3, 5)),
    ({"inputTokens": 0, "outputTokens": 0}, Usage(0, 0)),
    ({"inputTokens": 3}, None),
    ({"outputTokens": 5}, None),
    ({"inputTokens": 3, "outputTokens": "5"}, None),
    ({"inputTokens": "3", "outputTokens": 5}, None),
    (None, None),
    ([], None),
]


@pytest.mark.parametrize(("counts", "usage"), USAGES)
def test_tokens_are_counted(counts: Any, usage: Usage | None) -> None:
    assert reply(answer(usage=counts)).usage == usage
    pieces = Pieces()
    events: list[dict[str, Any]] = [
        {"metadata": {"usage": counts}},
        {"messageStop": {"stopReason": "end_turn"}},
    ]
    for event in [*events, {"metadata": {}}]:
        list(pieces.take(event))
    assert pieces.end().usage == usage


@pytest.mark.parametrize(
    ("whole", "said"),
    [
        ({"ResponseMetadata": {}}, "The answer is empty"),
        ({"ResponseMetadata": {}, "a": 1}, r"The answer holds no message: \{'a': 1\}"),
        ({"output": {"message": {"content": "x"}}}, "The answer holds no message"),
        ({"output": {"message": []}}, "The answer holds no message"),
        ({"output": []}, "The answer holds no message"),
    ],
)
def test_an_answer_without_a_message_is_none(whole: dict[str, Any], said: str) -> None:
    with pytest.raises(AnswerError, match=rf"^{said}"):
        reply(whole)


# Streams


def start(at: int, identity: str) -> dict[str, Any]:
    use = {"toolUseId": identity, "name": f"f{at}"}
    return {"contentBlockStart": {"contentBlockIndex": at, "start": {"toolUse": use}}}


def delta(at: int, written: str) -> dict[str, Any]:
    return {"contentBlockDelta": {"contentBlockIndex": at, "delta": {"toolUse": {"input": written}}}}


def said(text: str) -> dict[str, Any]:
    return {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": text}}}


END = {"messageStop": {"stopReason": "tool_use"}}


def test_a_stream_is_put_together() -> None:
    events = [
        {"messageStart": {"role": "assistant"}},
        said("Hel"),
        said(""),
        said("lo"),
        {"contentBlockStop": {"contentBlockIndex": 0}},
        start(1, "a"),
        delta(1, '{"x"'),
        start(2, "b"),
        delta(2, "{}"),
        delta(1, ": 1}"),
        {"contentBlockStart": {"contentBlockIndex": 3, "start": {}}},
        END,
        {"metadata": {"usage": {"inputTokens": 3, "outputTokens": 5}}},
    ]
    pieces = Pieces()
    out = [(piece.text, piece.raw) for event in events for piece in pieces.take(event)]
    assert out == [("Hel", events[1]), ("lo", events[3])]
    last = pieces.end()
    assert [(one.id, one.name, one.text) for one in last.tool_calls] == [
        ("a", "f1", '{"x": 1}'),
        ("b", "f2", "{}"),
    ]
    assert (last.text, last.stop_reason, last.usage) == ("", "tool_calls", Usage(3, 5))


def test_a_call_without_its_start_is_kept() -> None:
    pieces = Pieces()
    for event in (delta(0, '{"x": '), delta(0, "1}"), END):
        list(pieces.take(event))
    [one] = pieces.end().tool_calls
    assert (one.id, one.name, json.loads(one.text)) == ("", "", {"x": 1})


def test_a_stream_without_events_is_empty() -> None:
    with pytest.raises(AnswerError, match=r"^The stream was empty$"):
        Pieces().end()
