"""Messages for a model in this process: each kind of content, and each form that is tried when a template refuses."""

from __future__ import annotations

from typing import Any

import pytest

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.providers.adapter.tool_types import Tool, ToolCall
from modelcatalog.providers.local.messages import described, forms, uniform_messages
from modelcatalog.providers.local.template_options import kwargs_of

USER: dict[str, Any] = {"role": "user", "content": "hi"}


def asked(*identities: str, content: str = "See") -> dict[str, Any]:
    calls = [ToolCall(one, f"f{one}", {"a": 1}) for one in identities]
    return {"role": "assistant", "content": content, "tool_calls": calls}


def result(identity: str) -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": identity, "content": f"of {identity}"}


def written(identity: str, name: str = "") -> dict[str, Any]:
    function = {"name": name or f"f{identity}", "arguments": {"a": 1}}
    return {"id": identity, "type": "function", "function": function}


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (USER, "hi"),
        ({"role": "user", "content": [{"type": "text", "text": "a"}, {"type": "text", "text": "b"}]}, "ab"),
        ({"role": "user", "content": ({"type": "text", "text": "a"},)}, "a"),
        ({"role": "user", "content": {"type": "text", "text": 7}}, "7"),
        ({"role": "user", "content": [{"type": "text"}]}, ""),
        ({"role": "assistant", "content": None}, ""),
        ({"role": "assistant"}, ""),
        ({"role": "tool", "content": {"ä": 1}}, '{"ä": 1}'),
        ({"role": "tool", "content": 7}, "7"),
        ({"role": "tool", "content": None}, ""),
        ({"role": "tool", "content": [{"type": "text", "text": "a"}]}, "a"),
    ],
)
def test_each_kind_of_content_becomes_text(message: dict[str, Any], text: str) -> None:
    assert uniform_messages([message]) == [{**message, "content": text}]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ([{"type": "image_url"}], "image_url"),
        ([{}], "None"),
        (["a"], "str"),
        ([7], "int"),
        (7, "int"),
        ({"type": "video"}, "video"),
    ],
)
def test_what_is_no_text_is_refused(content: Any, kind: str) -> None:
    with pytest.raises(ArgumentError, match=rf"takes text only, and a message holds {kind}\.$") as caught:
        uniform_messages([{"role": "user", "content": content}])
    assert caught.value.argument == "messages"


def test_calls_and_results_have_one_form() -> None:
    theirs = {"id": "b", "function": {"name": "g", "arguments": '{"a": 1}'}}
    first = asked("a")
    first["tool_calls"].append(theirs)
    messages = [first, result("a"), {**result("b"), "name": "own"}, result("c"), {**USER, "tool_calls": []}]
    one, *results, last = uniform_messages(messages)
    assert one == {**first, "tool_calls": [written("a"), written("b", "g")]}
    assert [message.get("name") for message in results] == ["fa", "own", None]
    assert last == USER
    assert uniform_messages([{**USER, "tool_call_id": "a"}]) == [{**USER, "tool_call_id": "a"}]


def test_a_tool_is_described() -> None:
    inner = {"name": "f", "description": "Why", "parameters": {"type": "object"}}
    assert described(Tool("f", "Why", {"type": "object"})) == {"type": "function", "function": inner}


def forms_of(*messages: dict[str, Any]) -> list[list[dict[str, Any]]]:
    return list(forms(uniform_messages(messages)))


def test_a_plain_chat_has_one_form() -> None:
    said = {"role": "assistant", "content": "A"}
    assert forms_of(USER, said, USER) == [[USER, said, USER]]


def test_ids_become_short_and_then_each_call_has_its_message() -> None:
    first, second, third = forms_of(USER, asked("x", "y"), result("y"), result("x"), result("z"), USER)
    ids = ["call00001", "call00002", "call00003"]
    assert [one["id"] for one in first[1]["tool_calls"]] == ["x", "y"]
    assert [one["id"] for one in second[1]["tool_calls"]] == ids[:2]
    assert [one["tool_call_id"] for one in second[2:5]] == [ids[1], ids[0], ids[2]]
    shown = [
        (one["role"], one["content"], [call["id"] for call in one.get("tool_calls", [])]) for one in third
    ]
    assert shown == [
        ("user", "hi", []),
        ("assistant", "See", ids[:1]),
        ("tool", "of x", []),
        ("assistant", "", ids[1:2]),
        ("tool", "of y", []),
        ("tool", "of z", []),
        ("user", "hi", []),
    ]
    assert "tool_calls" not in second[0]


def test_one_call_stays_where_it_is() -> None:
    assert len(forms_of(USER, asked("x"), result("x"))) == 2


@pytest.mark.parametrize(
    ("messages", "last"),
    [
        (
            [("system", "A"), ("user", "B"), ("developer", "C"), ("user", "D")],
            [("user", "A\n\nC\n\nB\n\nD")],
        ),
        ([("assistant", "A"), ("system", "B"), ("user", "C")], [("assistant", "A"), ("user", "B\n\nC")]),
        ([("assistant", "A"), ("assistant", "B")], [("assistant", "A\n\nB")]),
        ([("system", "A"), ("assistant", "B"), ("assistant", "C")], None),
        ([("system", "A")], None),
        ([("user", "A"), ("other", "B"), ("other", "C")], None),
    ],
)
def test_turns_alternate_without_a_system(
    messages: list[tuple[str, str]], last: list[tuple[str, str]] | None
) -> None:
    whole = [{"role": role, "content": content} for role, content in messages]
    found = forms_of(*whole)
    assert found[0] == whole
    if last is None:
        assert len(found) == 1
    else:
        assert [(one["role"], one["content"]) for one in found[-1]] == last
        assert len(found) == 2


def test_messages_with_calls_are_not_joined() -> None:
    said = {"role": "assistant", "content": "A"}
    system = {"role": "system", "content": "S"}
    *_, last = forms_of(system, USER, said, asked("x"), said, said)
    assert [one["role"] for one in last] == ["user", "assistant", "assistant", "assistant"]
    assert last[-1]["content"] == "A\n\nA"


@pytest.mark.parametrize("given", [None, {}])
def test_a_template_needs_no_arguments(given: Any) -> None:
    assert kwargs_of(given) == {}
