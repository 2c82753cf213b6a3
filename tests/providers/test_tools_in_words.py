"""Tools that are emulated, without a service: when an answer is read, what of it is kept, each turn of a history."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from modelcatalog.providers.adapter.chat_types import ChatCall, ChatChunk, ChatReply, Usage
from modelcatalog.providers.adapter.connection import Connection
from modelcatalog.providers.adapter.emulate_tools import NAME, PARAMETERS, is_wanted
from modelcatalog.providers.adapter.tool_types import Tool, ToolCall
from modelcatalog.providers.chat.tool_emulation import Emulation
from modelcatalog.providers.chat.tool_emulation_parser import CLOSE, OPEN, Reader, as_json, read, written
from modelcatalog.providers.chat.tool_emulation_prompt import (
    number_of_calls,
    uniform,
    wish,
    with_system,
    with_tools,
)

USER = {"role": "user", "content": "hi"}
CALL = f'{OPEN}{{"name": "f", "arguments": {{"a": 1}}}}{CLOSE}'
OWN = ToolCall("own", "g")
TOOLS = (Tool("f"),)


def call(**fields: Any) -> ChatCall:
    return ChatCall("m", (USER,), **{"tools": TOOLS, "emulate_tools": True, **fields})


@pytest.mark.parametrize(
    ("value", "default", "wanted"),
    [
        (None, False, False),
        (None, True, True),
        (True, False, True),
        (False, True, False),
        ("true", False, True),
        ("false", True, False),
    ],
)
def test_tools_are_emulated_where_it_is_said(value: Any, default: bool, wanted: bool) -> None:
    arguments = {"adapter": {} if value is None else {NAME: value}}
    connection = Connection(provider="acme", qualifier=None, model="m", arguments=arguments)
    assert is_wanted(connection, default=default) is wanted
    assert is_wanted(Connection(provider="acme", qualifier=None, model="m"), default=default) is default
    assert {NAME} == PARAMETERS == {"emulate_tools"}


@pytest.mark.parametrize(
    ("fields", "reads"),
    [
        ({}, True),
        ({"tool_choice": "auto"}, True),
        ({"tool_choice": "none"}, False),
        ({"tools": ()}, False),
        ({"emulate_tools": False}, False),
    ],
)
def test_an_answer_is_read_only_where_tools_were_offered(fields: dict[str, Any], reads: bool) -> None:
    whole = call(**fields)
    emulation = Emulation(whole)
    said = ChatReply(f"See {CALL}", (OWN,), Usage(1, 2), "stop", "m-2", "raw")
    found = emulation.reply(said)
    pieces = list(
        emulation.pieces([ChatChunk(f"See {CALL}", raw="raw"), ChatChunk("", (OWN,), "stop", Usage(1, 2))])
    )
    if not reads:
        assert found is said
        assert [piece.text for piece in pieces] == [f"See {CALL}", ""]
        assert pieces[-1].tool_calls == (OWN,)
    else:
        one = ToolCall("call_1", "f", {"a": 1})
        assert found == ChatReply("See", (OWN, one), Usage(1, 2), "tool_calls", "m-2", "raw")
        assert found.raw == "raw"
        assert pieces == [ChatChunk("See", raw="raw"), ChatChunk("", (OWN, one), "tool_calls", Usage(1, 2))]
    assert (emulation.call is whole) == (not whole.emulate_tools)
    assert emulation.call.tools == (() if whole.emulate_tools else TOOLS)


@pytest.mark.parametrize(("reason", "seen"), [("stop", "tool_calls"), ("length", "length"), (None, None)])
def test_calls_are_the_reason_of_a_usual_end_alone(reason: str | None, seen: str | None) -> None:
    emulation = Emulation(call())
    assert emulation.reply(ChatReply(CALL, stop_reason=reason)).stop_reason == seen
    assert [*emulation.pieces([ChatChunk(CALL), ChatChunk("", stop_reason=reason)])][-1].stop_reason == seen
    plain = ChatReply("no call", stop_reason=reason)
    assert emulation.reply(plain) is plain
    assert [*emulation.pieces([ChatChunk("x"), ChatChunk("", stop_reason=reason)])][-1].stop_reason == reason


def test_text_that_was_held_back_comes_before_the_end() -> None:
    last = ChatChunk("", (OWN,), "stop", Usage(1, 2), raw="last")

    async def sent() -> AsyncIterator[ChatChunk]:
        for one in (ChatChunk("a <tool"), ChatChunk("_"), last):
            yield one

    async def collected() -> list[ChatChunk]:
        return [piece async for piece in Emulation(call()).apieces(sent())]

    expected = [ChatChunk("a"), ChatChunk(" <tool_", raw="last"), last]
    assert [*Emulation(call()).pieces([ChatChunk("a <tool"), ChatChunk("_"), last])] == expected
    assert asyncio.run(collected()) == expected


def test_calls_are_numbered_after_those_of_the_history() -> None:
    asked = {"role": "assistant", "content": "", "tool_calls": [OWN, OWN]}
    emulation = Emulation(ChatCall("m", (USER, asked, asked), tools=TOOLS, emulate_tools=True))
    assert number_of_calls((USER, asked, {**USER, "tool_calls": None}, asked)) == 4
    assert [one.id for one in emulation.reply(ChatReply(CALL * 2)).tool_calls] == ["call_5", "call_6"]
    assert [*emulation.pieces([ChatChunk(CALL), ChatChunk("")])][-1].tool_calls[0].id == "call_5"


# The prompt


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ("auto", "Where you need no function, answer in plain text, without these tags."),
        ("required", "In your next answer, call at least one function."),
        ("f", "In your next answer, call the function f."),
    ],
)
def test_a_choice_is_a_wish(choice: str, words: str) -> None:
    assert wish(choice) == words
    [system, _] = with_tools(call(tool_choice=choice)).messages
    assert system["content"].endswith(words)


@pytest.mark.parametrize("fields", [{"tools": ()}, {"tool_choice": "none"}])
def test_without_tools_the_prompt_says_nothing(fields: dict[str, Any]) -> None:
    found = with_tools(call(**fields))
    assert (found.messages, found.tools, found.tool_choice) == ((USER,), (), None)


def test_the_prompt_is_joined_to_the_first_system_message() -> None:
    system = {"role": "system", "content": "A", "name": "n"}
    assert with_system([USER, system, system, USER], "B") == [
        USER,
        {**system, "content": "A\n\nB"},
        system,
        USER,
    ]
    assert with_system([USER], "B") == [{"role": "system", "content": "B"}, USER]
    assert with_system([{"role": "system", "content": ""}], "B") == [{"role": "system", "content": "B"}]
    assert with_system([{"role": "system", "content": None}], "B") == [{"role": "system", "content": "B"}]
    part = {"type": "text", "text": "A"}
    assert with_system([{"role": "system", "content": [part]}], "B") == [
        {"role": "system", "content": [part, {"type": "text", "text": "B"}]}
    ]


def history(*messages: dict[str, Any]) -> list[Any]:
    return list(with_tools(ChatCall("m", messages)).messages)


def result(name: str, content: Any) -> str:
    return f"<tool_result>{as_json({'name': name, 'content': content})}</tool_result>"


def test_each_turn_of_a_history_is_text() -> None:
    asked = {"role": "assistant", "content": "See", "tool_calls": [ToolCall("x", "f", {"a": 1})], "name": "n"}
    back = {"role": "tool", "tool_call_id": "x", "content": "rain"}
    assert history(USER, asked, back, {**back, "name": "own"}, USER, asked, back) == [
        USER,
        {"role": "assistant", "content": f"See\n{CALL}", "name": "n"},
        {"role": "user", "content": f"{result('f', 'rain')}\n{result('own', 'rain')}"},
        USER,
        {"role": "assistant", "content": f"See\n{CALL}", "name": "n"},
        {"role": "user", "content": result("f", "rain")},
    ]
    assert history({"role": "tool", "content": {"a": 1}}) == [
        {"role": "user", "content": result("", {"a": 1})}
    ]
    assert history({**USER, "tool_calls": []}) == [USER]


@pytest.mark.parametrize(
    ("theirs", "ours"),
    [
        (OWN, OWN),
        ({"id": "x", "function": {"name": "f", "arguments": {"a": 1}}}, ToolCall("x", "f", {"a": 1})),
        ({"id": "x", "name": "f", "arguments": {}}, ToolCall("x", "f", {})),
        ({"function": {"arguments": '{"a": 1}'}}, ToolCall("None", "", {"a": 1}, None, '{"a": 1}')),
        ({"id": "x", "name": "f"}, ToolCall("x", "f", {}, None, "")),
        (
            {"id": "x", "name": "f", "arguments": "[1]"},
            ToolCall("x", "f", {}, "the arguments are JSON, but no object", "[1]"),
        ),
    ],
)
def test_a_call_of_any_form_is_taken(theirs: Any, ours: ToolCall) -> None:
    assert uniform(theirs) == ours


# What is written, and read


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"a": "<b>ä"}, '{"a": "\\u003cb>ä"}'),
        ({"a": "\ud83d"}, '{"a": "\\ud83d"}'),
        ({"a": "ä\ud83d"}, '{"a": "\\u00e4\\ud83d"}'),
        ([1, None], "[1, null]"),
    ],
)
def test_a_value_is_one_line_without_tags(value: Any, text: str) -> None:
    assert as_json(value) == text


BROKEN = '{"name": "f", "arg'


@pytest.mark.parametrize(
    ("call_", "text"),
    [
        (ToolCall("1", "f", {"a": 1}), '{"name": "f", "arguments": {"a": 1}}'),
        (ToolCall("1", "f", {"a": 1}, None, "ignored"), '{"name": "f", "arguments": {"a": 1}}'),
        (ToolCall("1", "f", {}, "no JSON", ""), '{"name": "f", "arguments": {}}'),
        (ToolCall("1", "f", {}, "no JSON", BROKEN), BROKEN),
        (ToolCall("1", "", {}, "no JSON", "oops"), "oops"),
        (ToolCall("1", "f", {}, "no JSON", '{"a'), '{"name": "f", "arguments": "{\\"a"}'),
    ],
)
def test_a_call_is_written_as_it_was(call_: ToolCall, text: str) -> None:
    assert written(call_) == f"{OPEN}{text}{CLOSE}"


READ: list[tuple[str, str, list[tuple[str, bool]]]] = [
    (f"a {CALL} b {CALL}\n\nc", "a\nb\nc", [("f", True), ("f", True)]),
    (f"{CALL}  {CALL}", "", [("f", True), ("f", True)]),
    (f"  {CALL} b", "b", [("f", True)]),
    (f"a {CALL}  ", "a", [("f", True)]),
    ("a  b \n", "a  b \n", []),
    (f"{OPEN} x {CLOSE}", "", [("", False)]),
    (f"{OPEN}{{}} ``` {CLOSE}", "", [("", False)]),
    (f"{OPEN}{{}} `` {CLOSE}", "", [("", False)]),
    (f'{OPEN}```json {{"name": "f"}} ``` {CLOSE}.', ".", [("f", True)]),
    (f'{OPEN}{{"name": "f"}}', "", [("f", False)]),
    (f'{OPEN}{{"name": "f"}} more', "", [("f", False)]),
    (f"{OPEN}{{", "", [("", False)]),
    (f"{OPEN}[", "", [("", False)]),
    (f"{OPEN} x", f"{OPEN} x", []),
    (f"{OPEN} x {CALL}", f"{OPEN} x", [("f", True)]),
    (f"{OPEN}{{ {CALL}", "", [("", False), ("f", True)]),
    (f"a{OPEN}b{OPEN}", f"a{OPEN}b{OPEN}", []),
    (f"a{CLOSE}", f"a{CLOSE}", []),
]


@pytest.mark.parametrize(("text", "rest", "calls"), READ)
def test_each_text_is_read_whole_and_at_every_cut(
    text: str, rest: str, calls: list[tuple[str, bool]]
) -> None:
    for at in range(len(text) + 1):
        reader = Reader()
        out = reader.take(text[:at]) + reader.take(text[at:]) + reader.end()
        assert (out, [(one.name, one.error is None) for one in reader.calls]) == (rest, calls)
    assert [one.id for one in read(text, 3)[1]] == [f"call_{3 + at}" for at in range(len(calls))]


@pytest.mark.parametrize(
    ("body", "call_"),
    [
        ('{"name": "f", "parameters": {"a": 1}}', ToolCall("call_1", "f", {"a": 1})),
        ('{"name": "f", "arguments": null}', ToolCall("call_1", "f", {})),
        ('{"name": "f", "arguments": ""}', ToolCall("call_1", "f", {})),
        ('{"name": "f", "arguments": " "}', None),
        ('{"function": {"name": "f", "arguments": {"a": 1}}}', ToolCall("call_1", "f", {"a": 1})),
        ('{"function": "x", "name": "f"}', ToolCall("call_1", "f", {})),
        ('{"name": "f", "arguments": "{\\"a\\": 1}"}', ToolCall("call_1", "f", {"a": 1})),
        ('{"name": "f", "arguments": false}', None),
        ('{"name": ""}', None),
        ("[]", None),
        ('[["f"]]', None),
    ],
)
def test_each_form_of_a_call_is_read(body: str, call_: ToolCall | None) -> None:
    text, [found] = read(f"{OPEN} {body} {CLOSE}")
    assert text == ""
    if call_ is not None:
        assert found == call_
    else:
        assert found.error
        assert found.text == body
        assert (found.name, found.arguments) == ("f" if '"f", ' in body else "", {})
