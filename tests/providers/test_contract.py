"""What every adapter must do, whatever its SDK. A new adapter is in these tests as soon as its file exists."""

from __future__ import annotations

import subprocess
import sys
from typing import Any, get_args

import pytest

from modelcatalog.catalog.entries import Target
from modelcatalog.providers.adapter import adapter_names, is_adapter, load_adapter
from modelcatalog.providers.sdk import import_sdk, installed_version, is_old

from support import answers
from support.recording_server import RecordingServer, closed_port
from support.roads import KEY, Road, call, connection_to

WEATHER = {
    "name": "weather",
    "description": "The weather of a city",
    "parameters": {"type": "object", "properties": {"city": {"type": "string"}}},
}


def test_importing_every_adapter_imports_no_sdk_and_no_http_library() -> None:
    code = """
import sys
from modelcatalog.providers.adapter import _adapters, load_adapter
for name in _adapters():
    load_adapter(name)
print(*sorted(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True)
    heavy = {"openai", "httpx2", "httpx", "asyncio", "ssl", "socket", "pydantic", "yaml", "typer"}
    assert not heavy & set(done.stdout.split())


def test_shared_modules_are_not_taken_for_adapters() -> None:
    assert {"openai", "openai_azure"} <= set(adapter_names())
    assert not any(
        map(is_adapter, ["adapter", "secret", "openai_client", "nothing", "../catalog/errors", ""])
    )


def test_an_unknown_adapter_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(LookupError, match=r"'opnai'.*openai_azure"):
        load_adapter("opnai")


def test_the_package_is_installed_and_new_enough(adapter_name: str) -> None:
    package = load_adapter(adapter_name).PACKAGE
    installed = installed_version(package.distribution)
    assert installed is not None
    assert not is_old(installed, package.minimum)
    assert import_sdk(package).__name__ == package.import_name


def test_targets_are_words_of_the_catalog(adapter_name: str) -> None:
    adapter = load_adapter(adapter_name)
    assert set(get_args(Target)) >= adapter.TARGETS
    assert {"base_url", "api_key"} <= adapter.SETTINGS


def test_ambient_variables_are_told_once_and_with_their_effect(adapter_name: str) -> None:
    ambient = load_adapter(adapter_name).AMBIENT
    assert len({one.variable for one in ambient}) == len(ambient)
    assert all(one.effect.startswith(("would ", "its ")) for one in ambient)


def test_the_client_is_the_vendors_own_class(road: Road) -> None:
    client = road.client(connection_to("http://127.0.0.1:1"))
    module, name = road.adapter.client_name(road.sync).split(".")
    assert type(client) is getattr(import_sdk(road.adapter.PACKAGE), name)
    assert module == road.adapter.PACKAGE.import_name


def test_parameters_are_those_of_the_client(adapter_name: str) -> None:
    adapter = load_adapter(adapter_name)
    taken = adapter.parameters("client")
    assert taken is not None
    assert {"timeout", "max_retries", "default_headers"} <= taken
    assert not any(name == "self" or name.startswith("_") for name in taken)
    requested = adapter.parameters("request")
    assert requested is not None
    assert {"temperature", "extra_body"} <= requested
    assert adapter.parameters("body") is None


def test_building_reaches_no_network(road: Road) -> None:
    built = road.adapter.build(connection_to(f"http://127.0.0.1:{closed_port()}"), sync=road.sync)
    assert (built.close is None) is not road.sync
    assert (built.aclose is None) is road.sync


def test_a_chat_gives_text_usage_and_the_reason_for_its_end(road: Road, server: RecordingServer) -> None:
    reply = road.chat(connection_to(server.url), call())
    assert (reply.text, reply.stop_reason, reply.model) == ("Hello", "stop", "recorded")
    assert reply.usage is not None
    assert (reply.usage.input_tokens, reply.usage.output_tokens) == (3, 5)
    assert KEY in server.last.everything


def test_a_stream_gives_pieces_and_then_the_rest(road: Road, server: RecordingServer) -> None:
    *pieces, last = road.stream(connection_to(server.url), call())
    assert [piece.text for piece in pieces] == ["Hel", "lo"]
    assert (last.text, last.stop_reason) == ("", "stop")
    assert last.usage is not None


def test_options_of_the_call_reach_the_service(road: Road, server: RecordingServer) -> None:
    options: dict[str, Any] = {"max_tokens": 9, "temperature": 0.5, "top_p": 0.25, "stop": ["x"], "seed": 7}
    road.chat(connection_to(server.url), call(**options))
    assert server.last.json.items() >= options.items()


def test_what_is_not_asked_for_is_not_sent(road: Road, server: RecordingServer) -> None:
    road.chat(connection_to(server.url), call())
    assert server.last.json.keys() == {"model", "messages", "stream"}


def test_tools_go_out_and_calls_come_in(road: Road, server: RecordingServer) -> None:
    server.answer(answers.chat(None, tool_calls=[answers.tool_call("weather", '{"city": "Bern"}')]))
    reply = road.chat(connection_to(server.url), call(tools=[WEATHER], tool_choice="weather"))
    assert server.last.json["tools"] == [{"type": "function", "function": WEATHER}]
    assert server.last.json["tool_choice"] == {"type": "function", "function": {"name": "weather"}}
    [asked] = reply.tool_calls
    assert (asked.id, asked.name, asked.arguments, asked.error) == (
        "call-1",
        "weather",
        {"city": "Bern"},
        None,
    )


def test_a_reply_and_a_tools_result_go_back_as_messages(road: Road, server: RecordingServer) -> None:
    server.answer(answers.chat(None, tool_calls=[answers.tool_call("weather", '{"city": "Bern"}')]))
    connection = connection_to(server.url)
    first = call(tools=[WEATHER])
    reply = road.chat(connection, first)
    result = {"role": "tool", "tool_call_id": reply.tool_calls[0].id, "content": "rain"}
    messages = [*first.messages, reply.message, result]
    road.chat(connection, type(first).of("m/1", messages))
    assert server.last.json["messages"][1]["tool_calls"] == [answers.tool_call("weather", '{"city": "Bern"}')]
    assert server.last.json["messages"][2] == result


def test_request_arguments_reach_each_call(road: Road, server: RecordingServer) -> None:
    connection = connection_to(
        server.url, arguments={"request": {"top_p": 0.5}, "body": {"transforms": ["middle-out"]}}
    )
    args = road.adapter.request_args(connection)
    road.chat(connection, type(call()).of("m/1", call().messages, args, {"extra_body": {"route": "x"}}))
    assert server.last.json.items() >= {"top_p": 0.5, "transforms": ["middle-out"], "route": "x"}.items()


def test_client_arguments_win_over_ours(road: Road, server: RecordingServer) -> None:
    given = {
        "timeout": 7.0,
        "max_retries": 4,
        "default_headers": {"X-Two": "theirs"},
        "default_query": {"q": "1"},
    }
    connection = connection_to(
        server.url, timeout=99.0, headers={"X-One": "1", "x-two": "ours"}, arguments={"client": given}
    )
    client = road.client(connection)
    assert (client.timeout, client.max_retries) == (7.0, 4)
    road.chat(connection, call())
    assert server.last.headers.items() >= {"x-one": "1", "x-two": "theirs"}.items()
    assert server.last.query["q"] == ["1"]


def test_timeout_and_retries_are_the_sdks_own_unless_given(road: Road) -> None:
    usual = road.client(connection_to("http://127.0.0.1:1", max_retries=None))
    told = road.client(connection_to("http://127.0.0.1:1", max_retries=0, timeout=3.5))
    assert (usual.timeout.read, usual.timeout.connect, usual.max_retries) == (600, 5.0, 2)
    assert (told.timeout, told.max_retries) == (3.5, 0)


def test_models_are_listed(road: Road, server: RecordingServer) -> None:
    assert road.list_models(connection_to(server.url)) == ["small", "large"]


def test_the_list_of_models_may_be_a_bare_array(road: Road, server: RecordingServer) -> None:
    server.answer(answers.as_json([{"id": "a"}, {"name": "b"}, "c", {}, 7]))
    assert road.list_models(connection_to(server.url), path="/all") == ["a", "b", "c"]
    assert server.last.path.endswith("/all")


def test_the_list_of_models_is_bounded(road: Road, server: RecordingServer) -> None:
    server.answer(answers.models(*map(str, range(10_050))))
    assert len(road.list_models(connection_to(server.url))) == 10_000
    assert len(server.requests) == 1


def test_an_unreachable_service_fails_at_connect(road: Road) -> None:
    failure = road.failure(connection_to(f"http://127.0.0.1:{closed_port()}/v1"), call())
    assert (failure.step, failure.reason, failure.status, failure.method) == (
        "connect",
        "refused",
        None,
        "POST",
    )
    assert failure.url is not None
    assert failure.url.startswith("http://127.0.0.1:")


def test_any_exception_can_be_explained(adapter_name: str) -> None:
    failure = load_adapter(adapter_name).failure(RuntimeError("sk-12345 is bad\x1b[31m"), ["sk-12345"])
    assert (failure.step, failure.reason) == ("request", "error")
    assert failure.detail == "RuntimeError: **** is bad [31m"


def test_a_connection_shows_no_secret(road: Road) -> None:
    connection = connection_to("http://127.0.0.1:1", headers={"X": "LEAK"}, ambient={"A": "LEAK"})
    shown = f"{connection!r} {road.adapter.build(connection, sync=road.sync)!r}"
    assert KEY not in shown
    assert "LEAK" not in shown


def test_no_two_builds_share_a_client(road: Road) -> None:
    connection = connection_to("http://127.0.0.1:1")
    first, second = road.client(connection), road.client(connection)
    assert first is not second
    assert first._client is not second._client


def test_one_tls_context_serves_all_clients(road: Road) -> None:
    def context(client: Any) -> object:
        return client._client._transport._pool._ssl_context

    connection = connection_to("https://127.0.0.1:1")
    assert context(road.client(connection)) is context(road.client(connection))
