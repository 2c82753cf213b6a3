"""Cohere's own client: its path, its names, its tools, and answers that only it sends."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.adapter.chat_types import AnswerError, ChatCall
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.answers import Answer
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import KEY

from support.runners import runner_of
from support.services.cohere import USAGE

WEATHER = {"name": "weather", "parameters": {"type": "object"}}
CLOCK = {"name": "clock", "parameters": {"type": "object"}}


@pytest.fixture
def adapter_name() -> str:
    return "cohere"


def answer(content: Any, **changes: Any) -> Answer:
    message = {"role": "assistant", "content": content}
    return answers.as_json(
        {"id": "1", "finish_reason": "COMPLETE", "message": message, "usage": USAGE} | changes
    )


def events(*data: Mapping[str, Any], **more: Any) -> Answer:
    return answers.events(*map(json.dumps, data), **more)


def test_a_call_goes_to_version_2(runner: Runner, server: RecordingServer) -> None:
    runner.chat(runner.connection(server.origin), call())
    assert (server.last.method, server.last.path) == ("POST", "/v2/chat")
    assert server.last.headers["user-agent"].startswith("cohere/")


def test_models_are_listed_in_the_longest_page(runner: Runner, server: RecordingServer) -> None:
    runner.list_models(runner.connection(server.origin))
    assert (server.last.method, server.last.path) == ("GET", "/v1/models")
    assert server.last.query == {"page_size": ["1000"]}


def test_options_have_names_of_their_own(runner: Runner, server: RecordingServer) -> None:
    runner.chat(runner.connection(server.origin), call(max_tokens=9, top_p=0.25, stop="x", seed=7))
    sent = server.last.json
    assert {name: sent[name] for name in ("max_tokens", "p", "stop_sequences", "seed")} == {
        "max_tokens": 9,
        "p": 0.25,
        "stop_sequences": ["x"],
        "seed": 7,
    }
    assert not {"top_p", "stop", "tool_choice"} & sent.keys()


@pytest.mark.parametrize(
    ("choice", "word", "names"),
    [
        (None, None, ["clock", "weather"]),
        ("auto", None, ["clock", "weather"]),
        ("none", "NONE", ["clock", "weather"]),
        ("required", "REQUIRED", ["clock", "weather"]),
        ("weather", "REQUIRED", ["weather"]),
    ],
)
def test_a_tool_that_is_named_is_the_only_one_to_call(
    runner: Runner, server: RecordingServer, choice: str | None, word: str | None, names: list[str]
) -> None:
    runner.chat(runner.connection(server.origin), call(tools=[CLOCK, WEATHER], tool_choice=choice))
    assert server.last.json.get("tool_choice") == word
    assert [tool["function"]["name"] for tool in server.last.json["tools"]] == names


def test_a_choice_among_the_request_arguments_is_sent_as_it_is(
    runner: Runner, server: RecordingServer
) -> None:
    asked = ChatCall.of("m/1", call().messages, {"tool_choice": "REQUIRED", "k": 3}, {"tools": [WEATHER]})
    runner.chat(runner.connection(server.origin), asked)
    assert (server.last.json["tool_choice"], server.last.json["k"]) == ("REQUIRED", 3)


def test_thoughts_and_plans_are_no_part_of_the_text(runner: Runner, server: RecordingServer) -> None:
    parts = [
        {"type": "thinking", "thinking": "Hm"},
        {"type": "text", "text": "Hel"},
        {"type": "text", "text": "lo"},
    ]
    thought = {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"thinking": "Hm"}}}}
    plan = {"type": "tool-plan-delta", "delta": {"message": {"tool_plan": "I will look."}}}
    text = {"type": "content-delta", "index": 1, "delta": {"message": {"content": {"text": "Hello"}}}}
    end = {"type": "message-end", "delta": {"finish_reason": "COMPLETE"}}
    server.answer(answer(parts), events(thought, plan, text, end))
    assert runner.chat(runner.connection(server.origin), call()).text == "Hello"
    assert [piece.text for piece in runner.stream(runner.connection(server.origin), call())] == ["Hello", ""]


def test_events_that_nobody_knows_pass(runner: Runner, server: RecordingServer) -> None:
    citation = {"type": "citation-start", "index": 0, "delta": {"message": {"citations": {"start": 1}}}}
    odd: list[dict[str, Any]] = [
        {"type": "brand-new", "delta": {"x": 1}},
        {"type": "content-delta"},
        {"type": "tool-call-start"},
    ]
    text = {"type": "content-delta", "index": 0, "delta": {"message": {"content": {"text": "Hello"}}}}
    end = {"type": "message-end", "delta": {"finish_reason": "STOP_SEQUENCE", "usage": USAGE}}
    server.answer(events(citation, *odd, text, end))
    *pieces, last = runner.stream(runner.connection(server.origin), call())
    assert ([piece.text for piece in pieces], last.stop_reason) == (["Hello"], "stop")


@pytest.mark.parametrize("tokens", [None, {}, {"tokens": {"input_tokens": "many"}}, {"billed_units": {}}])
def test_usage_that_is_missing_is_none(runner: Runner, server: RecordingServer, tokens: Any) -> None:
    server.answer(answer([{"type": "text", "text": "Hello"}], usage=tokens))
    reply = runner.chat(runner.connection(server.origin), call())
    assert (reply.text, reply.usage) == ("Hello", None)


def test_a_reason_for_the_end_that_is_new_is_reported_as_it_is(
    runner: Runner, server: RecordingServer
) -> None:
    server.answer(answer([], finish_reason="ERROR"))
    assert runner.chat(runner.connection(server.origin), call()).stop_reason == "error"


@pytest.mark.parametrize(
    ("sent", "words"),
    [
        (answers.html(200), "The answer is an HTML page: the address is not that of an API"),
        (answer("x"), "The answer can't be read, it isn't JSON"),
        (events(), "The stream was empty"),
        (events({"type": "message-start", "id": "1"}), "The stream was empty"),
    ],
)
def test_a_stream_that_is_none_says_what_came(
    runner: Runner, server: RecordingServer, sent: Answer, words: str
) -> None:
    server.answer(sent)
    failure = runner.failure(runner.connection(server.origin), call(), stream=True)
    assert (failure.step, failure.status, failure.url) == ("answer", 200, f"{server.origin}/v2/chat")
    assert failure.detail.startswith(words)


@pytest.mark.parametrize("sent", [[3], {"models": 3}, {}, "x"])
def test_a_list_of_models_that_is_none_is_reported(
    runner: Runner, server: RecordingServer, sent: Any
) -> None:
    server.answer(answers.as_json(sent))
    with pytest.raises(AnswerError) as caught:
        runner.list_models(runner.connection(server.origin))
    failure = runner.adapter.failure(caught.value)
    assert (failure.step, failure.method, failure.url) == ("answer", "GET", f"{server.origin}/v1/models")


def test_an_argument_that_the_sdk_does_not_know_is_no_matter_of_the_answer(
    runner: Runner, server: RecordingServer
) -> None:
    asked = ChatCall.of("m/1", call().messages, {"logit_bias": {}})
    failure = runner.failure(runner.connection(server.origin), asked)
    assert failure.step != "answer"
    assert "logit_bias" in failure.detail
    assert not server.requests


@pytest.mark.parametrize("header", ["User-Agent", "user-AGENT", "Authorization", "authorization"])
def test_a_header_of_the_entry_replaces_the_sdks_own_in_any_spelling(
    runner: Runner, server: RecordingServer, header: str
) -> None:
    runner.chat(runner.connection(server.origin, headers={header: "mine"}), call())
    assert server.last.headers[header.lower()] == "mine"


def test_a_key_from_a_function_is_asked_for_each_request(runner: Runner, server: RecordingServer) -> None:
    keys = iter(["one", "two"])
    connection = runner.connection(server.origin, settings={"api_key": lambda: Secret(next(keys))})
    for _ in range(2):
        runner.chat(connection, call())
    assert [request.headers["authorization"] for request in server.requests] == ["Bearer one", "Bearer two"]


def test_a_coroutine_that_gives_the_key_is_awaited(adapter_name: str, server: RecordingServer) -> None:
    async def key() -> Secret:
        return Secret(KEY)

    runner = runner_of(adapter_name, sync=False)
    runner.stream(runner.connection(server.origin, settings={"api_key": key}), call())
    assert server.last.headers["authorization"] == f"Bearer {KEY}"


def test_an_http_client_of_the_callers_is_used_and_never_closed(
    adapter_name: str, server: RecordingServer
) -> None:
    import httpx

    runner = runner_of(adapter_name, sync=True)
    with httpx.Client(headers={"X-Theirs": "1"}) as theirs:
        connection = runner.connection(server.origin, http_client=theirs, settings={"api_key": None})
        built = runner.adapter.build(connection, sync=True)
        runner.adapter.chat(built.client, call())
        assert server.last.headers["x-theirs"] == "1"
        assert "authorization" not in server.last.headers
        assert (built.close, built.aclose) == (None, None)
        assert not theirs.is_closed
        assert theirs.event_hooks["request"] == []


def test_a_redirect_is_followed_without_the_key_and_secret_headers(
    runner: Runner, server: RecordingServer
) -> None:
    with RecordingServer(service=runner.service) as other:
        server.answer(answers.redirect(f"{other.origin}/v2/chat"))
        headers = {"X-Token": Secret("LEAK-token-0123456789"), "X-Title": "mine"}
        runner.chat(runner.connection(server.origin, headers=headers), call())
        assert server.last.headers["x-token"] == "LEAK-token-0123456789"
        assert other.last.headers["x-title"] == "mine"
        assert "LEAK" not in other.last.everything
        assert KEY not in other.last.everything


def test_no_redirect_is_followed_where_none_may_be(runner: Runner, server: RecordingServer) -> None:
    server.answer(answers.redirect(f"{server.origin}/elsewhere"))
    failure = runner.failure(runner.connection(server.origin, follow_redirects=False), call())
    assert (failure.step, failure.reason, failure.status) == ("path", "redirect", 307)
    assert len(server.requests) == 1


def test_without_a_base_url_there_is_no_client(runner: Runner, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CO_API_URL", "http://127.0.0.1:9/LEAK")
    with pytest.raises(ValueError, match="acme has no base URL"):
        runner.client(runner.connection("http://127.0.0.1:1", settings={"base_url": None}))


def test_the_openai_compatible_address_is_for_the_other_entry(runner: Runner) -> None:
    problem = runner.adapter.url_problem("https://api.cohere.ai/compatibility/v1")
    assert problem is not None
    assert "cohere/compat" in problem
    assert runner.adapter.url_problem("https://api.cohere.com") is None


def test_the_address_of_a_failed_call_has_one_slash(runner: Runner, server: RecordingServer) -> None:
    server.answer(answers.as_json({}), answers.as_json({}))
    for end in ("", "/"):
        connection = runner.connection(server.origin, settings={"base_url": f"{server.origin}{end}"})
        assert runner.failure(connection, call()).url == f"{server.origin}/v2/chat"
