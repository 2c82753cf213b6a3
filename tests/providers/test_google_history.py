"""A conversation as Gemini takes it: calls, their signatures and results, pictures."""

from __future__ import annotations

from typing import Any

import pytest

from modelcatalog.providers.adapter.chat_types import ChatCall
from modelcatalog.providers.adapter.tool_types import ToolCall
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call

from support.services import service_of


@pytest.fixture(params=["google"])
def adapter_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.mark.parametrize("adapter_name", ["google", "google_vertex", "vertex"])
def test_the_signature_of_a_call_goes_back_with_it(runner: Runner, server: RecordingServer) -> None:
    said = {"functionCall": {"name": "weather", "args": {"days": 3}}, "thoughtSignature": "c2lnbmVk"}
    server.answer(answers.as_json({"candidates": [{"content": {"parts": [said]}, "finishReason": "STOP"}]}))
    connection = runner.connection(server.origin)
    reply = runner.chat(connection, call())
    [one] = reply.tool_calls
    assert one.arguments == {"days": 3}
    result = {"role": "tool", "tool_call_id": one.id, "content": '{"sky": "grey"}'}
    runner.chat(connection, ChatCall.of("m/1", [*call().messages, reply.message, result]))
    _, back, answer = server.last.json["contents"]
    [part] = back["parts"]
    assert part["functionCall"] == {"name": "weather", "args": {"days": 3}}
    assert part.get("thoughtSignature", part.get("thought_signature")) == "c2lnbmVk"
    # No id came, so none goes back; a result that is a JSON object stays one.
    assert answer["parts"] == [{"functionResponse": {"name": "weather", "response": {"sky": "grey"}}}]


def test_calls_in_openais_form_and_results_by_name_are_taken(runner: Runner, server: RecordingServer) -> None:
    function = {"name": "weather", "arguments": '{"city": "Bern"}'}
    history: list[dict[str, Any]] = [
        {"role": "developer", "content": "Be brief"},
        {"role": "user", "content": "Rain?"},
        {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "function": function}]},
        {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "yes"}]},
        {"role": "tool", "name": "clock", "content": "noon"},
        {"role": "user", "content": "So?"},
    ]
    runner.chat(runner.connection(server.origin), ChatCall.of("m/1", history))
    assert server.last.json["systemInstruction"]["parts"] == [{"text": "Be brief"}]
    user, model, results = server.last.json["contents"]
    assert (user["role"], model["role"], results["role"]) == ("user", "model", "user")
    assert model["parts"] == [{"functionCall": {"id": "c1", "name": "weather", "args": {"city": "Bern"}}}]
    first, second, text = results["parts"]
    assert first["functionResponse"] == {"id": "c1", "name": "weather", "response": {"output": "yes"}}
    assert second["functionResponse"] == {"name": "clock", "response": {"output": "noon"}}
    assert text == {"text": "So?"}


def test_pictures_and_the_services_own_parts_go_out(runner: Runner, server: RecordingServer) -> None:
    content = [
        "Look",
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "image_url", "image_url": "gs://bucket/cat.png"},
        {"file_data": {"file_uri": "gs://bucket/dog.png"}},
    ]
    runner.chat(runner.connection(server.origin), ChatCall.of("m/1", [{"role": "user", "content": content}]))
    text, inline, linked, own = server.last.json["contents"][0]["parts"]
    assert text == {"text": "Look"}
    assert inline["inlineData"]["data"] == "AAAA"
    assert list(linked) == list(own) == ["fileData"]


def test_a_call_shows_neither_arguments_nor_ids_of_ours_to_the_service(
    runner: Runner, server: RecordingServer
) -> None:
    assert service_of(runner.adapter_name).has_call_ids
    calls = [ToolCall("", "weather", {}), ToolCall("modelcatalog-1", "weather", {})]
    history = [*call().messages, {"role": "assistant", "content": "", "tool_calls": calls}]
    runner.chat(runner.connection(server.origin), ChatCall.of("m/1", history))
    assert [list(part["functionCall"]) for part in server.last.json["contents"][1]["parts"]] == [
        ["args", "name"],
        ["args", "name"],
    ]
