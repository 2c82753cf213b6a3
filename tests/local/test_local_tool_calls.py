"""Reading the calls that open models write: in each of their forms, however the text is cut, whatever they write."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcatalog.providers.adapter.tool_types import Tool, ToolCall
from modelcatalog.providers.local.reasoning import ThoughtReader
from modelcatalog.providers.local.tool_call_parsers import CallReader, read

SPECIAL = ("<|end|>", "<|begin|>", "</s>", "[TOOL_CALLS]", "[ARGS]", "[CALL_ID]", "<|python_tag|>", "<|eom|>")
WEATHER = Tool(
    "weather",
    parameters={
        "type": "object",
        "properties": {
            "city": {"type": "string"},
            "days": {"type": "integer"},
            "exact": {"type": "boolean"},
            "note": {"anyOf": [{"type": "string"}, {"type": "null"}]},
            "area": {"type": ["object", "null"]},
            "any": {},
        },
    },
)

# Each with what of it is text, and its calls.
WRITTEN: dict[str, tuple[str, str, list[tuple[str, dict[str, Any]]]]] = {
    "hermes": (
        'Let me see.\n<tool_call>\n{"name": "weather", "arguments": {"city": "Paris"}}\n</tool_call><|end|>',
        "Let me see.",
        [("weather", {"city": "Paris"})],
    ),
    "hermes, arguments first, twice, text behind": (
        '<tool_call>\n{ "arguments": {"city": "Rome"}, "name": "weather"}\n</tool_call> \n'
        '<tool_call>\n{"name": "time"}\n</tool_call>\nThat is all.',
        "That is all.",
        [("weather", {"city": "Rome"}), ("time", {})],
    ),
    "hermes, with another's mark in an argument": (
        '<tool_call>{"name": "find", "arguments": {"text": "[TOOL_CALLS] and <|python_tag|>"}}</tool_call>',
        "",
        [("find", {"text": "[TOOL_CALLS] and <|python_tag|>"})],
    ),
    "qwen coder": (
        "I look.\n\n<tool_call>\n<function=weather>\n<parameter=city>\nParis\n</parameter>\n"
        "<parameter=days>\n3\n</parameter>\n</function>\n</tool_call><|end|>",
        "I look.",
        [("weather", {"city": "Paris", "days": 3})],
    ),
    "qwen coder, two calls, the second without its outer tag": (
        "<tool_call>\n<function=weather>\n</function>\n</tool_call>\n<function=time>\n</function>\n</tool_call>",
        "",
        [("weather", {}), ("time", {})],
    ),
    "qwen coder, lines and tags in a value, a closing tag forgotten": (
        "<tool_call><function=write><parameter=text>\n  a\n\n</b> </parameter> </function>\n</parameter>"
        "<parameter=path>\n/x\n<parameter=mode>\nw\n</parameter>\n</function></tool_call>",
        "",
        [("write", {"text": "  a\n\n</b> </parameter> </function>", "path": "/x", "mode": "w"})],
    ),
    "both forms of qwen": (
        '<tool_call>{"name": "time"}</tool_call>\n<tool_call><function=weather></function></tool_call>\n',
        "",
        [("time", {}), ("weather", {})],
    ),
    "mistral, a list": (
        '[TOOL_CALLS] [{"name": "weather", "arguments": {"city": "Paris"}, "id": "a1b2c3d4e"}, {"name": "time"}]</s>',
        "",
        [("weather", {"city": "Paris"}), ("time", {})],
    ),
    "mistral, named": (
        'Yes.[TOOL_CALLS]weather[ARGS]{"city": "Paris"}[TOOL_CALLS]time[CALL_ID]a1b2c3d4e[ARGS]{}</s>',
        "Yes.",
        [("weather", {"city": "Paris"}), ("time", {})],
    ),
    "mistral, named, without a mark before the arguments": (
        '[TOOL_CALLS]weather{"city": "Paris"}',
        "",
        [("weather", {"city": "Paris"})],
    ),
    "llama": (
        '{"name": "weather", "parameters": {"city": "Paris"}}<|eom|>',
        "",
        [("weather", {"city": "Paris"})],
    ),
    "llama, with its mark, two calls": (
        '<|python_tag|>{"type": "function", "name": "weather", "parameters": {}}; {"name": "time", "parameters": {}}',
        "",
        [("weather", {}), ("time", {})],
    ),
}
PLAIN = {
    "text": "  Hello, <b>you</b> [TOOL_CALL\n\n",
    "json that is no call": '{"name": "Alice", "age": 3}',
    "json and more": '{"name": "weather", "parameters": {}} is what I would write.',
    "a broken object": '{"name": "weather", "parameters": {',
    "a tag that is talked of": "Write <tool_call> before it",
    "an empty answer": "",
}


def read_in_pieces(reader: CallReader, pieces: list[str]) -> tuple[str, tuple[ToolCall, ...]]:
    text = "".join(map(reader.take, pieces)) + reader.end()
    return text, reader.calls


def plain_calls(calls: tuple[ToolCall, ...]) -> list[tuple[str, dict[str, Any]]]:
    assert [call.error for call in calls] == [None] * len(calls)
    return [(call.name, dict(call.arguments)) for call in calls]


@pytest.mark.parametrize("name", WRITTEN)
def test_each_form_is_read_whole_and_at_every_cut(name: str) -> None:
    text, said, calls = WRITTEN[name]
    for at in range(len(text) + 1):
        found = read_in_pieces(CallReader(special=SPECIAL, tools=[WEATHER]), [text[:at], text[at:]])
        assert (found[0], plain_calls(found[1])) == (said, calls)


@pytest.mark.parametrize("name", WRITTEN)
def test_each_form_is_read_sign_by_sign(name: str) -> None:
    text, said, calls = WRITTEN[name]
    found = read_in_pieces(CallReader(special=SPECIAL, tools=[WEATHER]), list(text))
    assert (found[0], plain_calls(found[1])) == (said, calls)


@pytest.mark.parametrize("name", PLAIN)
def test_what_is_no_call_stays_as_it_is(name: str) -> None:
    text = PLAIN[name]
    assert read(text) == (text, ())
    assert read_in_pieces(CallReader(), list(text)) == (text, ())


def test_text_before_a_call_goes_out_at_once() -> None:
    reader = CallReader(special=SPECIAL)
    assert [reader.take(piece) for piece in ("One", " two", " <", "b> [TOOL", "_CALLS]f{}")] == [
        "One",
        " two",
        "",
        " <b>",
        "",
    ]
    assert reader.end() == ""
    assert plain_calls(reader.calls) == [("f", {})]


def test_calls_are_numbered_on() -> None:
    _, calls = read('<tool_call>{"name": "a"}</tool_call><function=b></function>', first=4)
    assert [call.id for call in calls] == ["call_4", "call_5"]


def test_values_between_tags_are_what_the_schema_says() -> None:
    values = {
        "city": "12345",
        "days": "3",
        "exact": "True",
        "note": "None",
        "area": '{"km": 2}',
        "any": "[1]",
    }
    tags = "".join(f"<parameter={name}>\n{value}\n</parameter>\n" for name, value in values.items())
    _, calls = read(f"<tool_call>\n<function=weather>\n{tags}</function>\n</tool_call>", tools=[WEATHER])
    assert plain_calls(calls) == [
        (
            "weather",
            {"city": "12345", "days": 3, "exact": True, "note": None, "area": {"km": 2}, "any": [1]},
        )
    ]


def test_values_without_a_schema_are_json_where_they_are_json() -> None:
    _, calls = read("<function=f><parameter=a>1</parameter><parameter=b>one</parameter></function>")
    assert plain_calls(calls) == [("f", {"a": 1, "b": "one"})]


def test_an_object_with_a_name_is_a_call_only_where_it_looks_like_one() -> None:
    assert read('{"name": "weather"}')[1] == ()
    assert plain_calls(read('{"name": "weather"}', tools=[WEATHER])[1]) == [("weather", {})]
    assert plain_calls(read('{"name": "unknown", "parameters": {}}', tools=[WEATHER])[1]) == [("unknown", {})]


@pytest.mark.parametrize(
    ("text", "name", "error"),
    [
        ('<tool_call>{"name": "weather", "arguments": {"ci', "weather", "the call has no end"),
        ('<tool_call>{"name": "weather" oops}</tool_call>', "weather", "the call is no JSON"),
        ('<tool_call>{"arguments": {}}</tool_call>', "", "the call has no name"),
        ("<tool_call><function=weather><parameter=city>Par", "weather", "the call has no end"),
        ('[TOOL_CALLS]weather[ARGS]{"city": "Par', "weather", "the arguments are no JSON"),
        ("[TOOL_CALLS]weather[ARGS][1]", "weather", "the arguments are JSON, but no object"),
        ('[TOOL_CALLS][{"name": "weather", "argu', "weather", "the call can't be read"),
        ("[TOOL_CALLS]", "", "the call can't be read"),
        ("[TOOL_CALLS][]", "", "the call can't be read"),
        ("[TOOL_CALLS][1]", "", "the call is JSON, but no object"),
        ('{"name": "weather", "parameters": 1}', "weather", "the arguments are JSON, but no object"),
    ],
)
def test_a_call_that_cannot_be_read_says_so(text: str, name: str, error: str) -> None:
    _, [call] = read(text)
    assert (call.name, call.arguments) == (name, {})
    assert call.error is not None
    assert call.error.startswith(error)
    assert call.text


def test_special_tokens_are_taken_out() -> None:
    text = "<|begin|>One<|end|> and <|two|><|eom|>"
    for at in range(len(text) + 1):
        assert read_in_pieces(CallReader(special=SPECIAL), [text[:at], text[at:]]) == ("One and <|two|>", ())


def test_llamas_mark_is_no_text_even_where_no_call_follows() -> None:
    assert read_in_pieces(CallReader(special=SPECIAL), ["<|python_tag|>", "print(1)<|eom|>"]) == (
        "print(1)",
        (),
    )


# ---- Whatever a model writes

fragments = st.sampled_from(
    [
        "<tool_call>",
        "</tool_call>",
        "<function=f>",
        "</function>",
        "<parameter=p>",
        "</parameter>",
        "[TOOL_CALLS]",
        "[ARGS]",
        "[CALL_ID]",
        "<|python_tag|>",
        "<|end|>",
        '{"name": "f", "arguments": {"a": 1}}',
        '{"name": "f", "parameters": {}}',
        '[{"name": "f"}]',
        "{",
        "}",
        "[",
        "]",
        "<",
        "[TOOL",
        "<|",
        ";",
        '"',
        " ",
        "\n",
        "f",
        "9" * 5000,
        "[" * 2000,
    ]
) | st.text(max_size=6)
astray = st.lists(fragments, max_size=12).map("".join)


@st.composite
def cut(draw: st.DrawFn) -> list[str]:
    text = draw(astray)
    ends = sorted(draw(st.lists(st.integers(0, len(text)), max_size=6)))
    return [text[start:end] for start, end in zip([0, *ends], [*ends, len(text)], strict=True)]


@given(cut())
def test_reading_in_pieces_equals_reading_whole(pieces: list[str]) -> None:
    whole = read_in_pieces(CallReader(special=SPECIAL, tools=[WEATHER]), ["".join(pieces)])
    assert read_in_pieces(CallReader(special=SPECIAL, tools=[WEATHER]), pieces) == whole


@given(astray)
def test_nothing_raises_and_a_broken_call_has_no_arguments(text: str) -> None:
    _, calls = read(text, tools=[WEATHER])
    for call in calls:
        assert call.error is None or call.arguments == {}


@given(st.text(alphabet=st.characters(blacklist_characters="<[{"), max_size=40))
def test_a_text_without_marks_is_given_back(text: str) -> None:
    assert read_in_pieces(CallReader(special=SPECIAL), list(text)) == (text, ())


# ---- Thoughts


def parted(pieces: list[str], *, is_open: bool = False) -> tuple[str, str]:
    reader = ThoughtReader(is_open=is_open)
    parts = [*map(reader.take, pieces), reader.end()]
    return "".join(thought for thought, _ in parts), "".join(rest for _, rest in parts)


@pytest.mark.parametrize(
    ("text", "is_open", "thought", "rest"),
    [
        ("<think>Or <tool_call>?</think>\n\nYes", False, "<think>Or <tool_call>?</think>", "\n\nYes"),
        ("\n<think>a", False, "\n<think>a", ""),
        ("Hm.</think>Yes</think>", True, "Hm.</think>", "Yes</think>"),
        ("Hm. </thi", True, "Hm. </thi", ""),
        ("<thi", False, "", "<thi"),
        (" \n", False, "", " \n"),
        ("Yes <think>no</think>", False, "", "Yes <think>no</think>"),
    ],
)
def test_a_thought_is_parted_from_the_answer(text: str, is_open: bool, thought: str, rest: str) -> None:
    for at in range(len(text) + 1):
        assert parted([text[:at], text[at:]], is_open=is_open) == (thought, rest)
    assert parted(list(text), is_open=is_open) == (thought, rest)
