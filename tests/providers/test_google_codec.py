"""Gemini's generateContent, written and read: every kind of message, option, part, reason and count by itself."""

from __future__ import annotations

import json
from enum import Enum
from types import SimpleNamespace as Of
from typing import Any

import pytest

from modelcatalog.providers.adapter.chat_types import AnswerError, ChatCall, Usage
from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.providers.google import codec
from modelcatalog.providers.google.codec import SignedCall, contents, options, signed, system_instruction
from modelcatalog.providers.google.decoder import Pieces, plain, reply

USER: dict[str, Any] = {"role": "user", "content": "hi"}
CALL = ToolCall("c1", "weather", {"city": "Bern"})


def parts_of(*messages: dict[str, Any], ids: bool = True, signatures: bool = True) -> list[tuple[str, Any]]:
    found = contents(messages, ids=ids, signatures=signatures)
    return [(one["role"], one["parts"]) for one in found]


@pytest.mark.parametrize(
    ("option", "sent"),
    [
        ({}, {}),
        ({"max_tokens": 0}, {"max_output_tokens": 0}),
        ({"temperature": 0.0}, {"temperature": 0.0}),
        ({"top_p": 0.5}, {"top_p": 0.5}),
        ({"seed": 0}, {"seed": 0}),
        ({"stop": "x"}, {"stop_sequences": ["x"]}),
        ({"stop": ("x", "y")}, {"stop_sequences": ["x", "y"]}),
        ({"stop": []}, {"stop_sequences": []}),
    ],
)
def test_each_option_is_written_alone(option: dict[str, Any], sent: dict[str, Any]) -> None:
    assert options(ChatCall("m", (USER,), **option)) == sent


@pytest.mark.parametrize(
    ("choice", "config"),
    [
        ("auto", {"mode": "AUTO"}),
        ("none", {"mode": "NONE"}),
        ("required", {"mode": "ANY"}),
        ("weather", {"mode": "ANY", "allowed_function_names": ["weather"]}),
    ],
)
def test_a_choice_among_tools_is_a_mode(choice: str, config: dict[str, Any]) -> None:
    assert codec.tool_config(choice) == {"function_calling_config": config}


def test_the_systems_words_stand_apart() -> None:
    messages = [{"role": "system", "content": "A"}, USER, {"role": "developer", "content": ["B", "C"]}]
    assert system_instruction(messages) == {"parts": [{"text": "A"}, {"text": "B"}, {"text": "C"}]}
    assert parts_of(*messages) == [("user", [{"text": "hi"}])]
    assert system_instruction([USER, {"role": "system", "content": ""}]) is None


def test_neighbours_of_one_role_are_one() -> None:
    said = {"role": "assistant", "content": "A"}
    assert parts_of(USER, USER, said, said, USER) == [
        ("user", [{"text": "hi"}, {"text": "hi"}]),
        ("model", [{"text": "A"}, {"text": "A"}]),
        ("user", [{"text": "hi"}]),
    ]
    assert parts_of({"role": "user", "content": ""}, {"role": "assistant", "content": None}) == []


IMAGE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


@pytest.mark.parametrize(
    ("content", "parts"),
    [
        ("A", [{"text": "A"}]),
        ({"type": "text", "text": "A"}, [{"text": "A"}]),
        (["A", {"text": "B"}], [{"text": "A"}, {"text": "B"}]),
        ([{"video": 1}], [{"video": 1}]),
        (({"type": "text", "text": "A"},), [{"text": "A"}]),
        ([IMAGE], [{"inline_data": {"mime_type": "image/png", "data": b"\0\0\0"}}]),
        (
            [{"type": "image_url", "image_url": "https://x/;base64,AAAA"}],
            [{"file_data": {"file_uri": "https://x/;base64,AAAA"}}],
        ),
        ([{"type": "image_url", "image_url": "data:x"}], [{"file_data": {"file_uri": "data:x"}}]),
    ],
)
def test_each_kind_of_content_is_written(content: Any, parts: list[Any]) -> None:
    assert parts_of({"role": "user", "content": content}) == [("user", parts)]


@pytest.mark.parametrize("content", [7, object(), True])
def test_what_is_no_content_is_refused(content: Any) -> None:
    with pytest.raises(TypeError, match="expected a text or a list of parts as content"):
        parts_of({"role": "user", "content": content})


@pytest.mark.parametrize("ids", [True, False])
@pytest.mark.parametrize(
    ("identity", "known"), [("c1", True), ("", False), ("modelcatalog-1", False), ("modelcatalog", True)]
)
def test_only_an_id_of_the_services_goes_back(identity: str, known: bool, ids: bool) -> None:
    call = ToolCall(identity, "weather", {"a": 1})
    asked = {"role": "assistant", "content": "", "tool_calls": [call]}
    result = {"role": "tool", "tool_call_id": identity, "name": "other", "content": "x"}
    (_, [one]), (_, [back]) = parts_of(asked, result, ids=ids)
    extra = {"id": identity} if known and ids else {}
    assert one == {"function_call": {"name": "weather", "args": {"a": 1}, **extra}}
    assert back == {"function_response": {"name": "weather", "response": {"output": "x"}, **extra}}


@pytest.mark.parametrize(
    ("result", "name"),
    [
        ({"tool_call_id": "c9", "name": "clock"}, "clock"),
        ({"tool_call_id": "c9"}, "c9"),
        ({"tool_call_id": None, "name": "clock"}, "clock"),
        ({}, ""),
    ],
)
def test_a_result_without_its_call_has_the_name_that_it_says(result: dict[str, Any], name: str) -> None:
    [(role, [part])] = parts_of({"role": "tool", "content": "x", **result})
    assert (role, part["function_response"]["name"]) == ("user", name)


@pytest.mark.parametrize(
    ("content", "response"),
    [
        ("rain", {"output": "rain"}),
        ('{"a": 1}', {"a": 1}),
        ("[1]", {"output": "[1]"}),
        ("7", {"output": "7"}),
        ({"a": 1}, {"a": 1}),
        (None, {"output": ""}),
        ([{"type": "text", "text": "a"}, "b", {"video": 1}], {"output": "ab"}),
    ],
)
def test_a_result_is_an_object(content: Any, response: dict[str, Any]) -> None:
    [(_, [part])] = parts_of({"role": "tool", "tool_call_id": "c1", "content": content})
    assert part["function_response"]["response"] == response


@pytest.mark.parametrize("signatures", [True, False])
def test_a_signature_goes_back_where_there_is_a_place_for_it(signatures: bool) -> None:
    call = signed(CALL, b"sig")
    assert isinstance(call, SignedCall)
    assert (call.id, call.name, call.arguments) == (CALL.id, CALL.name, CALL.arguments)
    [(_, parts)] = parts_of(
        {"role": "assistant", "content": "A", "tool_calls": [call, CALL]}, signatures=signatures
    )
    assert [part.get("thought_signature") for part in parts] == [None, b"sig" if signatures else None, None]
    assert signed(CALL, b"") is signed(CALL, None) is CALL


@pytest.mark.parametrize(
    ("theirs", "call"),
    [
        (
            {"id": "c1", "function": {"name": "weather", "arguments": '{"a": 1}'}},
            {"id": "c1", "name": "weather", "args": {"a": 1}},
        ),
        (
            {"id": "c1", "function": {"name": "weather", "arguments": {"a": 1}}},
            {"id": "c1", "name": "weather", "args": {"a": 1}},
        ),
        ({"function": {"name": "now", "arguments": ""}}, {"name": "now", "args": {}}),
        ({"name": "now"}, {"name": "now", "args": {}}),
    ],
)
def test_a_call_in_openais_form_is_written(theirs: dict[str, Any], call: dict[str, Any]) -> None:
    [(_, [part])] = parts_of({"role": "assistant", "content": None, "tool_calls": [theirs]})
    assert dict(part["function_call"]) == call


# Answers


class Reason(Enum):
    STOP = 1
    MAX_TOKENS = 2
    SAFETY = 3
    FINISH_REASON_UNSPECIFIED = 4


def answered(*parts: Any, reason: Any = "STOP", **more: Any) -> Any:
    return Of(candidates=[Of(finish_reason=reason, content=Of(parts=list(parts)))], **more)


def text(said: str | None, **more: Any) -> Any:
    return Of(text=said, **more)


def called(name: str, **more: Any) -> Any:
    return Of(text=None, function_call=Of(name=name, **more))


BLOCKED = "SAFETY BLOCKLIST PROHIBITED_CONTENT SPII RECITATION IMAGE_SAFETY IMAGE_PROHIBITED_CONTENT".split()
BLOCKED += ["IMAGE_RECITATION", "MODEL_ARMOR", "JAILBREAK"]
REASONS: list[tuple[Any, str | None]] = [
    *((one, "content_filter") for one in BLOCKED),
    *((Reason.STOP, "stop"), (Reason.MAX_TOKENS, "length"), (Reason.SAFETY, "content_filter")),
    *(("STOP", "stop"), ("MAX_TOKENS", "length"), ("OTHER", "other"), (17, "17")),
    *(("FINISH_REASON_UNSPECIFIED", None), (Reason.FINISH_REASON_UNSPECIFIED, None), (0, None), ("", None)),
    *(("BLOCK_REASON_UNSPECIFIED", None), ("BLOCKED_REASON_UNSPECIFIED", None), (None, None)),
]


@pytest.mark.parametrize(("reason", "word"), REASONS, ids=str)
def test_each_reason_has_a_uniform_word(reason: Any, word: str | None) -> None:
    assert reply(answered(text("A"), reason=reason)).stop_reason == word
    pieces = Pieces()
    assert [piece.text for piece in pieces.take(answered(text("A"), reason=reason))] == ["A"]
    if word is None:
        with pytest.raises(AnswerError, match=r"^The stream broke off after 1 pieces, before"):
            pieces.end()
    else:
        assert pieces.end().stop_reason == word


@pytest.mark.parametrize(("reason", "word"), REASONS, ids=str)
def test_a_prompt_that_was_blocked_is_an_answer(reason: Any, word: str | None) -> None:
    response = Of(prompt_feedback=Of(block_reason=reason), candidates=None)
    if word is None:
        with pytest.raises(AnswerError, match=r"^The answer holds no candidate$"):
            reply(response)
        return
    found = reply(response)
    assert (found.text, found.stop_reason, found.raw) == ("", word, response)


def test_the_last_reason_of_a_stream_counts_and_nothing_after_it_takes_it_back() -> None:
    pieces = Pieces()
    for reason in (None, "MAX_TOKENS", None, "0"):
        list(pieces.take(answered(reason=reason)))
    assert pieces.count == 4
    assert pieces.end().stop_reason == "length"


def test_only_the_first_candidate_is_read() -> None:
    response = answered(text("A"))
    response.candidates.append(answered(text("B"), reason="SAFETY").candidates[0])
    found = reply(response)
    assert (found.text, found.stop_reason) == ("A", "stop")


def test_thoughts_and_empty_parts_are_no_text() -> None:
    parts = [text("Hm", thought=True), text("A", thought=False), text(""), text(None), text("B")]
    assert reply(answered(*parts)).text == "AB"
    assert reply(Of(candidates=[Of(finish_reason="STOP", content=None)])).text == ""
    assert reply(Of(candidates=[Of(finish_reason="STOP", content=Of(parts=None))])).text == ""


@pytest.mark.parametrize(("reason", "word"), [("STOP", "tool_calls"), ("MAX_TOKENS", "length")])
def test_calls_are_read_and_are_the_reason_of_a_usual_end(reason: str, word: str) -> None:
    parts = [
        text("A"),
        called("f", id="c1", args={"n": 3.0, "x": 1.5, "l": [2.0, "s"], "b": True}),
        called("g", args=None),
        called("", args={}),
        Of(text=None, function_call=None),
    ]
    found = reply(answered(*parts, reason=reason))
    one, other = found.tool_calls
    arguments = {"n": 3, "x": 1.5, "l": [2, "s"], "b": True}
    assert (one.id, one.name, one.arguments, one.error) == ("c1", "f", arguments, None)
    assert json.loads(one.text) == arguments
    assert '"n": 3,' in one.text
    assert (other.name, other.arguments, other.text) == ("g", {}, "{}")
    assert other.id.startswith("modelcatalog-")
    assert len(other.id) == len("modelcatalog-") + 16
    assert (found.text, found.stop_reason) == ("A", word)


def test_a_call_keeps_its_signature() -> None:
    part = called("f", args={})
    part.thought_signature = b"sig"
    [one] = reply(answered(part)).tool_calls
    assert isinstance(one, SignedCall)
    assert one.signature == b"sig"


@pytest.mark.parametrize(
    ("counts", "usage"),
    [
        ({}, None),
        ({"prompt": 0, "total": 0}, None),
        ({"prompt": 3}, Usage(3, 0)),
        ({"tool_use_prompt": 4}, Usage(4, 0)),
        ({"candidates": 5}, Usage(0, 5)),
        ({"thoughts": 6}, Usage(0, 6)),
        ({"total": 7}, Usage(0, 0)),
        ({"prompt": 3, "tool_use_prompt": 4, "candidates": 5, "thoughts": 6}, Usage(7, 11)),
        ({"prompt": 3, "candidates": None}, Usage(3, 0)),
    ],
)
def test_tokens_are_added_up(counts: dict[str, int | None], usage: Usage | None) -> None:
    metadata = Of(**{f"{name}_token_count": count for name, count in counts.items()})
    assert reply(answered(text("A"), usage_metadata=metadata)).usage == usage


def test_the_last_usage_and_model_of_a_stream_count() -> None:
    pieces = Pieces()
    for made, model in ((1, "m-1"), (2, "m-2"), (0, None)):
        metadata = Of(candidates_token_count=made)
        list(pieces.take(answered(text("A"), usage_metadata=metadata, model_version=model)))
    assert (pieces.end().usage, pieces.model) == (Usage(0, 2), "m-2")
    assert reply(answered(text("A"), model_version="m")).model == "m"


def test_an_answer_without_anything_is_none() -> None:
    for response in (Of(), Of(candidates=[]), Of(candidates=None, prompt_feedback=None)):
        with pytest.raises(AnswerError, match=r"^The answer holds no candidate$"):
            reply(response)
        pieces = Pieces()
        assert list(pieces.take(response)) == []
        with pytest.raises(AnswerError, match=r"^The stream was empty$"):
            pieces.end()


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (1.0, 1),
        (1.5, 1.5),
        ({1: 2.0}, {"1": 2}),
        ([1.0, (2.0,)], [1, [2]]),
        ("1.0", "1.0"),
        (b"12", b"12"),
        (None, None),
        (True, True),
    ],
)
def test_whole_numbers_are_integers(value: Any, seen: Any) -> None:
    found = plain(value)
    assert (found, type(found)) == (seen, type(seen))
