"""Keys that a function gives: when it is asked again, by a clock of the test's own, plain and async."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from inspect import isawaitable
from types import SimpleNamespace
from typing import Any

import httpx
import httpx2
import pytest

from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.identities import refreshable
from modelcatalog.providers.identities.refreshable import Tokens, refresher, replaced
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer

NOW = 1_800_000_000.0
EARLY = 30.0
"""Seconds before its end from which on a key isn't used any more, as the docs say."""

CARRIERS = ("authorization", "x-api-key", "api-key", "x-goog-api-key")
ENDS: dict[str, Callable[[str, float], Any]] = {
    "pair with seconds": lambda key, end: (key, end),
    "pair with a moment": lambda key, end: (key, datetime.fromtimestamp(end, UTC)),
    "pair with a secret": lambda key, end: (Secret(key), end),
    "object": lambda key, end: SimpleNamespace(token=key, expires_on=end),
    "object with a moment": lambda key, end: SimpleNamespace(
        token=key, expires_on=datetime.fromtimestamp(end, UTC)
    ),
}
ENDLESS: dict[str, Callable[[str], Any]] = {
    "text": str,
    "secret": Secret,
    "pair without an end": lambda key: (key, None),
    "object without an end": lambda key: SimpleNamespace(token=key),
}


class Clock:
    """Shows what it is set to."""

    def __init__(self) -> None:
        self.now = NOW

    def time(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    one = Clock()
    monkeypatch.setattr(refreshable, "time", one)
    return one


class Giver:
    """A function of the user's, plain or async, that gives one key after the other, each in some form."""

    def __init__(self, form: Callable[..., Any], *ends: float, is_async: bool = False) -> None:
        self._form, self._ends, self._is_async = form, ends, is_async
        self.asked = 0

    def __call__(self) -> Any:
        self.asked += 1
        end = self._ends[min(self.asked, len(self._ends)) - 1 :][:1]
        given = self._form(f"key-{self.asked}", *end)
        return self._later(given) if self._is_async else given

    async def _later(self, given: Any) -> Any:
        await asyncio.sleep(0)
        return given


def got(answer: Any) -> str:
    """A key, awaited if need be."""

    async def wait() -> str:
        return str(await answer)

    return asyncio.run(wait()) if isawaitable(answer) else str(answer)


both = pytest.mark.parametrize("is_async", [False, True], ids=["plain", "async"])


@both
@pytest.mark.parametrize("form", ENDS)
def test_key_is_kept_until_shortly_before_its_end(clock: Clock, form: str, is_async: bool) -> None:
    giver = Giver(ENDS[form], NOW + 1000, NOW + 5000, is_async=is_async)
    tokens = Tokens(giver)
    for later, key in (
        (0, 1),
        (0, 1),
        (1000 - EARLY - 1, 1),
        (1000 - EARLY, 2),
        (1001, 2),
        (5000 - EARLY - 1, 2),
        (5001, 3),
    ):
        clock.now = NOW + later
        assert got(tokens()) == f"key-{key}"
    assert giver.asked == 3
    assert list(tokens.seen) == ["key-1", "key-2", "key-3"]


@both
@pytest.mark.parametrize("form", ENDLESS)
def test_key_without_an_end_is_asked_for_each_time(form: str, is_async: bool) -> None:
    giver = Giver(ENDLESS[form], is_async=is_async)
    tokens = Tokens(giver)
    assert [got(tokens()), got(tokens())] == ["key-1", "key-2"]
    assert got(tokens.renew("key-2")) == "key-3"
    assert got(tokens.renew("other")) == "key-4"


@both
@pytest.mark.parametrize("form", ENDS)
def test_refused_key_is_replaced_by_what_another_call_has_fetched(form: str, is_async: bool) -> None:
    giver = Giver(ENDS[form], NOW + 1000, is_async=is_async)
    tokens = Tokens(giver)
    assert got(tokens.renew("a key of before")) == "key-1"
    assert got(tokens.renew("key-1")) == "key-2"
    assert got(tokens.renew("key-1")) == "key-2"
    assert got(tokens()) == "key-2"
    assert giver.asked == 2


def test_pair_of_three_is_a_key_of_its_own_form() -> None:
    assert Tokens(lambda: ("a", "b", "c"))() == "('a', 'b', 'c')"


def test_last_eight_keys_are_known_each_once() -> None:
    keys = iter([*"aab", *"cdefghij", "j"])
    tokens = Tokens(lambda: next(keys))
    for _ in range(12):
        tokens()
    assert list(tokens.seen) == list("cdefghij")
    assert repr(tokens) == "Tokens(...)"


@pytest.mark.parametrize("name", [*CARRIERS, "x-other"])
@pytest.mark.parametrize("written", ["{}", "Bearer {}"])
def test_key_of_ours_is_found_in_the_headers_that_carry_one(name: str, written: str) -> None:
    keys = iter(("key-old", "key-new"))
    tokens = Tokens(lambda: next(keys))
    tokens()
    tokens()
    # Only Authorization has a scheme before the key.
    carries = name in CARRIERS and (written == "{}" or name == "authorization")
    for key in ("key-old", "key-new"):
        headers = {name: written.format(key)}
        assert tokens.refused_in(headers) == (key if carries else None)
        replaced(headers, key, "another")
        assert headers == {name: written.format("another" if carries else key)}
    assert tokens.refused_in({name: "of somebody else"}) is None
    assert tokens.refused_in({}) is None
    assert tokens.refused_in({"authorization": "key-old", "x-api-key": "key-new"}) == "key-new"


def test_only_the_header_with_the_old_key_is_replaced() -> None:
    headers = {"authorization": "Bearer mine", "x-api-key": "old", "x-other": "old"}
    replaced(headers, "old", "new")
    assert headers == {"authorization": "Bearer mine", "x-api-key": "new", "x-other": "old"}


# The client that asks once more

LIBRARIES = {"httpx": httpx, "httpx2": httpx2}


@pytest.fixture(scope="module")
def running() -> Iterator[RecordingServer]:
    with RecordingServer() as one:
        yield one


@pytest.fixture
def server(running: RecordingServer) -> RecordingServer:
    running.requests.clear()
    return running


def fetched(library: str, url: str, tokens: Tokens, *, sync: bool, key: str | None = None) -> tuple[int, str]:
    """Status and text of an answer for a request that carries the key of the moment."""
    module: Any = LIBRARIES[library]
    auth = refresher(library, tokens)
    if sync:
        with module.Client(auth=auth) as client:
            carried = key or got(tokens())
            answer = client.post(url, headers={"Authorization": f"Bearer {carried}"}, content=b"body")
            return answer.status_code, answer.text

    async def call() -> tuple[int, str]:
        async with module.AsyncClient(auth=auth) as client:
            given: Any = tokens() if key is None else key
            carried = await given if isawaitable(given) else given
            answer = await client.post(url, headers={"Authorization": f"Bearer {carried}"}, content=b"body")
            return answer.status_code, answer.text

    return asyncio.run(call())


CALLS = [
    pytest.param(
        library,
        sync,
        is_async,
        id=f"{library}, {'sync' if sync else 'async'}, {'async' if is_async else 'plain'}",
    )
    for library in LIBRARIES
    for sync, is_async in ((True, False), (False, False), (False, True))
]


@pytest.mark.parametrize(("library", "sync", "is_async"), CALLS)
@pytest.mark.parametrize("form", ["pair with seconds", "object"])
def test_refused_key_is_asked_for_once_more(
    server: RecordingServer, library: str, sync: bool, is_async: bool, form: str
) -> None:
    giver = Giver(ENDS[form], NOW + 1000, is_async=is_async)
    server.answer(answers.error(401, "expired"), answers.models("m"))
    status, _ = fetched(library, server.url, Tokens(giver), sync=sync)
    assert status == 200
    assert [one.headers["authorization"] for one in server.requests] == ["Bearer key-1", "Bearer key-2"]
    assert [one.body for one in server.requests] == [b"body", b"body"]


@pytest.mark.parametrize(("library", "sync", "is_async"), CALLS)
def test_second_refusal_is_the_answer(
    server: RecordingServer, library: str, sync: bool, is_async: bool
) -> None:
    giver = Giver(ENDS["object"], NOW + 1000, is_async=is_async)
    server.answer(answers.error(401, "first"), answers.error(401, "second"))
    status, text = fetched(library, server.url, Tokens(giver), sync=sync)
    assert (status, "second" in text, len(server.requests)) == (401, True, 2)


@pytest.mark.parametrize(("library", "sync", "is_async"), CALLS)
@pytest.mark.parametrize("status", [400, 402, 403, 404, 429, 500])
def test_other_failure_is_the_answer(
    server: RecordingServer, library: str, sync: bool, is_async: bool, status: int
) -> None:
    giver = Giver(ENDS["object"], NOW + 1000, is_async=is_async)
    server.answer(answers.error(status, "no"))
    assert fetched(library, server.url, Tokens(giver), sync=sync)[0] == status
    assert (len(server.requests), giver.asked) == (1, 1)


@pytest.mark.parametrize(("library", "sync", "is_async"), CALLS)
def test_same_key_again_is_not_sent_twice(
    server: RecordingServer, library: str, sync: bool, is_async: bool
) -> None:
    giver = Giver(lambda *_: "the same", is_async=is_async)
    server.answer(answers.error(401, "no"))
    assert fetched(library, server.url, Tokens(giver), sync=sync)[0] == 401
    assert len(server.requests) == 1


@pytest.mark.parametrize(("library", "sync", "is_async"), CALLS)
def test_refused_key_of_somebody_else_is_not_replaced(
    server: RecordingServer, library: str, sync: bool, is_async: bool
) -> None:
    giver = Giver(ENDS["object"], NOW + 1000, is_async=is_async)
    server.answer(answers.error(401, "no"))
    assert fetched(library, server.url, Tokens(giver), sync=sync, key="their key")[0] == 401
    assert (len(server.requests), giver.asked) == (1, 0)


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("key", ["fixed", None, Secret("fixed"), str])
def test_fixed_key_needs_nobody_who_asks(library: str, key: Any) -> None:
    assert refresher(library, key) is None
