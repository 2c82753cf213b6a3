"""Reading tool calls out of a text: whatever a model writes, and however the text is cut into pieces."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.providers.chat.tool_emulation_parser import CLOSE, OPEN, Reader, read, written

scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
arguments = st.dictionaries(st.text(max_size=10) | st.sampled_from([OPEN, CLOSE, "<"]), values, max_size=4)
names = st.text(min_size=1, max_size=20).filter(str.strip)
calls = st.builds(lambda name, given: ToolCall("", name, given), names, arguments)
plain = st.text(max_size=30).map(lambda text: text.replace("<", ""))
# What a model that goes astray is likely to write.
fragments = st.sampled_from(
    [
        OPEN,
        CLOSE,
        "<",
        "</tool",
        "```json\n",
        "```",
        "{",
        "}",
        "[",
        '{"name": "f"}',
        '"',
        "\\",
        " ",
        "\n",
        "x",
    ]
) | st.text(max_size=6)
astray = st.lists(fragments, max_size=14).map("".join)


def plain_calls(found: tuple[ToolCall, ...]) -> list[tuple[str, Any, bool]]:
    return [(call.name, dict(call.arguments), call.error is None) for call in found]


@given(st.lists(calls, min_size=1, max_size=3), plain, plain)
def test_what_is_written_is_read_again(asked: list[ToolCall], before: str, after: str) -> None:
    text, found = read(before + "\n".join(map(written, asked)) + after)
    assert plain_calls(found) == [(call.name, dict(call.arguments), True) for call in asked]
    assert text == "\n".join(part for part in (before.rstrip(), after.lstrip()) if part.strip())


@given(plain)
def test_a_text_without_calls_stays_as_it_is(text: str) -> None:
    assert read(text) == (text, ())


@given(astray)
def test_nothing_that_a_model_writes_raises(text: str) -> None:
    rest, found = read(text)
    assert all(call.error is None or call.error for call in found)
    assert found or rest == text


@given(
    astray | st.lists(calls, max_size=2).map(lambda asked: "So:\n" + "\n".join(map(written, asked))),
    st.data(),
)
def test_pieces_give_what_the_whole_gives(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), max_size=6)))
    reader = Reader()
    parts = [reader.take(text[a:b]) for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    assert ("".join(parts) + reader.end(), tuple(reader.calls)) == read(text)


@given(st.lists(calls, max_size=4), st.integers(1, 50))
def test_each_call_has_an_id_of_its_own(asked: list[ToolCall], first: int) -> None:
    _, found = read("".join(map(written, asked)), first)
    assert [call.id for call in found] == [f"call_{first + i}" for i in range(len(asked))]


@given(calls, st.integers(1))
def test_a_call_that_was_cut_off_is_an_error_or_text(asked: ToolCall, missing: int) -> None:
    whole = written(asked)
    cut = whole[: max(0, len(whole) - 1 - missing % len(whole))]
    text, found = read(cut)
    assert not any(call.error is None for call in found)
    assert found or text == cut


@pytest.mark.parametrize(
    ("body", "name", "error"),
    [
        ('{"name": "f", "arguments": {"a": ', "f", "no JSON"),
        ('{"name": "f", "arguments": {}}}', "f", "something stands after it"),
        ("f(a=1)", "", "no JSON"),
        ("", "", "no JSON"),
        ('{"arguments": {}}', "", "has no name"),
        ('{"name": " "}', "", "has no name"),
        ('{"name": 7}', "", "has no name"),
        ('["f"]', "", "no object"),
        ("[]", "", "no object"),
        ('{"name": "f", "arguments": [1]}', "f", "no object"),
        ('{"name": "f", "arguments": "{"}', "f", "no JSON"),
        ('{"name": "f", "arguments": 0}', "f", "no object"),
        ('{"a":' * 100_000, "", "recursion"),
        ("9" * 5000, "", "no JSON"),
        ('{"name": "f", "arguments": {"n": ' + "9" * 5000 + "}}", "f", "no JSON"),
    ],
)
def test_a_call_that_cannot_be_read_says_why(body: str, name: str, error: str) -> None:
    text, [call] = read(f"So: {OPEN}{body}{CLOSE} Done.")
    assert text == "So:\nDone."
    assert (call.name, dict(call.arguments), call.text) == (name, {}, body.strip())
    assert error in (call.error or "")


@pytest.mark.parametrize(
    "body",
    [
        '{"name": "f", "arguments": {"a": 1}}',
        ' \n{"name": "f", "parameters": {"a": 1}}\n ',
        '```json\n{"name": "f", "arguments": {"a": 1}}\n```',
        '{"name": "f", "arguments": "{\\"a\\": 1}"}',
        '{"type": "function", "function": {"name": "f", "arguments": {"a": 1}}}',
        '[{"name": "f", "arguments": {"a": 1}}]',
    ],
)
def test_the_forms_that_models_write_are_read(body: str) -> None:
    assert plain_calls(read(OPEN + body + CLOSE)[1]) == [("f", {"a": 1}, True)]


def test_several_calls_in_one_block_are_several_calls() -> None:
    _, found = read(f'{OPEN}[{{"name": "f"}}, {{"name": "g"}}]{CLOSE}')
    assert plain_calls(found) == [("f", {}, True), ("g", {}, True)]


@pytest.mark.parametrize(
    "text",
    ["Write <tool_call> and its end.", "<tool_call>", "a <tool_call", "</tool_call> {", "<tool_call> <"],
)
def test_a_tag_that_only_is_spoken_of_is_text(text: str) -> None:
    assert read(text) == (text, ())


def test_a_call_without_its_end_does_not_take_the_next_one_along() -> None:
    text, found = read(f'{OPEN}{{"name": "f"}}\n{OPEN}{{"name": "g"}}{CLOSE}')
    assert (text, plain_calls(found)) == ("", [("f", {}, False), ("g", {}, True)])
    assert "has no end" in (found[0].error or "")


def test_text_goes_out_as_soon_as_it_can_be_no_call() -> None:
    reader = Reader()
    assert reader.take("Let me see. ") == "Let me see."
    assert reader.take("Is 1 < 2?") == " Is 1 < 2?"
    assert reader.take(" <tool") == ""
    assert reader.take("s> it is") == " <tools> it is"
    assert reader.take(f"\n{OPEN}") + reader.take('{"name": "f"}') == ""
    assert reader.take(f"{CLOSE}\n") + reader.end() == ""
    assert plain_calls(tuple(reader.calls)) == [("f", {}, True)]


def test_a_call_that_could_not_be_read_goes_back_as_it_was_written() -> None:
    bad = f'{OPEN}{{"name": "f", "arg{CLOSE}'
    [call] = read(bad)[1]
    assert written(call) == bad
    assert '"name": "f"' in written(ToolCall("1", "f", {}, "no JSON", '{"ci'))
