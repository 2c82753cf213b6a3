"""The two adapters on the openai SDK: paths, arguments, and what is theirs alone."""

from __future__ import annotations

import gc
from typing import Any

import pytest

from modelcatalog.providers.adapter.chat_types import ChatCall
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import KEY

from support.katan import Katan
from support.runners import connection_to


def test_the_plain_client_calls_below_its_base_url(plain: Runner, server: RecordingServer) -> None:
    plain.chat(connection_to(f"{server.url}/"), call())
    assert (server.last.method, server.last.path, server.last.query) == ("POST", "/v1/chat/completions", {})
    assert server.last.headers["authorization"] == f"Bearer {KEY}"
    assert server.last.json["model"] == "m/1"


def test_the_azure_client_calls_the_deployment_with_its_api_version(
    azure: Runner, server: RecordingServer
) -> None:
    azure.chat(connection_to(server.origin), type(call()).of("gpt-4o", call().messages))
    assert server.last.path == "/openai/deployments/gpt-4o/chat/completions"
    assert server.last.query == {"api-version": ["2024-10-21"]}
    assert server.last.headers["api-key"] == KEY


def test_azure_lists_models_below_the_resource(azure: Runner, server: RecordingServer) -> None:
    assert azure.list_models(connection_to(server.origin)) == ["small", "large"]
    assert (server.last.path, server.last.query) == ("/openai/models", {"api-version": ["2024-10-21"]})


def test_azure_sends_the_token_of_a_function(
    azure: Runner, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AZURE_OPENAI_AD_TOKEN", "LEAK")
    monkeypatch.setenv("AZURE_OPENAI_API_KEY", "LEAK")
    tokens = iter(["token-1", "token-2"])
    settings = {"token_provider": lambda: next(tokens)}

    def use(client: Any) -> Any:
        if azure.sync:
            return [azure.adapter.chat(one, call()) for one in (client, client.with_options(timeout=9))]
        return twice(client)

    async def twice(client: Any) -> None:
        for one in (client, client.with_options(timeout=9)):
            await azure.adapter.achat(one, call())

    azure.run(connection_to(server.origin, settings=settings, auth="entra"), use)
    assert [request.headers["authorization"] for request in server.requests] == [
        "Bearer token-1",
        "Bearer token-2",
    ]
    assert not any("api-key" in request.headers for request in server.requests)


def test_arguments_for_another_identity_take_the_place_of_the_key(
    azure: Runner, server: RecordingServer
) -> None:
    arguments = {"client": {"azure_ad_token": "token-0"}}
    azure.chat(connection_to(server.origin, arguments=arguments), call())
    assert server.last.headers["authorization"] == "Bearer token-0"
    assert "api-key" not in server.last.headers


def test_the_list_of_models_may_be_a_bare_array(openai_runner: Runner, server: RecordingServer) -> None:
    server.answer(answers.as_json([{"id": "a"}, {"name": "b"}, "c", {}, 7]))
    assert openai_runner.list_models(connection_to(server.url), path="/all") == ["a", "b", "c"]
    assert server.last.path.endswith("/all")


def test_arguments_for_the_body_are_joined_to_those_of_the_call(
    openai_runner: Runner, server: RecordingServer
) -> None:
    connection = connection_to(server.url, arguments={"body": {"transforms": ["middle-out"]}})
    args = openai_runner.adapter.request_args(connection)
    openai_runner.chat(connection, ChatCall.of("m/1", call().messages, args, {"extra_body": {"route": "x"}}))
    assert server.last.json.items() >= {"transforms": ["middle-out"], "route": "x"}.items()


def test_a_base_url_among_the_arguments_takes_the_place_of_the_endpoint(
    openai_runner: Runner, server: RecordingServer
) -> None:
    arguments = {"client": {"base_url": f"{server.origin}/mine"}}
    openai_runner.chat(connection_to("http://127.0.0.1:1", arguments=arguments), call())
    assert server.last.path.startswith("/mine/")


def test_organization_among_the_arguments_is_sent(openai_runner: Runner, server: RecordingServer) -> None:
    arguments = {"client": {"organization": "org-3", "admin_api_key": "k", "webhook_secret": "w"}}
    connection = connection_to(server.url, arguments=arguments)
    openai_runner.chat(connection, call())
    assert server.last.headers["openai-organization"] == "org-3"
    assert openai_runner.client(connection).webhook_secret == "w"


def test_an_http_client_of_the_callers_is_used_and_never_closed(server: RecordingServer) -> None:
    import openai

    with openai.DefaultHttpxClient(headers={"X-Theirs": "1"}) as theirs:
        built = load_adapter("openai").build(connection_to(server.url, http_client=theirs), sync=True)
        load_adapter("openai").chat(built.client, call())
        assert server.last.headers["x-theirs"] == "1"
        assert (built.close, built.aclose) == (None, None)
        assert not theirs.is_closed


def test_what_we_built_is_closed(openai_runner: Runner) -> None:
    assert openai_runner.client(connection_to("http://127.0.0.1:1")).is_closed()


def test_a_sync_http_client_that_nobody_holds_leaves_no_open_socket(server: RecordingServer) -> None:
    import openai

    from modelcatalog.providers.http.client import http_client

    http_client(sync=True, kind=openai.DefaultHttpxClient).get(server.url)
    gc.collect()  # an unclosed socket is a warning, and warnings are errors here


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("api.openai.com", "max_completion_tokens"),
        ("east.openai.azure.com", "max_completion_tokens"),
        ("llm.acme.dev", "max_tokens"),
        ("notopenai.com", "max_tokens"),
    ],
)
def test_openai_itself_gets_the_newer_name_for_the_limit(host: str, name: str) -> None:
    from modelcatalog.providers.chat.completions_codec import keywords

    sent = keywords(call(max_tokens=5), host=host, stream=False)
    assert {key: value for key, value in sent.items() if key.startswith("max")} == {name: 5}


def test_a_stream_asks_for_usage_unless_set_otherwise(plain: Runner, server: RecordingServer) -> None:
    connection = connection_to(server.url)
    plain.stream(connection, call())
    plain.stream(connection, call(stream_options=None))
    plain.stream(connection, call(stream_options={"include_usage": False}))
    asked = [request.json.get("stream_options") for request in server.requests]
    assert asked == [{"include_usage": True}, None, {"include_usage": False}]


@pytest.mark.parametrize(
    ("adapter", "url", "words"),
    [
        ("openai", "https://api.openai.com/v1", None),
        ("openai", "https://x.openai.azure.com/openai/v1", None),
        (
            "openai",
            "https://x.openai.azure.com/openai/deployments/gpt",
            "is the address of an Azure deployment",
        ),
        ("openai_azure", "https://x.openai.azure.com", None),
        ("openai_azure", "https://x.openai.azure.com/openai", None),
        ("openai_azure", "https://proxy.acme.dev/openai-gateway", None),
        ("openai_azure", "https://x.openai.azure.com/openai/v1/", "is an address for the plain client"),
        (
            "openai_azure",
            "https://x.openai.azure.com/openai/deployments/d",
            "Write https://x.openai.azure.com.",
        ),
        ("openai_azure", "https://x.com/openai/deployments/d/chat/completions", "Write https://x.com."),
    ],
)
def test_an_address_for_the_other_client_is_refused(adapter: str, url: str, words: str | None) -> None:
    problem = load_adapter(adapter).url_problem(url)
    assert problem is None if words is None else words in (problem or "")


def test_a_server_nobody_here_wrote_answers_the_right_key(plain: Runner, katan: Katan) -> None:
    connection = connection_to(katan.url, settings={"api_key": katan.key})
    asked = type(call()).of(katan.model, [{"role": "user", "content": "sentinel text"}])
    reply = plain.chat(connection, asked)
    assert "sentinel text" in reply.text
    assert reply.model == katan.model
    pieces = plain.stream(connection, asked)
    assert "sentinel text" in "".join(piece.text for piece in pieces)
    assert len(pieces) > 2
    assert pieces[-1].stop_reason == "stop"
    assert plain.list_models(connection) == [katan.model]


def test_a_server_nobody_here_wrote_refuses_another_key(plain: Runner, katan: Katan) -> None:
    for stream in (False, True):
        failure = plain.failure(connection_to(katan.url), call(), stream=stream)
        assert (failure.step, failure.status, failure.url) == ("auth", 401, f"{katan.url}/chat/completions")
        assert KEY not in failure.detail  # this server repeats it
