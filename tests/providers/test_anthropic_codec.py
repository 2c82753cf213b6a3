"""Anthropic's messages, written and read: every kind of message, option, block, event and count by itself."""

from __future__ import annotations

import json
from types import SimpleNamespace as Of
from typing import Any

import pytest

from modelcatalog.providers.adapter.chat_types import AnswerError, ChatCall, Usage
from modelcatalog.providers.adapter.tool_types import Tool, ToolCall
from modelcatalog.providers.anthropic.codec import MAX_TOKENS, Pieces, keywords, reply

USER: dict[str, Any] = {"role": "user", "content": "hi"}
BARE = {"max_tokens": 4096, "model": "m", "messages": [USER]}
CALL = ToolCall("c1", "weather", {"city": "Bern"})
USE = {"type": "tool_use", "id": "c1", "name": "weather", "input": {"city": "Bern"}}


def sent(*messages: dict[str, Any], stream: bool = False, **fields: Any) -> dict[str, Any]:
    return keywords(ChatCall("m", messages or (USER,), **fields), stream=stream)


@pytest.mark.parametrize(
    ("option", "written"),
    [
        ({}, {}),
        ({"max_tokens": 1}, {"max_tokens": 1}),
        ({"max_tokens": 0}, {"max_tokens": 0}),
        ({"temperature": 0.0}, {"extra_body": {"temperature": 0.0}}),
        ({"top_p": 0.0}, {"extra_body": {"top_p": 0.0}}),
        ({"stop": "x"}, {"stop_sequences": ["x"]}),
        ({"stop": ("x", "y")}, {"stop_sequences": ["x", "y"]}),
        ({"seed": 7}, {}),
        ({"stream": True}, {"stream": True}),
        ({"tool_choice": "auto"}, {"tool_choice": {"type": "auto"}}),
        ({"tool_choice": "none"}, {"tool_choice": {"type": "none"}}),
        ({"tool_choice": "required"}, {"tool_choice": {"type": "any"}}),
        ({"tool_choice": "f"}, {"tool_choice": {"type": "tool", "name": "f"}}),
    ],
)
def test_each_option_is_written_alone_and_over_the_rest(
    option: dict[str, Any], written: dict[str, Any]
) -> None:
    assert MAX_TOKENS == 4096
    assert sent(**option) == {**BARE, **written}
    extra = {"max_tokens": 9, "model": "x", "messages": [], "extra_body": {"top_p": 1, "a": 1}}
    body = {"top_p": 1, "a": 1, **written.get("extra_body", {})}
    assert sent(extra=extra, **option) == {**BARE, "max_tokens": 9, **written, "extra_body": body}


def test_tools_are_written() -> None:
    tools = (Tool("f", "Why", {"type": "object"}), Tool("g", "", {"a": 1}))
    assert sent(tools=tools)["tools"] == [
        {"name": "f", "description": "Why", "input_schema": {"type": "object"}},
        {"name": "g", "input_schema": {"a": 1}},
    ]


def test_the_systems_words_stand_apart() -> None:
    part = [{"type": "text", "text": "B"}, "C", {"type": "image"}]
    messages = [{"role": "system", "content": "A"}, USER, {"role": "developer", "content": part}]
    assert sent(*messages) == {**BARE, "system": "A\n\nBC"}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("See", "See"),
        ([{"type": "text", "text": "Se"}, {"type": "text", "text": "e"}], "See"),
        ("", None),
        (None, None),
        ([], None),
        ([{"type": "text", "text": None}], None),
    ],
)
def test_a_message_with_calls_is_written_in_blocks(content: Any, text: str | None) -> None:
    theirs = [
        {"id": "c2", "function": {"name": "f", "arguments": '{"a": 1}'}},
        {"id": "c3", "function": {"name": "g"}},
    ]
    message = {"role": "assistant", "content": content, "tool_calls": [CALL, *theirs]}
    [_, one] = sent(USER, message)["messages"]
    assert one == {
        "role": "assistant",
        "content": [
            *([] if text is None else [{"type": "text", "text": text}]),
            USE,
            {"type": "tool_use", "id": "c2", "name": "f", "input": {"a": 1}},
            {"type": "tool_use", "id": "c3", "name": "g", "input": {}},
        ],
    }


def test_results_of_one_turn_are_one_message() -> None:
    def result(identity: str, content: Any) -> dict[str, Any]:
        return {"role": "tool", "tool_call_id": identity, "content": content}

    def block(identity: str, content: Any) -> dict[str, Any]:
        return {"type": "tool_result", "tool_use_id": identity, "content": content}

    blocks = [{"type": "text", "text": "x"}]
    messages = [result("a", "1"), result("b", blocks), USER, result("c", "3"), {**USER, "name": "left out"}]
    assert sent(*messages)["messages"] == [
        {"role": "user", "content": [block("a", "1"), block("b", blocks)]},
        USER,
        {"role": "user", "content": [block("c", "3")]},
        USER,
    ]


# Answers


def text(said: str) -> Any:
    return Of(type="text", text=said)


def use(given: Any, identity: str = "c1") -> Any:
    return Of(type="tool_use", id=identity, name="weather", input=given)


def test_an_answer_is_read() -> None:
    blocks = [
        text("A"),
        Of(type="thinking", thinking="Hm"),
        text("B"),
        use({"city": "Bern"}),
        Of(type="server_tool_use"),
    ]
    message = Of(
        content=blocks, stop_reason="tool_use", model="m-2", usage=Of(input_tokens=3, output_tokens=5)
    )
    found = reply(message)
    assert (found.text, found.stop_reason, found.model, found.usage) == (
        "AB",
        "tool_calls",
        "m-2",
        Usage(3, 5),
    )
    assert found.tool_calls == (ToolCall("c1", "weather", {"city": "Bern"}, None, '{"city": "Bern"}'),)
    assert found.raw is message
    bare = reply(Of(content=[]))
    assert (bare.text, bare.stop_reason, bare.model, bare.usage) == ("", None, None, None)


@pytest.mark.parametrize(
    ("given", "call"),
    [
        ({}, ToolCall("c1", "weather", {}, None, "{}")),
        ('{"a": 1}', ToolCall("c1", "weather", {"a": 1}, None, '{"a": 1}')),
        ([1], ToolCall("c1", "weather", {}, "the arguments are JSON, but no object", "[1]")),
        (None, ToolCall("c1", "weather", {}, "the arguments are JSON, but no object", "null")),
    ],
)
def test_arguments_of_any_type_are_read(given: Any, call: ToolCall) -> None:
    assert reply(Of(content=[use(given)])).tool_calls == (call,)
    assert streamed(Of(type="content_block_start", index=0, content_block=use(given)), ended())[
        1
    ].tool_calls == (call,)


@pytest.mark.parametrize("content", [None, "x", {}, (), 7], ids=repr)
def test_an_answer_without_blocks_is_none(content: Any) -> None:
    with pytest.raises(AnswerError, match=r"^The answer holds no message: "):
        reply(Of(content=content))


REASONS: list[tuple[Any, str | None]] = [
    ("end_turn", "stop"),
    ("stop_sequence", "stop"),
    ("max_tokens", "length"),
    ("model_context_window_exceeded", "length"),
    ("tool_use", "tool_calls"),
    ("refusal", "content_filter"),
    ("pause_turn", "pause_turn"),
    (None, None),
    (7, None),
]


@pytest.mark.parametrize(("reason", "word"), REASONS)
def test_each_reason_has_a_uniform_word(reason: Any, word: str | None) -> None:
    assert reply(Of(content=[], stop_reason=reason)).stop_reason == word
    if word is None:
        with pytest.raises(AnswerError, match="broke off after 1 pieces"):
            streamed(ended(reason))
    else:
        assert streamed(ended(reason))[1].stop_reason == word
        assert streamed(ended(reason), ended(None))[1].stop_reason == word


@pytest.mark.parametrize(
    ("given", "made", "usage"),
    [(3, 5, Usage(3, 5)), (0, 0, Usage(0, 0)), (None, 5, None), (3, "5", None), ("3", 5, None)],
)
def test_tokens_of_an_answer_are_counted(given: Any, made: Any, usage: Usage | None) -> None:
    assert reply(Of(content=[], usage=Of(input_tokens=given, output_tokens=made))).usage == usage


# Streams


def ended(reason: Any = "end_turn", **usage: Any) -> Any:
    return Of(type="message_delta", delta=Of(stop_reason=reason), usage=Of(**usage) if usage else None)


def begun(**usage: Any) -> Any:
    return Of(type="message_start", message=Of(usage=Of(**usage) if usage else None))


def piece(at: int, **delta: Any) -> Any:
    return Of(type="content_block_delta", index=at, delta=Of(**delta))


def streamed(*events: Any) -> tuple[list[tuple[str, Any]], Any]:
    pieces = Pieces()
    out = [(one.text, one.raw) for event in events for one in pieces.take(event)]
    return out, pieces.end()


def test_a_stream_is_put_together() -> None:
    events = [
        begun(input_tokens=3, output_tokens=1),
        Of(type="ping"),
        Of(type="content_block_start", index=0, content_block=text("")),
        piece(0, type="text_delta", text="Hel"),
        piece(0, type="text_delta", text=""),
        piece(0, type="thinking_delta", thinking="Hm"),
        piece(0, type="text_delta", text="lo"),
        Of(type="content_block_start", index=1, content_block=use({})),
        piece(1, type="input_json_delta", partial_json='{"x"'),
        Of(type="content_block_start", index=2, content_block=use({}, "c2")),
        piece(2, type="input_json_delta", partial_json=None),
        Of(
            type="content_block_start",
            index=3,
            content_block=Of(type="server_tool_use", id="s", name="s", input={}),
        ),
        piece(3, type="input_json_delta", partial_json='{"theirs": 1}'),
        piece(1, type="input_json_delta", partial_json=": 1}"),
        Of(type="content_block_stop", index=1),
        ended("tool_use", output_tokens=5),
        Of(type="message_stop"),
    ]
    out, last = streamed(*events)
    assert out == [("Hel", events[3]), ("lo", events[6])]
    assert [(one.id, one.arguments) for one in last.tool_calls] == [("c1", {"x": 1}), ("c2", {})]
    assert json.loads(last.tool_calls[0].text) == {"x": 1}
    assert (last.text, last.stop_reason, last.usage) == ("", "tool_calls", Usage(3, 5))


@pytest.mark.parametrize(
    ("start", "end", "usage"),
    [
        ({"input_tokens": 3, "output_tokens": 1}, {}, Usage(3, 1)),
        ({"input_tokens": 3, "output_tokens": 1}, {"output_tokens": 0}, Usage(3, 1)),
        ({"input_tokens": 3, "output_tokens": 1}, {"input_tokens": 4, "output_tokens": 5}, Usage(4, 5)),
        ({}, {"output_tokens": 5}, Usage(0, 5)),
        ({"input_tokens": 3}, {}, None),
        ({}, {}, None),
    ],
)
def test_tokens_of_a_stream_are_counted(
    start: dict[str, int], end: dict[str, int], usage: Usage | None
) -> None:
    assert streamed(begun(**start), ended(**end))[1].usage == usage


def test_a_stream_without_events_is_empty() -> None:
    with pytest.raises(AnswerError, match=r"^The stream was empty$"):
        Pieces().end()
