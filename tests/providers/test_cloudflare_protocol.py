"""What Workers AI sends, read: every form of result, error, event, call and count by itself."""

from __future__ import annotations

import json
from types import SimpleNamespace as Of
from typing import Any

import pytest

from modelcatalog.providers.adapter.chat_types import AnswerError, ChatCall, Usage
from modelcatalog.providers.cloudflare.chat import CALLS
from modelcatalog.providers.cloudflare.decoder import Pieces, reply
from modelcatalog.providers.cloudflare.failure import failure
from modelcatalog.providers.cloudflare.protocol import (
    Events,
    WorkersAIError,
    result_of,
    run_path,
    wait_before,
)

CALL = ChatCall("m", ({"role": "user", "content": "hi"},))


def response(body: Any, status: int = 200, **headers: str) -> Any:
    text = body if isinstance(body, str) else json.dumps(body)
    return Of(
        status_code=status,
        text=text,
        json=lambda: json.loads(text),
        headers={name.replace("_", "-"): value for name, value in headers.items()},
        request=Of(url="https://a.dev/run", method="PUT"),
    )


@pytest.mark.parametrize(
    ("body", "message", "code"),
    [
        ({"errors": [{"code": 7, "message": "A"}, {"code": 8, "message": "B"}]}, "A", 7),
        ({"errors": [{"code": "7", "message": "A"}]}, "A", None),
        ({"errors": [{"code": 7}]}, "HTTP status 418", 7),
        ({"errors": [{"message": ""}]}, "HTTP status 418", None),
        ({"errors": ["words"]}, "words", None),
        ({"errors": []}, "HTTP status 418", None),
        ({"errors": "words"}, "HTTP status 418", None),
        ({}, "HTTP status 418", None),
        ([1], "HTTP status 418", None),
        ("no JSON", "HTTP status 418", None),
    ],
)
def test_a_refusal_is_read(body: Any, message: str, code: int | None) -> None:
    answer = response(body, 418)
    error = WorkersAIError.of(answer)
    assert (str(error), error.status_code, error.code) == (message, 418, code)
    assert (error.body, error.request) == (body, answer.request)


def test_the_number_of_a_refusal_counts_before_its_status() -> None:
    found = failure(
        WorkersAIError.of(response({"errors": [{"code": 5007, "message": "No s-e-c-r-e-t"}]}, 400)),
        ["s-e-c-r-e-t"],
    )
    assert (found.step, found.reason, found.status, found.detail) == (
        "model",
        "unknown-model",
        400,
        "No ****",
    )
    assert (found.url, found.method) == ("https://a.dev/run", "PUT")
    plain = failure(WorkersAIError.of(response({"errors": [{"message": "No"}]}, 429)))
    assert (plain.step, plain.reason) == ("quota", "rate")
    other = RuntimeError("x")
    other.__dict__.update(status_code=401, body=None)
    assert failure(other).step == "auth"


@pytest.mark.parametrize(
    ("model", "path"),
    [
        ("@cf/meta/llama-3", "/run/@cf/meta/llama-3"),
        ("m", "/run/m"),
        ("a:b", "/run/a:b"),
        ("a?b#c d", "/run/a%3Fb%23c%20d"),
        ("a..b", "/run/a..b"),
        ("...", "/run/..."),
    ],
)
def test_a_model_is_the_path(model: str, path: str) -> None:
    assert run_path(model) == path


@pytest.mark.parametrize("model", ["", "/", "a//b", "/a", "a/", ".", "a/./b", "../a", "a/.."])
def test_a_name_that_would_lead_elsewhere_is_refused(model: str) -> None:
    with pytest.raises(ValueError, match="is no name of a model"):
        run_path(model)


def test_the_result_is_taken_out() -> None:
    assert result_of(response({"result": [1], "success": True})) == [1]
    assert result_of(response({"result": ""})) == ""
    assert result_of(response({"result": [1]}), list) == [1]
    with pytest.raises(WorkersAIError, match=r"^A$"):
        result_of(response({"result": {}, "success": False, "errors": [{"message": "A"}]}))


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("no JSON", "The answer can't be read, it isn't JSON"),
        ({"result": None}, "The answer holds no result: "),
        ({"result": {"a": 1}}, "The answer holds no result: "),
        ({"success": None}, "The answer holds no result: "),
        ([1], r"The answer holds no result: \[1\]"),
    ],
)
def test_an_answer_without_a_result_is_none(body: Any, words: str) -> None:
    with pytest.raises(AnswerError, match=rf"^{words}") as caught:
        result_of(response(body, 201, content_type="a/b"), list)
    assert (caught.value.status, caught.value.url) == (201, "https://a.dev/run")
    assert "(content type a/b)" in str(caught.value)


# Events


def events_of(*lines: str, end: bool = True) -> list[Any]:
    events = Events(response("", 203))
    found = [event for line in lines for event in events.take(line)]
    if end:
        events.end()
    return found


DONE = "data: [DONE]"


def test_lines_are_events() -> None:
    lines = [
        'data: {"a": 1}',
        "",
        ": comment",
        "event: x",
        'data:{"b":2}',
        "data: 7",
        DONE,
        'data: {"late": 1}',
        "data: {",
    ]
    assert events_of(*lines) == [{"a": 1}, {"b": 2}]
    assert events_of("data: 7", DONE) == []


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ([], "The stream was empty"),
        ([DONE], "The stream was empty"),
        (["event: x"], "The stream was empty"),
        (["data: {}"], "The stream broke off after 1 pieces, before the model had ended"),
        (["data: {}", "data: 7"], "The stream broke off after 2 pieces, before the model had ended"),
        (["data: {broken"], "The answer can't be read, it isn't JSON"),
        (["data:"], "The answer can't be read, it isn't JSON"),
    ],
)
def test_a_stream_without_an_end_is_an_error(lines: list[str], words: str) -> None:
    with pytest.raises(AnswerError, match=rf"^{words}") as caught:
        events_of(*lines)
    assert caught.value.status == 203


@pytest.mark.parametrize(
    ("event", "words"),
    [({"error": "A"}, "A"), ({"errors": ["B"]}, r"\['B'\]"), ({"error": "A", "errors": ["B"]}, "A")],
)
def test_an_error_among_the_events_is_raised(event: Any, words: str) -> None:
    with pytest.raises(WorkersAIError, match=rf"^{words}$") as caught:
        events_of(f"data: {json.dumps(event)}")
    error = caught.value
    assert (error.status_code, error.code, error.body, error.request.method) == (203, None, event, "PUT")
    assert events_of('data: {"error": null, "errors": []}', DONE) == [{"error": None, "errors": []}]


@pytest.mark.parametrize(
    ("attempt", "most", "answer", "wait"),
    [
        (0, 0, None, None),
        (0, 1, None, 0.5),
        (1, 1, None, None),
        (1, 2, None, 1.0),
        (2, 9, None, 2.0),
        (4, 9, None, 8.0),
        (5, 9, None, 8.0),
        (0, 1, response("", 200), None),
        (0, 1, response("", 429), 0.5),
        (0, 1, response("", 500), 0.5),
        (0, 1, response("", 501), None),
        (0, 1, response("", 502), 0.5),
        (0, 1, response("", 503), 0.5),
        (0, 1, response("", 504), 0.5),
        (0, 1, response("", 401), None),
        (0, 1, response("", 429, retry_after="3"), 3.0),
        (0, 1, response("", 429, retry_after="0"), 0.0),
        (0, 1, response("", 429, retry_after="60"), 8.0),
        (1, 2, response("", 429, retry_after="soon"), 1.0),
    ],
)
def test_the_wait_before_another_attempt(attempt: int, most: int, answer: Any, wait: float | None) -> None:
    assert wait_before(attempt, most, answer) == wait


# Answers

USAGE = {"prompt_tokens": 3, "completion_tokens": 5}


@pytest.mark.parametrize(
    ("given", "text"), [("A", "A"), ("", ""), (7, "7"), ({"a": 1}, '{"a": 1}'), (0, "0"), ([], "[]")]
)
def test_a_response_is_the_text(given: Any, text: str) -> None:
    result = {"response": given, "usage": USAGE}
    found = reply(result, CALL)
    assert (found.text, found.usage, found.stop_reason, found.raw) == (text, Usage(3, 5), None, result)
    pieces = Pieces(CALL)
    assert [(one.text, one.raw) for one in pieces.take(result)] == ([(text, result)] if text else [])
    assert pieces.end().usage == Usage(3, 5)


@pytest.mark.parametrize(
    "result", [{}, {"response": None}, {"tool_calls": []}, {"tool_calls": "x"}, [], "x"], ids=repr
)
def test_a_result_without_text_and_calls_is_none(result: Any) -> None:
    with pytest.raises(AnswerError, match=r"^The answer holds no response: "):
        reply(result, CALL)


CALLED: list[tuple[Any, tuple[str, str, dict[str, Any]]]] = [
    ({"name": "f", "arguments": {"a": 1}}, ("call_1", "f", {"a": 1})),
    ({"name": "f", "arguments": '{"a": 1}', "id": "x"}, ("x", "f", {"a": 1})),
    ({"function": {"name": "f", "arguments": {"a": 1}}, "id": ""}, ("call_1", "f", {"a": 1})),
    ({"function": "f", "name": "g"}, ("call_1", "g", {})),
    ({"name": "f", "arguments": None}, ("call_1", "f", {})),
    ({"arguments": {}}, ("call_1", "", {})),
    ("x", ("call_1", "", {})),
]


@pytest.mark.parametrize(("item", "call"), CALLED, ids=str)
def test_calls_of_each_form_are_read(item: Any, call: tuple[str, str, dict[str, Any]]) -> None:
    found = reply({"tool_calls": [item]}, CALL)
    assert (found.text, found.stop_reason) == ("", "tool_calls")
    [one] = found.tool_calls
    assert (one.id, one.name, one.arguments, one.error) == (*call, None)
    pieces = Pieces(CALL)
    first = {"tool_calls": [{"name": "a"}, {"name": "b"}]}
    assert [list(pieces.take(event)) for event in (first, {"tool_calls": [item]})] == [[], []]
    last = pieces.end()
    identity = call[0].replace("call_1", "call_3")
    assert [one.id for one in last.tool_calls] == ["call_1", "call_2", identity]
    assert last.stop_reason == "tool_calls"


@pytest.mark.parametrize(
    ("limit", "usage", "reason"),
    [
        (None, USAGE, None),
        (5, USAGE, "length"),
        (4, USAGE, "length"),
        (6, USAGE, "stop"),
        (5, None, None),
        (5, {"prompt_tokens": 3}, None),
        (5, {"completion_tokens": 5}, None),
        (5, {"prompt_tokens": "3", "completion_tokens": 5}, None),
    ],
)
def test_the_reason_is_known_by_the_limit(limit: int | None, usage: Any, reason: str | None) -> None:
    call = ChatCall("m", CALL.messages, max_tokens=limit)
    assert reply({"response": "A", "usage": usage}, call).stop_reason == reason
    pieces = Pieces(call)
    for event in ({"response": "A"}, {"usage": usage}, {"response": "", "usage": None}):
        list(pieces.take(event))
    assert pieces.end().stop_reason == reason


def test_an_answer_of_openais_form_is_read() -> None:
    whole = {
        "choices": [{"message": {"content": "A"}, "finish_reason": "length"}],
        "response": "B",
        "usage": USAGE,
    }
    found = reply(whole, CALL)
    assert (found.text, found.stop_reason, found.usage) == ("A", "length", Usage(3, 5))
    assert reply({**whole, "choices": []}, CALL).text == "B"
    pieces = Pieces(CALL)
    event = {"choices": [{"delta": {"content": "A"}, "finish_reason": "stop"}], "response": "B"}
    assert [one.text for one in pieces.take(event)] == ["A"]
    list(pieces.take({"usage": USAGE}))
    last = pieces.end()
    assert (last.stop_reason, last.usage) == ("stop", Usage(3, 5))


def test_the_names_among_the_models_are_taken() -> None:
    assert CALLS.model_names([{"name": "a"}, {}, "x", {"name": 7}, {"name": "b"}]) == ["a", "b"]


def test_the_body_has_neither_model_nor_stream_option() -> None:
    sent = CALLS.encode(None, ChatCall("m", CALL.messages, max_tokens=5), stream=True)
    assert sent == {"model": "m", "messages": list(CALL.messages), "max_tokens": 5}
