"""What a chat call sends: tools, their choice, and calls of earlier messages in our form and in the SDK's."""

from __future__ import annotations

import json
from itertools import product

import pytest

from modelcatalog.providers.adapter.chat_types import ChatCall
from modelcatalog.providers.adapter.tool_types import Tool, ToolCall
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner

from support.runners import connection_to

OURS = {
    "arguments": ToolCall("a", "weather", {"city": "Bern"}),
    "text": ToolCall("a", "weather", {"city": "Bern"}, None, '{"city":  "Bern"}'),
    "broken text": ToolCall("a", "weather", {}, "no JSON", "city=Bern"),
    "nothing": ToolCall("a", "now", {}),
}
SENT = {
    "arguments": '{"city": "Bern"}',
    "text": '{"city":  "Bern"}',
    "broken text": "city=Bern",
    "nothing": "{}",
}
THEIRS = {"id": "b", "type": "function", "function": {"name": "time", "arguments": "{}"}}


@pytest.mark.parametrize(("form", "theirs"), list(product(OURS, ["none", "before", "after"])))
def test_calls_of_earlier_messages_are_sent_in_either_form(
    plain: Runner, server: RecordingServer, form: str, theirs: str
) -> None:
    calls = {"none": [OURS[form]], "before": [THEIRS, OURS[form]], "after": [OURS[form], THEIRS]}[theirs]
    messages: list[dict[str, object]] = [
        {"role": "user", "content": "hi"},
        {"role": "assistant", "content": "", "tool_calls": calls},
    ]
    plain.chat(connection_to(server.url), ChatCall.of("m/1", messages, {}, {}))
    sent = json.loads(server.last.body)["messages"]
    ours = {"id": "a", "type": "function", "function": {"name": OURS[form].name, "arguments": SENT[form]}}
    expected = {"none": [ours], "before": [THEIRS, ours], "after": [ours, THEIRS]}[theirs]
    assert sent[0] == {"role": "user", "content": "hi"}
    assert sent[1]["tool_calls"] == expected


@pytest.mark.parametrize("description", ["", "The weather"])
@pytest.mark.parametrize("choice", ["auto", "none", "required", "weather", None])
def test_tools_and_their_choice_are_sent(
    plain: Runner, server: RecordingServer, description: str, choice: str | None
) -> None:
    tool = Tool("weather", description, {"type": "object", "properties": {}})
    options = {} if choice is None else {"tool_choice": choice}
    call = ChatCall.of("m/1", [{"role": "user", "content": "hi"}], {}, {"tools": [tool], **options})
    plain.chat(connection_to(server.url), call)
    sent = json.loads(server.last.body)
    [function] = sent["tools"]
    assert function["type"] == "function"
    assert function["function"].get("description", "") == description
    assert ("description" in function["function"]) == bool(description)
    assert function["function"]["parameters"] == {"type": "object", "properties": {}}
    named = {"type": "function", "function": {"name": "weather"}}
    assert sent.get("tool_choice", "auto") == (named if choice == "weather" else choice or "auto")
