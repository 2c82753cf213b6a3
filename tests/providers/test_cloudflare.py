"""Workers AI's REST API: its two forms of an answer, its error numbers, and our own client for it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from modelcatalog.catalog.diagnostics.errors import ArgumentError
from modelcatalog.providers.adapter.chat_types import ChatCall
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import KEY

from support.runners import runner_of
from support.services.cloudflare import MODEL, PATH, SERVICE, asking, envelope, events, refused

USAGE = {"prompt_tokens": 3, "completion_tokens": 5, "total_tokens": 8}


@pytest.fixture
def runner(sync: bool) -> Runner:
    return runner_of("cloudflare", sync)


@pytest.fixture
def server() -> Iterator[RecordingServer]:
    with RecordingServer(service=SERVICE) as running:
        yield running


def test_the_model_stands_in_the_path_as_it_is_and_not_in_the_body(
    runner: Runner, server: RecordingServer
) -> None:
    runner.chat(runner.connection(server.origin), asking())
    assert (server.last.method, server.last.target) == ("POST", f"{PATH}/run/{MODEL}")
    assert server.last.headers["authorization"] == f"Bearer {KEY}"
    assert server.last.json == {"messages": list(call().messages)}


@pytest.mark.parametrize("name", ["../../../zones", "@cf/../x", "a//b", "", "@cf/./x"])
def test_a_name_that_leads_to_another_path_is_refused(
    runner: Runner, server: RecordingServer, name: str
) -> None:
    failure = runner.failure(runner.connection(server.origin), ChatCall.of(name, call().messages))
    assert "is no name of a model" in failure.detail
    assert not server.requests


def test_signs_that_mean_something_in_a_url_are_escaped(runner: Runner, server: RecordingServer) -> None:
    runner.chat(runner.connection(server.origin), ChatCall.of("@cf/a?b#c%2e", call().messages))
    assert server.last.target == f"{PATH}/run/@cf/a%3Fb%23c%252e"


def test_it_tries_again_after_429_and_5xx_as_often_as_set(runner: Runner, server: RecordingServer) -> None:
    at_once = (("Retry-After", "0"),)
    busy = [Answer((b"{}",), status, headers=at_once) for status in (429, 503, 500)]
    server.answer(*busy[:2])
    assert runner.chat(runner.connection(server.origin, max_retries=2), asking()).text == "Hello"
    server.answer(*busy)
    assert runner.failure(runner.connection(server.origin, max_retries=2), asking()).status == 500
    assert len(server.requests) == 6


def test_other_refusals_are_not_tried_again(runner: Runner, server: RecordingServer) -> None:
    server.answer(refused(400, "no", 5004))
    runner.failure(runner.connection(server.origin, max_retries=2), asking())
    assert len(server.requests) == 1


def test_fields_of_the_body_are_keywords_of_each_call(runner: Runner, server: RecordingServer) -> None:
    connection = runner.connection(server.origin, arguments={"body": {"lora": "mine", "top_k": 4}})
    args = runner.adapter.request_args(connection)
    runner.run(connection, lambda client: client.run(MODEL, prompt="Hi", **args))
    assert server.last.json == {"prompt": "Hi", "lora": "mine", "top_k": 4}


@pytest.mark.parametrize("name", ["model", "stream"])
def test_a_field_that_has_its_own_place_is_refused(runner: Runner, name: str) -> None:
    with pytest.raises(ArgumentError, match=name):
        runner.adapter.request_args(runner.connection("http://127.0.0.1:1", arguments={"body": {name: 1}}))


def test_the_native_calls_give_the_result_and_the_events(server: RecordingServer) -> None:
    server.answer(envelope({"response": "Hi"}), events({"response": "H"}, {"response": "i"}))
    runner = runner_of("cloudflare", sync=True)
    with runner.adapter.build(runner.connection(server.origin), sync=True).client as client:
        assert client.run(MODEL, prompt="x") == {"response": "Hi"}
        assert list(client.stream(MODEL, prompt="x")) == [{"response": "H"}, {"response": "i"}]
        assert [one["name"] for one in client.models(search="llama")] == ["small", "large"]
        assert server.last.query == {"search": ["llama"]}
        assert KEY not in repr(client)
    assert client._http.is_closed


async def test_a_key_from_a_coroutine_is_asked_for_each_request(server: RecordingServer) -> None:
    keys = iter(["one", "two"])

    async def key() -> str:
        return next(keys)

    runner = runner_of("cloudflare", sync=False)
    built = runner.adapter.build(runner.connection(server.origin, settings={"api_key": key}), sync=False)
    async with built.client as client:
        for _ in range(2):
            await client.run(MODEL, prompt="x")
    assert [one.headers["authorization"] for one in server.requests] == ["Bearer one", "Bearer two"]


def test_an_http_client_of_the_callers_is_used_and_never_closed(server: RecordingServer) -> None:
    import httpx2

    runner = runner_of("cloudflare", sync=True)
    with httpx2.Client(headers={"X-Theirs": "1"}) as theirs:
        built = runner.adapter.build(runner.connection(server.origin, http_client=theirs), sync=True)
        assert (built.close, built.aclose) == (None, None)
        runner.adapter.chat(built.client, asking())
        built.client.close()
        assert server.last.headers["x-theirs"] == "1"
        assert not theirs.is_closed


def test_a_redirect_is_not_followed(runner: Runner, server: RecordingServer) -> None:
    server.answer(answers.redirect("http://127.0.0.1:9/elsewhere"))
    failure = runner.failure(runner.connection(server.origin), asking())
    assert (failure.step, failure.reason, failure.status) == ("path", "redirect", 307)


def test_the_compatible_endpoint_is_named_for_what_it_is() -> None:
    adapter = load_adapter("cloudflare")
    assert "cloudflare/compat" in (
        adapter.url_problem("https://api.cloudflare.com/client/v4/accounts/a/ai/v1") or ""
    )
    assert adapter.url_problem("https://api.cloudflare.com/client/v4/accounts/a/ai") is None


def test_a_key_that_no_header_can_carry_is_not_shown(runner: Runner, server: RecordingServer) -> None:
    failure = runner.failure(runner.connection(server.origin, settings={"api_key": f"{KEY}\n"}), call())
    assert (failure.step, failure.reason, failure.status) == ("auth", "header", None)
    assert KEY not in failure.detail
    assert not server.requests
