"""What a call is made of, before anything is sent: messages, tools, options, and the values that come back."""

from __future__ import annotations

import pickle
from collections import UserDict
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.adapter.chat_types import AnswerError, ChatCall, ChatChunk, ChatReply
from modelcatalog.providers.adapter.connection import STEPS, Built, Connection
from modelcatalog.providers.adapter.signatures import names_of
from modelcatalog.providers.adapter.tool_types import Tool, ToolCall
from modelcatalog.providers.chat.stream_end import require_end
from modelcatalog.providers.chat.unencodable import unencodable

USER = {"role": "user", "content": "hi"}
FORM = "{'role': 'user', 'content': '...'}"
TOOL = "{'name': ..., 'description': ..., 'parameters': {...}}"


def wrong(argument: str, messages: Any = "hi", **options: Any) -> str:
    with pytest.raises(ArgumentError) as caught:
        ChatCall.of("m", messages, {}, options)
    assert caught.value.argument == argument
    return str(caught.value)


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        (USER, "messages is one message, expected a list. Write it in brackets: [{...}]."),
        (None, f"messages is None, expected a text or a list. Write 'Hi' or [{FORM}]."),
        (7, f"messages is int, expected a text or a list. Write 'Hi' or [{FORM}]."),
        (b"hi", f"messages is bytes, expected a text or a list. Write 'Hi' or [{FORM}]."),
        (bytearray(), f"messages is bytearray, expected a text or a list. Write 'Hi' or [{FORM}]."),
        ([], f"messages is empty. Write 'Hi' or [{FORM}]."),
        (iter([]), f"messages is empty. Write 'Hi' or [{FORM}]."),
        (
            [USER, "hi"],
            f"Message 2 is a text, expected a mapping. Write {FORM}, or give the text without a list.",
        ),
        ([7], f"Message 1 is int, expected a mapping. Write {FORM}."),
        ([None], f"Message 1 is None, expected a mapping. Write {FORM}."),
        ([{"content": "hi"}], f"Message 1 has no 'role'. Write {FORM}."),
        ([{"role": 7}], f"Message 1 has a role that is int, expected a text. Write {FORM}."),
        ([{"role": "user"}], f"Message 1 has no 'content'. Write {FORM}."),
        ([{"role": "system", "content": None}], f"Message 1 has no 'content'. Write {FORM}."),
        (
            [USER, {"role": "user", "content": 7}],
            "The content of message 2 is int, expected a text or a list of parts.",
        ),
        (
            [{"role": "user", "content": {}}],
            "The content of message 1 is dict, expected a text or a list of parts.",
        ),
    ],
)
def test_messages_that_are_none_are_refused(messages: Any, words: str) -> None:
    assert wrong("messages", messages) == words


@pytest.mark.parametrize(
    "message",
    [
        {"role": "user", "content": ""},
        {"role": "user", "content": []},
        {"role": "user", "content": ()},
        {"role": "assistant"},
        {"role": "assistant", "content": None},
        {"role": "tool", "content": {"a": 1}},
        {"role": "tool"},
        {"role": "other", "content": "x"},
        MappingProxyType(USER),
    ],
    ids=repr,
)
def test_messages_of_each_kind_are_taken_as_they_are(message: Mapping[str, Any]) -> None:
    assert ChatCall.of("m", [message]).messages == (message,)
    assert ChatCall.of("m", iter([message, message])).messages == (message, message)


def test_a_text_is_one_message() -> None:
    assert ChatCall.of("m", "hi").messages == (USER,)
    assert ChatCall.of("m", "").messages == ({"role": "user", "content": ""},)


@pytest.mark.parametrize(
    ("tools", "words"),
    [
        ({"name": "f"}, "tools is one tool, expected a list. Write it in brackets: [...]."),
        (Tool("f"), "tools is one tool, expected a list. Write it in brackets: [...]."),
        ("f", f"tools is a text, expected a list. Write [{TOOL}]."),
        (b"f", f"tools is bytes, expected a list. Write [{TOOL}]."),
        (7, f"tools is int, expected a list. Write [{TOOL}]."),
        ([Tool("f"), 7], f"Tool 2 is int, expected a mapping. Write {TOOL}."),
        ([{"function": 7}], f"Tool 1 is int, expected a mapping. Write {TOOL}."),
        ([{}], f"Tool 1 has no 'name'. Write {TOOL}."),
        ([{"name": 7}], f"Tool 1 has no 'name'. Write {TOOL}."),
        ([{"function": {}, "name": "f"}], f"Tool 1 has no 'name'. Write {TOOL}."),
    ],
    ids=repr,
)
def test_tools_that_are_none_are_refused(tools: Any, words: str) -> None:
    assert wrong("tools", tools=tools) == words


def test_tools_of_each_form_are_taken() -> None:
    own, plain = Tool("f"), {"name": "g", "description": "Why", "parameters": {"a": 1}, "strict": True}
    given = [own, plain, {"type": "function", "function": plain}, {"name": "h"}, UserDict({"name": "i"})]
    whole = Tool("g", "Why", {"a": 1})
    empty = {"type": "object", "properties": {}}
    assert ChatCall.of("m", "hi", {}, {"tools": iter(given)}).tools == (
        own,
        whole,
        whole,
        Tool("h", "", empty),
        Tool("i", "", empty),
    )
    assert ChatCall.of("m", "hi", {}, {"tools": None}).tools == ()
    assert Tool.of(own) is own


NUMBER, WHOLE = "a number", "a whole number"
OPTIONS: dict[str, tuple[str, list[Any], list[Any]]] = {
    "max_tokens": (WHOLE, [0, 5], [True, 1.5, "5", [5], Decimal(5)]),
    "seed": (WHOLE, [-1, 0], [False, 0.0, "5"]),
    "temperature": (NUMBER, [0, 0.5, Fraction(1, 2)], [True, "0.5", 1j, [1]]),
    "top_p": (NUMBER, [0, 1.0], [False, "1"]),
    "stop": ("a text or a list of texts", ["", "x", [], ["x", "y"], ("x",)], [7, {"x"}, b"x", {"x": 1}]),
    "tool_choice": (
        "'auto', 'none', 'required' or the name of a tool",
        ["auto", "f"],
        [7, True, ["auto"], {}],
    ),
}


@pytest.mark.parametrize("name", OPTIONS)
def test_each_option_has_its_kind(name: str) -> None:
    words, right, others = OPTIONS[name]
    for value in [*right, None]:
        assert getattr(ChatCall.of("m", "hi", {}, {name: value}), name) == value
    for value in others:
        kind = "a text" if isinstance(value, str) else type(value).__name__
        assert wrong(name, **{name: value}) == f"{name} is {kind}, expected {words}."


@pytest.mark.parametrize("stop", [["x", 7], [None], (b"x",)])
def test_places_to_stop_at_are_texts(stop: Any) -> None:
    assert wrong("stop", stop=stop) == "stop has an item that is no text, expected a text or a list of texts."


def test_what_is_no_option_is_for_the_sdk() -> None:
    args = {"a": 1, "extra_body": {"x": 1, "y": 2}, "b": {"z": 1}, "c": 1}
    options = {"extra_body": {"y": 3}, "b": 7, "seed": 1, "d": None}
    call = ChatCall.of("m", "hi", args, options, emulate_tools=True)
    assert call.extra == {"a": 1, "extra_body": {"x": 1, "y": 3}, "b": 7, "c": 1, "d": None}
    assert (call.model, call.seed, call.emulate_tools) == ("m", 1, True)
    bare = ChatCall.of("m", "hi")
    assert (bare.extra, bare.emulate_tools, bare.tools, bare.stop) == ({}, False, (), None)


def test_a_reply_is_a_message_of_the_next_call() -> None:
    call = ToolCall("a", "f")
    assert ChatReply("A").message == {"role": "assistant", "content": "A"}
    assert ChatReply("", (call,)).message == {"role": "assistant", "content": "", "tool_calls": [call]}
    assert (call.arguments, call.error, call.text) == ({}, None, "")
    for one in (ChatReply("A", raw="secret"), ChatChunk("A", raw="secret")):
        assert "secret" not in repr(one)
        assert (one.tool_calls, one.stop_reason, one.usage) == ((), None, None)


def test_an_answer_error_knows_what_it_was_given() -> None:
    bare, whole = AnswerError("x"), AnswerError("y", status=1, url="u", method="m")
    assert (bare.status, bare.url, bare.method) == (None, None, None)
    assert (whole.status, whole.url, whole.method, str(whole)) == (1, "u", "m", "y")


@pytest.mark.parametrize(
    ("events", "reason", "words"),
    [
        (0, None, "The stream was empty"),
        (0, "stop", "The stream was empty"),
        (3, None, "The stream broke off after 3 pieces, before the model had ended"),
        (1, "stop", None),
        (1, "", None),
    ],
)
def test_a_stream_needs_events_and_a_reason(events: int, reason: str | None, words: str | None) -> None:
    if words is None:
        require_end(events, reason)
    else:
        with pytest.raises(AnswerError, match=f"^{words}$"):
            require_end(events, reason)


# Between the resolver and an adapter


def connection(**fields: Any) -> Connection:
    return Connection(provider="acme", qualifier=None, model="m", **fields)


def test_a_connection_shows_no_value_and_is_not_pickled() -> None:
    hidden = {name: {"a": "hidden"} for name in ("settings", "headers", "arguments", "ambient")}
    one = connection(**hidden, http_client="hidden")
    assert "hidden" not in repr(one)
    with pytest.raises(TypeError, match="not pickled"):
        pickle.dumps(one)
    bare = connection()
    assert (bare.auth, bare.timeout, bare.max_retries, bare.follow_redirects) == ("key", None, None, True)


def test_arguments_of_a_target_are_given_without_what_is_none() -> None:
    one = connection(arguments={"client": {"a": Secret("x"), "b": None, "c": 0}, "request": {"d": 1}})
    assert one.given("client") == {"a": "x", "c": 0}
    assert one.given("body") == {}


def test_a_client_of_ours_closes_and_one_of_the_callers_does_not() -> None:
    http = SimpleNamespace(close=object(), aclose=object())
    assert Built.on("client", http, sync=True) == ("client", http.close, None, None, False)
    assert Built.on("client", http, sync=False) == ("client", None, http.aclose, None, False)
    for sync in (True, False):
        assert Built.on("client", None, sync=sync) == ("client", None, None, None, False)


def test_the_steps_are_in_their_order() -> None:
    words = "setup local proxy dns connect tls http auth path model quota request server answer timeout"
    assert [*STEPS] == words.split()


def test_the_names_of_a_functions_parameters() -> None:
    def function(self: Any, a: int, _b: int, *c: int, d: int = 1, **e: int) -> None: ...

    assert names_of(function) == {"a", "c", "d", "e"}


# Texts that can't be encoded

HALF = "a\ud83db"
ODD: list[tuple[dict[str, Any], str | None]] = [
    ({"a": "\U0001f600", "b": [1, None, b"\xff"]}, None),
    ({"a": HALF}, "a"),
    ({"a": "x", "b": HALF, "c": HALF}, "b"),
    ({"a": ["x", HALF]}, "a[1]"),
    ({"a": ({"k": HALF},)}, "a[0]['k']"),
    ({"a": {HALF: 1}}, "a key of a"),
    ({"a": {"k": HALF, "l\ud83d": 1}}, "a key of a"),
    ({"a": [Tool("f", HALF)]}, "a[0].description"),
    ({"a": ToolCall("i", "n", {"k": [HALF]})}, "a.arguments['k'][0]"),
    ({"a": MappingProxyType({"k": HALF})}, "a['k']"),
    ({"a": {HALF}}, "a[0]"),
    ({"a": frozenset({HALF})}, "a[0]"),
    ({"a": [[[]], [[HALF]]], "b": HALF}, "a[1][0][0]"),
    ({"a": "\udfff", "b": 1}, "a"),
    ({"a": "\ud800"}, "a"),
    ({"a": "\ud7ff\ue000"}, None),
]


@pytest.mark.parametrize(("values", "place"), ODD, ids=ascii)
def test_the_first_text_that_cannot_be_sent_is_found(values: dict[str, Any], place: str | None) -> None:
    found = unencodable(values)
    assert (found and found.part) == place
    if found is not None and found.character == "\ud83d":
        assert found.position == 1
        assert str(found).startswith(f"{place} can't be encoded: its character 1 ('\\ud83d') is half of a")


def test_a_circle_ends_and_a_value_is_read_once() -> None:
    circle: list[Any] = [1]
    circle.append(circle)
    assert unencodable({"a": circle}) is None
    circle.append(HALF)
    assert unencodable({"b": circle, "a": circle}) == ("b[2]", 1, "\ud83d")
