"""What our HTTP clients do to a request: headers that hold a secret stay at their origin, placeholders give way."""

from __future__ import annotations

import asyncio
import gc
import ssl
from collections.abc import Iterator
from inspect import isawaitable
from pathlib import Path
from typing import Any

import httpx2
import openai
import pytest

from modelcatalog.providers.http import client as http
from modelcatalog.providers.http import hooks, tls
from modelcatalog.providers.http.client import http_client
from modelcatalog.providers.http.hooks import NO_KEY, key_dropper, key_filler
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer

from support.certificates import self_signed

SECRET = "secret-of-a-header-0123456789"


def kind_of(sync: bool) -> Any:
    return openai.DefaultHttpxClient if sync else openai.DefaultAsyncHttpxClient


# The one name of ours for which there are others: a hook that takes secret headers off a request to another origin.
keeper = hooks.origin_keeper
both = pytest.mark.parametrize("sync", [True, False], ids=["sync", "async"])
CHANGES = {
    "the same": ("https://a.example/v1", True),
    "another path": ("https://a.example/v2?q=1", True),
    "the usual port": ("https://a.example:443/v1", True),
    "another host": ("https://b.example/v1", False),
    "a host below it": ("https://eu.a.example/v1", False),
    "another port": ("https://a.example:8443/v1", False),
    "plain http": ("http://a.example/v1", False),
    "plain http at its port": ("http://a.example:443/v1", False),
}


def seen(hook: Any, request: httpx2.Request) -> httpx2.Request:
    """The request after the hook, awaited if need be."""
    done = hook(request)
    if isawaitable(done):

        async def wait() -> None:
            await done

        asyncio.run(wait())
    return request


@both
@pytest.mark.parametrize("change", CHANGES)
def test_secret_headers_stay_at_their_origin(change: str, sync: bool) -> None:
    url, stays = CHANGES[change]
    hook = keeper(["X-Team-Token", "x-other"], sync=sync)
    headers = {"X-Team-Token": SECRET, "X-Kind": "evals"}
    first = seen(hook, httpx2.Request("POST", "https://a.example/v1", headers=headers))
    assert first.headers["x-team-token"] == SECRET
    second = httpx2.Request("POST", url, headers=headers, extensions=first.extensions)
    assert ("x-team-token" in seen(hook, second).headers) == stays
    assert second.headers["x-kind"] == "evals"
    back = httpx2.Request("POST", "https://a.example/v3", headers=headers, extensions=second.extensions)
    assert "x-team-token" in seen(hook, back).headers


@both
@pytest.mark.parametrize("name", ["Authorization", "api-key", "X-Api-Key"])
@pytest.mark.parametrize("value", [NO_KEY, f"Bearer {NO_KEY}", "Bearer key", f"{NO_KEY}-1", ""])
def test_placeholder_of_no_key_is_taken_off(name: str, value: str, sync: bool) -> None:
    request = seen(key_dropper(sync=sync), httpx2.Request("GET", "https://a.example", headers={name: value}))
    is_dropped = name != "X-Api-Key" and value.removeprefix("Bearer ") == NO_KEY
    assert request.headers.get(name) == (None if is_dropped else value)


@both
@pytest.mark.parametrize("value", ["Bearer place", "place", "Bearer other", None])
def test_placeholder_of_a_function_is_filled(value: str | None, sync: bool) -> None:
    async def later() -> str:
        return "key"

    hook = key_filler("place", (lambda: "key") if sync else later, sync=sync)
    headers = {} if value is None else {"Authorization": value}
    request = seen(hook, httpx2.Request("GET", "https://a.example", headers=headers))
    assert request.headers.get("Authorization") == ("Bearer key" if value == "Bearer place" else value)


@pytest.fixture(scope="module")
def secure(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RecordingServer, Path]]:
    certificate = self_signed(tmp_path_factory.mktemp("tls"))
    with RecordingServer(certificate) as running:
        yield running, certificate


@pytest.fixture(scope="module")
def plain() -> Iterator[RecordingServer]:
    with RecordingServer() as running:
        yield running


@both
@pytest.mark.parametrize("status", [302, 307, 308])
@pytest.mark.parametrize("name", ["X-Team-Token", "Authorization", "Cookie"])
def test_secret_header_is_not_sent_over_plain_http_after_a_redirect(
    secure: tuple[RecordingServer, Path],
    plain: RecordingServer,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    status: int,
    sync: bool,
) -> None:
    server, certificate = secure
    server.requests.clear()
    plain.requests.clear()
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server.answer(answers.redirect(f"{plain.origin}/v1/elsewhere", status))
    client = http_client(sync=sync, kind=kind_of(sync), requests=[keeper([name], sync=sync)])
    headers = {name: SECRET}
    if sync:
        with client:
            client.get(f"{server.origin}/v1", headers=headers)
    else:

        async def call() -> None:
            async with client:
                await client.get(f"{server.origin}/v1", headers=headers)

        asyncio.run(call())
    assert SECRET in server.requests[0].everything
    assert [SECRET in one.everything for one in plain.requests] == [False]


@both
@pytest.mark.parametrize("follow", [True, False])
def test_client_follows_redirects_only_if_it_may(plain: RecordingServer, follow: bool, sync: bool) -> None:
    plain.requests.clear()
    plain.answer(answers.redirect(f"{plain.origin}/v1/elsewhere", 302))
    client = http_client(sync=sync, kind=kind_of(sync), follow_redirects=follow)

    async def call() -> int:
        async with client:
            return int((await client.get(f"{plain.origin}/v1")).status_code)

    if sync:
        with client:
            status = client.get(f"{plain.origin}/v1").status_code
    else:
        status = asyncio.run(call())
    assert (status == 302, len(plain.requests)) == (not follow, 1 + follow)


def test_client_closes_itself_when_nobody_holds_it() -> None:
    client = http_client(sync=True, kind=kind_of(True))
    closed: list[bool] = []
    transport = client._transport
    transport.close = lambda: closed.append(True)
    del client
    gc.collect()
    assert closed == [True]


def test_client_that_was_never_made_is_not_closed() -> None:
    with pytest.raises(TypeError):
        http._closing(openai.DefaultHttpxClient)(no_such_option=1)
    gc.collect()


# Trusted roots


class Maker:
    """Makes contexts, and counts them."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> ssl.SSLContext:
        self.made += 1
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def test_context_is_made_once_for_each_factory() -> None:
    one, other = Maker(), Maker()
    assert tls.shared_context(one) is tls.shared_context(one)
    assert tls.shared_context(other) is not tls.shared_context(one)
    assert (one.made, other.made) == (1, 1)


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_context_is_made_anew_when_the_roots_are_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    import os

    make = Maker()
    roots = tmp_path / "roots"
    made = []
    for change in ("unset", "absent", "there", "written again", "the same", "empty"):
        match change:
            case "absent":
                monkeypatch.setenv(variable, str(roots))
            case "there":
                roots.write_text("", encoding="utf-8")
                os.utime(roots, ns=(1, 1))
            case "written again":
                os.utime(roots, ns=(2, 2))
            case "empty":
                monkeypatch.setenv(variable, "")
        tls.shared_context(make)
        made.append(make.made)
    assert made == [1, 2, 3, 4, 4, 5]
