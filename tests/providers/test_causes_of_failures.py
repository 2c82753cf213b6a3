"""From an exception to where a call failed: each code, status, body and exception of a socket or an HTTP library."""

from __future__ import annotations

import json
import socket
import ssl
from typing import Any

import httpx2
import openai
import pytest

from modelcatalog.providers.adapter.chat_types import AnswerError
from modelcatalog.providers.failures.http_api import failure
from modelcatalog.providers.failures.transport import cause_of, causes, one_line

URL = "https://a.example/v1/chat?key=x"
KEY = "sk-Sent1nel-0123456789"
CODES = {
    "invalid_api_key": ("auth", "key"),
    "authentication_error": ("auth", "key"),
    "model_not_found": ("model", "unknown-model"),
    "DeploymentNotFound": ("model", "unknown-model"),
    "insufficient_quota": ("quota", "no-credit"),
    "invalid_model": ("model", "unknown-model"),
    "permission_error": ("auth", "forbidden"),
    "billing_error": ("quota", "no-credit"),
    "rate_limit_error": ("quota", "rate"),
    "ThrottlingException": ("quota", "rate"),
}
STATUSES = {
    301: ("path", "redirect"),
    399: ("path", "redirect"),
    400: ("request", "error"),
    401: ("auth", "key"),
    402: ("quota", "no-credit"),
    403: ("auth", "forbidden"),
    404: ("path", "not-found"),
    405: ("path", "not-found"),
    408: ("server", "timeout"),
    409: ("request", "error"),
    410: ("path", "not-found"),
    422: ("request", "error"),
    429: ("quota", "rate"),
    499: ("request", "error"),
    500: ("server", "error"),
    503: ("server", "error"),
    504: ("server", "timeout"),
    599: ("server", "error"),
}


def refused(status: int, body: object) -> openai.APIStatusError:
    """The error of the SDK for an answer of this status and body."""
    response = httpx2.Response(status, request=httpx2.Request("POST", URL))
    return openai.APIStatusError("failed", response=response, body=body)


def streamed(body: object) -> openai.APIError:
    """The error of the SDK for one that came in the middle of a stream."""
    return openai.APIError("failed", httpx2.Request("POST", URL), body=body)


@pytest.mark.parametrize("place", ["code", "type", "error/code", "error/type", "error/error/code"])
@pytest.mark.parametrize("status", [400, 404, 418, 429, 500])
@pytest.mark.parametrize("code", CODES)
def test_code_of_a_service_counts_whatever_its_status(code: str, status: int, place: str) -> None:
    *outer, name = place.split("/")
    body: dict[str, Any] = {name: code, "message": "said"}
    for key in outer:
        body = {key: body}
    for given in (body, json.dumps(body), f"  {json.dumps(body)}"):
        found = failure(refused(status, given))
        assert (found.step, found.reason, found.status) == (*CODES[code], status)
        assert (found.url, found.method, found.detail) == ("https://a.example/v1/chat", "POST", "said")
    found = failure(streamed(body))
    assert (found.step, found.reason, found.status) == (*CODES[code], None)


@pytest.mark.parametrize(
    "body", [None, {}, "text", {"message": "said"}, {"error": {"code": "other"}}], ids=str
)
@pytest.mark.parametrize("status", STATUSES)
def test_status_counts_where_there_is_no_such_code(status: int, body: object) -> None:
    found = failure(refused(status, body))
    assert (found.step, found.reason, found.status) == (*STATUSES[status], status)


@pytest.mark.parametrize(
    "words", ["not exist", "not found", "unknown model", "invalid model", "no such model"]
)
@pytest.mark.parametrize("status", [400, 404, 403, 500])
@pytest.mark.parametrize("has_model", [True, False])
def test_words_about_a_model_count_for_two_statuses(status: int, words: str, has_model: bool) -> None:
    text = f"The {'model' if has_model else 'thing'} `x`: {words}"
    is_about = status in (400, 404) and (has_model or "model" in words)
    expected = ("model", "unknown-model") if is_about else STATUSES[status]
    found = failure(refused(status, {"message": text.upper()}))
    assert (found.step, found.reason) == expected
    assert (failure(refused(status, text)).step == "model") is False


@pytest.mark.parametrize(
    "text",
    [
        "Could not resolve the foundation model from x",
        "The provided model identifier is invalid.",
        "Server is pinned to 'x'",
    ],
)
def test_other_words_about_a_model(text: str) -> None:
    assert failure(refused(400, {"message": text})).reason == "unknown-model"
    assert failure(refused(400, text)).reason == "error"


def test_model_that_anthropic_does_not_find() -> None:
    body = {"type": "error", "error": {"type": "not_found_error", "message": "model: x"}}
    assert failure(refused(404, body)).step == "model"
    assert failure(refused(404, {**body, "error": {**body["error"], "message": "file: x"}})).step == "path"  # type: ignore[dict-item]
    assert failure(refused(404, {"error": {"type": "other", "message": "model: x"}})).step == "path"


@pytest.mark.parametrize(
    "text",
    [
        "Incorrect API key provided: x",
        "invalid api_key",
        "API key not valid.",
        "The API key is invalid",
        "api key is not valid",
    ],
)
def test_wrong_key_with_a_status_of_another_kind(text: str) -> None:
    for body in (text, {"message": text}):
        assert failure(refused(400, body)).reason == "key"
        assert failure(refused(422, body)).reason == "error"


BODIES: list[tuple[object, str]] = [
    (None, ""),
    ({}, ""),
    ([], ""),
    (7, "7"),
    ("plain", "plain"),
    ({"message": "a", "detail": "b"}, "a"),
    ({"message": "", "detail": "b"}, "b"),
    ({"detail": [{"msg": "x"}]}, "{'msg': 'x'}"),
    ({"error": "c"}, "c"),
    ({"error": {"message": "d"}}, "d"),
    ({"errors": [{"message": "e"}, {"message": "f"}]}, "e"),
    ({"title": "g"}, "g"),
    ({"other": 1}, "{'other': 1}"),
    ([{"error": {"message": "h"}}], "h"),
    ("<html><TITLE>Gone</TITLE></html>", "The server sent an HTML page: Gone"),
    ("  <html></html>", "The server sent an HTML page."),
    ("<title>", "The server sent an HTML page."),
    ("{broken", "{broken"),
    ('{"message": "i"}', "i"),
    ("[1]", "[1]"),
    ("a\nb\tc\x1b[0m", "a b c [0m"),
    (f"key {KEY}!", "key ****!"),
]


@pytest.mark.parametrize(("body", "said"), BODIES, ids=lambda value: str(value)[:30])
def test_words_of_the_service_are_found_wherever_it_put_them(body: object, said: str) -> None:
    assert failure(refused(422, body), [KEY]).detail == said
    redirect = failure(refused(302, body), [KEY]).detail
    assert redirect == f"The address redirects elsewhere. {said}".strip()


def test_secret_in_the_address_is_not_shown() -> None:
    error = AnswerError("unreadable", status=200, url=f"https://a.example/{KEY}?q={KEY}", method="GET")
    found = failure(error, [KEY])
    assert (found.step, found.reason, found.status, found.method) == ("answer", "unreadable", 200, "GET")
    assert (found.url, found.detail) == ("https://a.example/****", "unreadable")


# Below HTTP

NAMED = {
    httpx2.ConnectTimeout: ("timeout", "connect"),
    httpx2.ReadTimeout: ("timeout", "read"),
    httpx2.WriteTimeout: ("timeout", "write"),
    httpx2.PoolTimeout: ("timeout", "pool"),
    httpx2.ProxyError: ("proxy", "refused"),
    httpx2.TooManyRedirects: ("path", "redirects"),
    httpx2.UnsupportedProtocol: ("path", "scheme"),
    httpx2.LocalProtocolError: ("auth", "header"),
    httpx2.RemoteProtocolError: ("answer", "cut"),
    httpx2.ConnectError: ("connect", "unreachable"),
    httpx2.ReadError: ("answer", "cut"),
    httpx2.WriteError: ("answer", "cut"),
}
PLAIN: list[tuple[Exception, tuple[str, str]]] = [
    (socket.gaierror(-2, "no"), ("dns", "unknown-host")),
    (ConnectionRefusedError(111, "no"), ("connect", "refused")),
    (ConnectionResetError(104, "no"), ("connect", "reset")),
    (TimeoutError(), ("timeout", "deadline")),
    (OSError(101, "Network is unreachable"), ("connect", "unreachable")),
    (OSError("no number"), ("request", "error")),
    (UnicodeEncodeError("ascii", "x", 0, 1, "no"), ("auth", "header")),
    (json.JSONDecodeError("no", "x", 0), ("answer", "unreadable")),
    (ValueError("Invalid header value b'x'"), ("auth", "header")),
    (ValueError("Invalid leading whitespace"), ("auth", "header")),
    (ValueError("Forbidden control character"), ("auth", "header")),
    (ValueError("Newline, carriage return"), ("auth", "header")),
    (ValueError("other"), ("request", "error")),
    (KeyError("Invalid header value"), ("request", "error")),
]


def below(error: Exception, outer: Exception, *, how: str) -> Exception:
    match how:
        case "cause":
            outer.__cause__ = error
        case "context":
            outer.__context__, outer.__suppress_context__ = error, True
        case "member":
            return ExceptionGroup("several", [outer, error])
        case "below a context":
            middle = RuntimeError("middle")
            middle.__context__ = error
            outer.__cause__ = middle
        case _:
            return error
    return outer


@pytest.mark.parametrize("how", ["alone", "cause", "context", "member", "below a context"])
@pytest.mark.parametrize(
    ("error", "expected"),
    [*((kind("no"), expected) for kind, expected in NAMED.items()), *PLAIN],
    ids=lambda value: repr(value)[:40],
)
def test_exception_is_known_wherever_it_is(error: Exception, expected: tuple[str, str], how: str) -> None:
    outer = openai.APIConnectionError(request=httpx2.Request("POST", URL))
    found = cause_of(list(causes(below(error, outer, how=how))))
    # Of those that are known by their outermost name alone, the SDK's own counts.
    names = ("ReadError", "WriteError")
    is_vague = (expected == ("request", "error") or type(error).__name__ in names) and how != "alone"
    assert (found.step, found.reason) == (("connect", "unreachable") if is_vague else expected)


@pytest.mark.parametrize("outer", [httpx2.ConnectError, httpx2.ReadError])
@pytest.mark.parametrize("how", ["cause", "context"])
def test_socket_knows_more_than_the_library_above_it(outer: type[Exception], how: str) -> None:
    for error, expected in PLAIN[:3]:
        found = cause_of(list(causes(below(error, outer("no"), how=how))))
        assert (found.step, found.reason) == expected


def test_tls_failures_say_why() -> None:
    certificate = ssl.SSLCertVerificationError(1, "no")
    certificate.verify_message = "self-signed certificate"
    found = cause_of([certificate])
    assert (found.reason, found.detail) == (
        "certificate",
        "The certificate isn't trusted: self-signed certificate.",
    )
    handshake = ssl.SSLError(1, "no")
    handshake.reason = "WRONG_VERSION_NUMBER"
    found = cause_of([handshake])
    assert found.reason == "handshake"
    assert "wrong version number" in found.detail
    handshake.reason = None  # type: ignore[assignment]
    assert "unknown reason" in cause_of([handshake]).detail


def test_unknown_exception_is_named() -> None:
    found = failure(RuntimeError(f"boom {KEY}"), [KEY])
    assert (found.step, found.reason, found.detail) == ("request", "error", "RuntimeError: boom ****")
    assert (found.url, found.method, found.status) == (None, None, None)


def test_each_exception_of_a_circle_comes_once() -> None:
    one, two = RuntimeError("one"), RuntimeError("two")
    one.__cause__, two.__context__ = two, one
    group = ExceptionGroup("all", [one, two, one])
    assert list(causes(group)) == [group, one, two]
    assert list(causes(one)) == [one, two]


@pytest.mark.parametrize("size", [0, 1, 299, 300, 301, 5000])
def test_line_has_three_hundred_characters_at_most(size: int) -> None:
    line = one_line("x" * size)
    assert line == ("x" * size if size <= 300 else f"{'x' * 297}...")
    assert len(line) <= 300
