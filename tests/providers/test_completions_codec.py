"""OpenAI's chat completions, read and written: whatever type a service puts in whatever place, and every option."""

from __future__ import annotations

import json
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import pytest

from modelcatalog.providers.adapter.chat_types import AnswerError, ChatCall, Usage
from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.providers.chat.completions_codec import keywords, no_answer
from modelcatalog.providers.chat.completions_json import ObjectPieces, Pieces, as_object, reply

ANSWER: dict[str, Any] = {
    "model": "m-2",
    "choices": [
        {
            "message": {
                "content": "Hello",
                "refusal": "No",
                "tool_calls": [
                    {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}},
                    {"id": "b", "type": "function", "function": {"name": "g", "arguments": "{}"}},
                ],
            },
            "finish_reason": "stop",
        },
        {"message": {"content": "another"}, "finish_reason": "length"},
    ],
    "usage": {"prompt_tokens": 3, "completion_tokens": 5},
}
# Nothing of these is a text, a list with something in it, or a number of tokens.
OTHERS: list[Any] = [None, False, 1.5, {}, []]
FIRST, F = ("choices", 0), ToolCall("a", "f", {"x": 1}, None, '{"x": 1}')
CALLS = (F, ToolCall("b", "g", {}, None, "{}"))
WHOLE: dict[str, Any] = {
    "text": "Hello",
    "tool_calls": CALLS,
    "usage": Usage(3, 5),
    "stop_reason": "stop",
    "model": "m-2",
}


def changed(answer: Mapping[str, Any], way: tuple[str | int, ...], value: Any) -> Any:
    """A copy of the answer with this value in this place; left out where it is `...`."""
    copy: Any = deepcopy(answer)
    holder = copy
    for step in way[:-1]:
        holder = holder[step]
    if value is ...:
        del holder[way[-1]]
    else:
        holder[way[-1]] = value
    return copy


def read(answer: Any) -> dict[str, Any]:
    found = reply(answer)
    return {name: getattr(found, name) for name in WHOLE}


def test_a_whole_answer_is_read() -> None:
    found = reply(ANSWER)
    assert read(ANSWER) == WHOLE
    assert found.raw is ANSWER
    raw = object()
    assert reply(ANSWER, raw).raw is raw
    shown = as_object(ANSWER)
    assert reply(shown).raw is shown
    assert reply(shown).text == "Hello"


@pytest.mark.parametrize("value", [*OTHERS, ...], ids=repr)
@pytest.mark.parametrize(
    ("way", "without"),
    [
        (("model",), {"model": None}),
        (("usage",), {"usage": None}),
        (("usage", "prompt_tokens"), {"usage": None}),
        (("usage", "completion_tokens"), {"usage": None}),
        ((*FIRST, "finish_reason"), {"stop_reason": None}),
        ((*FIRST, "message", "content"), {"text": "No"}),
        ((*FIRST, "message", "refusal"), {}),
        ((*FIRST, "message", "tool_calls"), {"tool_calls": ()}),
        (
            (*FIRST, "message", "tool_calls", 0, "id"),
            {"tool_calls": (ToolCall("", *list(vars(F).values())[1:]),)},
        ),
    ],
    ids=str,
)
def test_what_is_of_another_type_is_left_out_and_all_else_is_read(
    way: tuple[str | int, ...], without: dict[str, Any], value: Any
) -> None:
    expected = {**WHOLE, **without}
    if (
        isinstance(value, dict)
        and expected != WHOLE
        and way[-1] in ("model", "finish_reason", "content", "id")
    ):
        return  # some services send an object where others send its text
    if "id" in way:
        expected["tool_calls"] = (*expected["tool_calls"], CALLS[1])
    if way[-1] in ("prompt_tokens", "completion_tokens") and value is False:
        return  # a number to Python
    assert read(changed(ANSWER, way, value)) == expected


@pytest.mark.parametrize("value", [*OTHERS, ..., "", "x", 0], ids=repr)
@pytest.mark.parametrize("way", [("choices",), FIRST, (*FIRST, "message")], ids=str)
def test_an_answer_without_a_message_is_none(way: tuple[str | int, ...], value: Any) -> None:
    if way == (*FIRST, "message") and value not in (None, ...):
        assert read(changed(ANSWER, way, value))["text"] == ""
        return
    if way == FIRST and value is ...:
        assert read(changed(ANSWER, way, value))["text"] == "another"
        return
    with pytest.raises(AnswerError, match=r"^The answer holds no message: "):
        reply(changed(ANSWER, way, value))


@pytest.mark.parametrize(
    ("arguments", "call"),
    [
        ("", ToolCall("a", "f", {}, None, "")),
        (" \n", ToolCall("a", "f", {}, None, " \n")),
        ({"x": 1}, F),
        (None, ToolCall("a", "f", {}, None, "")),
        ([1], ToolCall("a", "f", {}, None, "")),
        ("[1]", ToolCall("a", "f", {}, "the arguments are JSON, but no object", "[1]")),
        ("7", ToolCall("a", "f", {}, "the arguments are JSON, but no object", "7")),
        ("null", ToolCall("a", "f", {}, "the arguments are JSON, but no object", "null")),
    ],
)
def test_arguments_that_are_json_of_any_type_are_read(arguments: Any, call: ToolCall) -> None:
    way = (*FIRST, "message", "tool_calls", 0, "function", "arguments")
    assert read(changed(ANSWER, way, arguments))["tool_calls"][0] == call


def test_arguments_that_are_no_json_are_kept() -> None:
    [broken, _] = read(changed(ANSWER, (*FIRST, "message", "tool_calls", 0, "function", "arguments"), "{x"))[
        "tool_calls"
    ]
    assert (broken.id, broken.name, broken.arguments, broken.text) == ("a", "f", {}, "{x")
    assert broken.error.startswith("the arguments are no JSON: ")


PART = {"type": "text", "text": "A"}


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ([PART], "A"),
        ([PART, {"type": "thinking", "text": "Hm"}, {"type": "text", "text": "B"}], "AB"),
        ([{"type": "thinking", "text": "Hm"}], "No"),
        ([{"text": "Hm"}], "No"),
        ([{"type": "text"}, {"type": "text", "text": 7}, None, "x", PART], "A"),
    ],
)
def test_a_message_in_parts_is_the_text_among_them(content: list[Any], text: str) -> None:
    assert read(changed(ANSWER, (*FIRST, "message", "content"), content))["text"] == text
    plain = as_object(changed(ANSWER, (*FIRST, "message", "content"), []))
    plain.choices[0].message.content = content  # as an SDK has it that makes objects of known parts only
    assert reply(plain).text == text


def test_groqs_usage_of_a_stream_is_found() -> None:
    given = {"x_groq": {"usage": ANSWER["usage"]}}
    assert read({**changed(ANSWER, ("usage",), ...), **given})["usage"] == Usage(3, 5)
    other = {"x_groq": {"usage": {"prompt_tokens": 8, "completion_tokens": 9}}}
    assert read({**ANSWER, **other})["usage"] == Usage(3, 5)


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (None, "The answer is empty"),
        ("", "The answer is empty"),
        ("  <!DOCTYPE html>", "The answer is an HTML page: the address is not that of an API"),
        ("<p>", "The answer is an HTML page: the address is not that of an API"),
        ("a  b\n\tc", "The answer holds no list: a b c"),
        ("a < b", "The answer holds no list: a < b"),
        ([], "The answer holds no list: []"),
        (0, "The answer holds no list: 0"),
        ("x" * 500, f"The answer holds no list: {'x' * 120}"),
        (" " * 399 + "xyz", "The answer holds no list: x"),
    ],
)
def test_what_came_instead_is_said(answer: object, said: str) -> None:
    assert no_answer("list", answer) == said


# Streams


def chunk(finish: str | None = None, **delta: Any) -> dict[str, Any]:
    return {"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]}


def part(text: str = "", **more: Any) -> dict[str, Any]:
    name = more.pop("name", None)
    return {"function": {"arguments": text, **({} if name is None else {"name": name})}, **more}


def asked(*parts: Any) -> list[tuple[str, str, str]]:
    """Id, name and arguments of the calls that these pieces of a stream make, one piece a chunk."""
    pieces = Pieces()
    for one in parts:
        assert list(pieces.take_json(chunk(tool_calls=[one]))) == []
    list(pieces.take_json(chunk("tool_calls")))
    return [(call.id, call.name, call.text) for call in pieces.end().tool_calls]


# The pieces of two calls, in the ways in which services number them, or do not.
NUMBERED: dict[str, list[dict[str, Any]]] = {
    "by index": [{"index": 0, "id": "a"}, {"index": 0}, {"index": 1, "id": "b"}, {"index": 1}],
    "by index, the id each time": [
        {"index": 0, "id": "a"},
        {"index": 0, "id": "a"},
        {"index": 1, "id": "b"},
        {"index": 1, "id": "b"},
    ],
    "by index in words": [
        {"index": "x", "id": "a"},
        {"index": "x"},
        {"index": "y", "id": "b"},
        {"index": "y"},
    ],
    "all 0": [{"index": 0, "id": "a"}, {"index": 0}, {"index": 0, "id": "b"}, {"index": 0}],
    "by id alone": [{"id": "a"}, {}, {"id": "b"}, {}],
    "without an index that is one": [{"index": [0], "id": "a"}, {"index": {}}, {"index": [9], "id": "b"}, {}],
    "with an id that is null": [{"id": "a"}, {"id": "null"}, {"id": "b"}, {"id": "null"}],
    "with an id that is empty": [{"id": "a"}, {"id": ""}, {"id": "b"}, {"id": ""}],
}


@pytest.mark.parametrize("way", NUMBERED)
def test_two_calls_in_pieces_stay_two_calls(way: str) -> None:
    one, rest, other, last = NUMBERED[way]
    pieces = [
        part('{"x', name="f", **one),
        part('": 1}', **rest),
        part("{", name="g", **other),
        part("}", **last),
    ]
    assert asked(*pieces) == [("a", "f", '{"x": 1}'), ("b", "g", "{}")]
    if way.startswith("by index"):
        mixed = [pieces[0], pieces[2], pieces[1], pieces[3]]
        assert asked(*mixed) == [("a", "f", '{"x": 1}'), ("b", "g", "{}")]


def test_a_call_whose_id_comes_late_is_one_call() -> None:
    assert asked(part("{", index=0, name="f"), part("}", index=0, id="a")) == [("a", "f", "{}")]
    assert asked(part("{", name="f"), part("}", id="null")) == [("null", "f", "{}")]


def test_the_first_name_of_a_call_counts() -> None:
    assert asked(part("{", index=0, id="a", name="f"), part("}", index=0, name="g")) == [("a", "f", "{}")]
    assert asked(part("{", index=0, id="a"), part("}", index=0, name="g")) == [("a", "g", "{}")]


def test_the_text_of_a_stream_goes_out_at_once() -> None:
    pieces = Pieces()
    usage = {"usage": {"prompt_tokens": 3, "completion_tokens": 5}}
    sent: list[Any] = [
        {**chunk(content="Hel"), **usage},
        chunk("length", content="lo"),
        chunk(content=""),
        {"choices": [], "usage": None},
        {"choices": [chunk(content="!")["choices"][0], chunk("stop", content="another")["choices"][0]]},
    ]
    out = [[(piece.text, piece.raw) for piece in pieces.take_json(one)] for one in sent]
    assert out == [[("Hel", sent[0])], [("lo", sent[1])], [], [], [("!", sent[4])]]
    last = pieces.end()
    assert (last.text, last.tool_calls, last.stop_reason, last.usage) == ("", (), "length", Usage(3, 5))
    assert pieces.count == 4


def test_the_last_usage_of_a_stream_counts() -> None:
    pieces = Pieces()
    for made in (1, 2):
        list(pieces.take_json({**chunk("stop"), "usage": {"prompt_tokens": 3, "completion_tokens": made}}))
    assert pieces.end().usage == Usage(3, 2)


def test_an_empty_stream_is_none_and_one_that_broke_off_is_none() -> None:
    pieces = Pieces()
    list(pieces.take_json({"choices": []}))
    with pytest.raises(AnswerError, match=r"^The stream was empty$"):
        pieces.end()
    list(pieces.take_json(chunk(content="a")))
    with pytest.raises(AnswerError, match=r"^The stream broke off after 1 pieces, before"):
        pieces.end()


def test_a_stream_of_objects_is_made_plain_first() -> None:
    pieces = ObjectPieces(json.loads)
    event = json.dumps(chunk("stop", content="Hi"))
    [piece] = pieces.take(event)
    assert (piece.text, piece.raw) == ("Hi", event)
    assert pieces.end().stop_reason == "stop"


def test_arguments_stay_as_they_are_among_objects() -> None:
    plain = as_object({"a": [{"b": 1}, 2], "arguments": {"c": {}}, 7: "x"})
    assert (plain.a[0].b, plain.a[1], plain.arguments, vars(plain)["7"]) == (1, 2, {"c": {}}, "x")


# Requests

OPTIONS: dict[str, Any] = {"temperature": 0.0, "top_p": 0.5, "stop": [], "seed": 0, "tool_choice": "none"}


def sent(
    *, host: str = "llm.acme.dev", stream: bool = False, usage_option: bool = True, **fields: Any
) -> Any:
    call = ChatCall("m", ({"role": "user", "content": "hi"},), **fields)
    return keywords(call, host=host, stream=stream, usage_option=usage_option)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("name", OPTIONS)
def test_each_option_is_sent_alone(name: str, stream: bool) -> None:
    bare = {"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": stream}
    assert sent(stream=stream, usage_option=False, **{name: OPTIONS[name]}) == {**bare, name: OPTIONS[name]}


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("api.openai.com", "max_completion_tokens"),
        ("openai.com", "max_completion_tokens"),
        ("eu.api.openai.com", "max_completion_tokens"),
        ("acme.openai.azure.com", "max_completion_tokens"),
        ("acme.cognitiveservices.azure.com", "max_completion_tokens"),
        ("notopenai.com", "max_tokens"),
        ("openai.com.acme.dev", "max_tokens"),
        ("", "max_tokens"),
    ],
)
@pytest.mark.parametrize("extra", [{}, {"max_tokens": 1}, {"max_completion_tokens": 1}])
def test_the_limit_has_the_hosts_name_and_is_sent_once(host: str, name: str, extra: dict[str, int]) -> None:
    limits = {
        name: value for name, value in sent(host=host, max_tokens=0, extra=extra).items() if "max" in name
    }
    assert limits == {name: 0}
    assert sent(host=host, extra=extra).items() >= extra.items()
    assert not any("max" in one for one in sent(host=host))


USAGE = {"include_usage": True}


@pytest.mark.parametrize(
    ("stream", "usage_option", "extra", "options"),
    [
        (True, True, {}, USAGE),
        (True, False, {}, ...),
        (False, True, {}, ...),
        (True, True, {"stream_options": None}, ...),
        (True, False, {"stream_options": {"a": 1}}, {"a": 1}),
        (True, True, {"stream_options": {"a": 1}}, {"a": 1}),
        (False, True, {"stream_options": {"a": 1}}, ...),
    ],
)
def test_usage_is_asked_for_in_a_stream_alone(
    stream: bool, usage_option: bool, extra: dict[str, Any], options: Any
) -> None:
    body = sent(stream=stream, usage_option=usage_option, extra=extra)
    assert body.get("stream_options", ...) == options
    assert body["stream"] is stream


def test_what_the_call_says_itself_wins_over_the_rest() -> None:
    extra = {"model": "x", "messages": [], "stream": True, "temperature": 2, "user": "u"}
    body = sent(extra=extra, temperature=0.5)
    assert (body["model"], body["stream"], body["temperature"], body["user"]) == ("m", False, 0.5, "u")
    assert body["messages"] == [{"role": "user", "content": "hi"}]


@pytest.mark.parametrize("choice", ["auto", "none", "required", "f"])
def test_a_choice_is_a_word_or_a_tool(choice: str) -> None:
    expected = {"type": "function", "function": {"name": "f"}} if choice == "f" else choice
    assert sent(tool_choice=choice)["tool_choice"] == expected
