"""Clients of the SDKs that one generator made: what each of our arguments becomes, and what is left to the SDK."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.adapter.registry import load_adapter
from modelcatalog.providers.http.arguments import key_and_base_url, request_args
from modelcatalog.providers.http.client import http_client, tls_context
from modelcatalog.providers.http.headers import headers_of
from modelcatalog.providers.http.hooks import NO_KEY, key_of
from modelcatalog.providers.identities.refreshable import Tokens
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.providers.testing.runner import Runner, call
from modelcatalog.providers.testing.service import KEY

from support.runners import connection_to

VARIABLES = {
    "openai": "OPENAI_CUSTOM_HEADERS",
    "openai_azure": "OPENAI_CUSTOM_HEADERS",
    "anthropic": "ANTHROPIC_CUSTOM_HEADERS",
    "groq": "GROQ_CUSTOM_HEADERS",
}


@pytest.fixture(params=VARIABLES)
def adapter_name(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


LINES = {
    "": [],
    "no header": [],
    "X-A: b": ["X-A"],
    "X-A:b\nno header\n\n X-B : c: d\n:e": ["", "X-A", "X-B"],
    "X-A: b\rX-B: c": ["X-A"],
}


@pytest.mark.parametrize("text", LINES)
def test_each_header_of_the_variable_is_held_back_and_nothing_else(
    runner: Runner, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    variable = VARIABLES[runner.adapter_name]
    usual = {name.lower() for name in runner.client(runner.connection("http://a.dev"))._custom_headers}
    monkeypatch.setenv(variable, text)
    client = runner.client(runner.connection("http://a.dev", ambient={variable: text}))
    held = {name for name, value in client._custom_headers.items() if type(value).__name__ == "Omit"}
    assert {name for name in held if name.lower() not in usual} == {*LINES[text]}


@pytest.mark.parametrize("follows", [True, False])
def test_redirects_are_followed_unless_the_connection_forbids_it(runner: Runner, follows: bool) -> None:
    client = runner.client(runner.connection("http://a.dev", follow_redirects=follows))
    assert client._client.follow_redirects is follows


def test_what_is_not_said_is_as_the_sdk_has_it(runner: Runner) -> None:
    connection = runner.connection("http://a.dev", max_retries=None)
    client = runner.client(connection)
    timeout = getattr(client.timeout, "read", client.timeout)
    assert (timeout, client.max_retries) == runner.service.usual_patience
    said = runner.client(runner.connection("http://a.dev", timeout=0.5, max_retries=0))
    assert (said.timeout, said.max_retries) == (0.5, 0)


def test_an_argument_that_is_none_is_not_given(runner: Runner) -> None:
    given = {"client": {"max_retries": None, "timeout": None}}
    client = runner.client(runner.connection("http://a.dev", max_retries=4, timeout=7.0, arguments=given))
    assert (client.timeout, client.max_retries) == (7.0, 4)
    own = {"client": {"max_retries": 1, "timeout": Secret("x")}}
    asked = runner.client(runner.connection("http://a.dev", max_retries=4, arguments=own))
    assert (asked.timeout, asked.max_retries) == ("x", 1)


def test_headers_of_the_caller_count_before_those_of_the_entry(
    runner: Runner, server: RecordingServer
) -> None:
    given = {"client": {"default_headers": {"X-Two": "theirs", "X-Three": "3"}}}
    headers = {"X-One": Secret("1"), "X-Two": "ours"}
    runner.chat(runner.connection(server.origin, headers=headers, arguments=given), call())
    names = ("x-one", "x-two", "x-three")
    assert [server.last.headers[name] for name in names] == ["1", "theirs", "3"]


def test_secret_headers_of_the_entry_stay_at_their_origin(runner: Runner, server: RecordingServer) -> None:
    headers = {"X-Token": Secret("LEAK-token-0123456789"), "X-Title": "mine"}
    with RecordingServer(service=runner.service) as other:
        server.answer(answers.redirect(f"{other.origin}/elsewhere"))
        runner.chat(runner.connection(server.origin, headers=headers), call())
        assert server.last.headers["x-token"] == "LEAK-token-0123456789"
        assert other.last.headers["x-title"] == "mine"
        assert "LEAK" not in other.last.everything


@pytest.mark.parametrize("key", [Secret(""), "", None])
def test_an_empty_key_is_none(runner: Runner, server: RecordingServer, key: Any) -> None:
    runner.chat(runner.connection(server.origin, settings={"api_key": key}), call())
    assert runner.service.identity(server.last) == {}
    assert NO_KEY not in server.last.everything


def test_a_client_of_the_callers_is_left_open(runner: Runner) -> None:
    library = "httpx" if runner.adapter_name == "groq" else "httpx2"
    theirs = http_client(sync=runner.sync, library=library)
    for _ in range(2):
        connection = runner.connection("http://a.dev", http_client=theirs, headers={"X-T": Secret("x")})
        built = runner.adapter.build(connection, sync=runner.sync)
        assert (built.close, built.aclose) == (None, None)
        assert built.client._client is theirs
    assert not any(hook.__module__.startswith("modelcatalog") for hook in theirs.event_hooks["request"])
    if runner.sync:
        theirs.close()
    else:
        asyncio.run(theirs.aclose())


def test_our_client_closes_with_the_sdks(runner: Runner) -> None:
    built = runner.adapter.build(runner.connection("http://a.dev"), sync=runner.sync)
    http = built.client._client
    assert not http.is_closed
    if runner.sync:
        assert built.aclose is None
        assert built.close is not None
        built.close()
    else:
        assert built.close is None
        assert built.aclose is not None
        asyncio.run(built.aclose())  # type: ignore[arg-type]
    assert http.is_closed


# The parts that the SDKs of other generators use, too


@pytest.mark.parametrize(
    ("request_", "body", "arguments"),
    [
        ({}, {}, {}),
        ({"a": Secret("x")}, {}, {"a": "x"}),
        ({}, {"b": Secret("y")}, {"extra_body": {"b": "y"}}),
        ({"extra_body": {"b": 1, "c": 2}}, {"b": 3}, {"extra_body": {"b": 3, "c": 2}}),
        ({"extra_body": {"b": 1}}, {}, {"extra_body": {"b": 1}}),
    ],
)
def test_arguments_of_the_body_become_part_of_it(
    request_: dict[str, Any], body: dict[str, Any], arguments: dict[str, Any]
) -> None:
    assert request_args(connection_to("http://a", arguments={"request": request_, "body": body})) == arguments


@pytest.mark.parametrize(
    ("auth", "key", "sent"),
    [("key", "k", "k"), ("key", None, NO_KEY), ("none", "k", NO_KEY), ("entra", "k", "k")],
)
def test_the_key_of_a_connection(auth: str, key: str | None, sent: str) -> None:
    connection = connection_to("http://a", auth=auth, settings={"api_key": key})
    assert key_of(connection) == sent
    assert key_and_base_url(connection) == {"api_key": sent, "base_url": "http://a"}


@pytest.mark.parametrize(
    ("url", "given", "instead", "is_enough"),
    [
        ("http://a", {}, (), True),
        ("", {}, (), False),
        (None, {}, (), False),
        ("", {"base_url": "b"}, (), True),
        ("", {"region": "b"}, (), False),
        ("", {"region": "b"}, ("region",), True),
    ],
)
def test_without_an_address_there_is_no_client(
    url: str | None, given: dict[str, str], instead: tuple[str, ...], is_enough: bool
) -> None:
    connection = connection_to("", settings={"base_url": url}, arguments={"client": given})
    if is_enough:
        assert key_and_base_url(connection, instead)["base_url"] == url
    else:
        with pytest.raises(ValueError, match=r"^acme has no base URL$"):
            key_and_base_url(connection, instead)


async def _later(value: Any) -> Any:
    return value


@pytest.mark.parametrize("sync", [True, False])
@pytest.mark.parametrize(
    ("key", "header"),
    [
        ("k", {"Authorization": "Bearer k"}),
        (Secret("k"), {"Authorization": "Bearer k"}),
        (None, {}),
        ("", {}),
        (NO_KEY, {}),
        (lambda: "k", {"Authorization": "Bearer k"}),
        (lambda: Secret("k"), {"Authorization": "Bearer k"}),
        (lambda: None, {}),
    ],
)
def test_headers_are_made_for_each_request(key: Any, header: dict[str, str], sync: bool) -> None:
    def made(own: dict[str, Any], key: Any) -> dict[str, str]:
        connection = SimpleNamespace(headers=own)
        found = headers_of(connection, key, lambda: {"A": "1", "B": "2"}, sync=sync)()  # type: ignore[arg-type]
        headers: dict[str, str] = found if sync else asyncio.run(found)
        return headers

    assert made({"B": Secret("3")}, key) == {"A": "1", "B": "3", **header}
    assert made({"Authorization": "own"}, key)["Authorization"] == "own"
    if not sync:
        value = key() if callable(key) else key
        assert made({}, lambda: _later(value)) == {"A": "1", "B": "2", **header}


@pytest.mark.parametrize("library", ["httpx", "httpx2"])
@pytest.mark.parametrize("sync", [True, False])
def test_an_http_client_has_what_it_was_given(library: str, sync: bool) -> None:
    seen, answered = object(), object()
    client = http_client(sync=sync, library=library, requests=[seen], responses=[answered], timeout=9)  # type: ignore[list-item]
    assert type(client).__mro__[1 if sync else 0].__module__.partition(".")[0] == library
    assert client.event_hooks == {"request": [seen], "response": [answered]}
    assert client.timeout.read == 9
    assert client.auth is None
    assert client.follow_redirects is False
    assert client._transport._pool._ssl_context is tls_context(library)
    renewing = http_client(sync=sync, library=library, key=Tokens(lambda: KEY))
    assert type(renewing.auth).__name__ == "Refresher"
    assert http_client(sync=sync, library=library, key=KEY).auth is None


def test_the_adapters_of_this_generator_are_these() -> None:
    assert all(
        load_adapter(name).CLIENTS[0].partition(".")[0] in ("openai", "anthropic", "groq")
        for name in VARIABLES
    )
