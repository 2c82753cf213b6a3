"""The server of `catalog demo`: what it answers to each request that the demo makes, and to others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

import openai
import pytest

from modelcatalog.resolver.cli.commands.demo import _has_failed, _Step
from modelcatalog.resolver.cli.commands.demo_server import ANSWER, MODEL, serving

KEY = "key-of-the-demo"
USAGE = {"prompt_tokens": 8, "completion_tokens": 20, "total_tokens": 28}


@pytest.fixture
def url() -> Iterator[str]:
    with serving(KEY) as running:
        yield running


def asked(url: str, method: str, path: str, body: Any = None, key: str = KEY) -> tuple[HTTPResponse, bytes]:
    parts = urlsplit(url)
    connection = HTTPConnection(parts.hostname or "", parts.port, timeout=60)
    content = None if body is None else json.dumps(body)
    connection.request(method, parts.path + path, content, {"Authorization": f"Bearer {key}"})
    response = connection.getresponse()
    read = response.read()
    connection.close()
    return response, read


@pytest.mark.parametrize(
    ("method", "path", "body", "key", "status", "error"),
    [
        ("GET", "/model", None, KEY, 404, ("no such path", None)),
        ("GET", "/models", None, "x", 401, ("Incorrect API key provided", "invalid_api_key")),
        ("POST", "/models", {}, KEY, 404, ("no such path", None)),
        ("POST", "/chat/completions", {}, "x", 401, ("Incorrect API key provided", "invalid_api_key")),
        ("POST", "/chat/completions", None, KEY, 404, ("The model None does not exist", "model_not_found")),
        (
            "POST",
            "/chat/completions",
            {"model": "big"},
            KEY,
            404,
            ("The model 'big' does not exist", "model_not_found"),
        ),
    ],
)
def test_request_is_refused_as_the_service_would(
    url: str, method: str, path: str, body: Any, key: str, status: int, error: tuple[str, str | None]
) -> None:
    response, content = asked(url, method, path, body, key)
    message, code = error
    assert (response.status, response.headers["Content-Type"]) == (status, "application/json")
    assert response.version == 11
    assert json.loads(content) == {
        "error": {"message": message, "type": "invalid_request_error", "code": code}
    }


def test_client_of_the_sdk_gets_models_answer_and_pieces(url: str) -> None:
    assert url.startswith("http://127.0.0.1:")
    messages: Any = [{"role": "user", "content": "What are you?"}]
    with openai.OpenAI(api_key=KEY, base_url=url, max_retries=0, timeout=60) as client:
        assert [(one.id, one.object, one.created, one.owned_by) for one in client.models.list()] == [
            (MODEL, "model", 0, "acme")
        ]
        answer = client.chat.completions.create(model=MODEL, messages=messages)
        pieces = list(client.chat.completions.create(model=MODEL, messages=messages, stream=True))
    assert (answer.id, answer.object, answer.created, answer.model) == ("demo-1", "chat.completion", 0, MODEL)
    [choice] = answer.choices
    assert (choice.index, choice.message.role, choice.message.content) == (0, "assistant", ANSWER)
    assert choice.finish_reason == "stop"
    assert answer.usage is not None
    assert answer.usage.model_dump(exclude_none=True) == USAGE
    words = [piece.choices[0].delta.content for piece in pieces[:-2]]
    assert words == [*(f"{word} " for word in ANSWER.split(" ")[:-1]), ANSWER.split(" ")[-1]]
    assert [piece.choices[0].finish_reason for piece in pieces[:-1]] == [None] * len(words) + ["stop"]
    assert {(piece.object, piece.id) for piece in pieces} == {("chat.completion.chunk", "demo-1")}
    assert pieces[-1].choices == []
    assert pieces[-1].usage is not None
    assert pieces[-1].usage.model_dump(exclude_none=True) == USAGE


def test_stream_ends_with_its_mark_and_the_connection(url: str) -> None:
    response, content = asked(url, "POST", "/chat/completions", {"model": MODEL, "stream": True})
    assert response.headers["Content-Type"] == "text/event-stream"
    assert response.headers["Connection"] == "close"
    assert content.endswith(b"\n\ndata: [DONE]\n\n")


def test_server_is_there_for_this_machine_alone(url: str) -> None:
    with pytest.raises(ConnectionRefusedError):
        asked(url.replace("127.0.0.1", "127.0.0.2"), "GET", "/models")


def test_server_is_gone_afterwards() -> None:
    with serving(KEY) as url:
        assert asked(url, "GET", "/models")[0].status == 200
    with pytest.raises(ConnectionRefusedError):
        asked(url, "GET", "/models")


@pytest.mark.parametrize(
    ("codes", "has_failed"),
    [((0, 1, 0), False), ((1, 0, 1), True), ((2, 0), True), ((0, 2), True), ((0,), False)],
)
def test_demo_has_failed_by_its_last_step_or_by_a_bug(codes: tuple[int, ...], has_failed: bool) -> None:
    assert _has_failed([_Step("x", code, None) for code in codes]) is has_failed
