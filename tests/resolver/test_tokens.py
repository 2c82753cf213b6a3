"""Keys that don't last: a function gives them, and is asked once more when one is refused."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from modelcatalog.catalog.diagnostics.errors import ProviderCallError
from modelcatalog.catalog.model.entries import Entry
from modelcatalog.catalog.redaction.secret import Secret
from modelcatalog.providers.identities.refreshable import Tokens, replaced
from modelcatalog.providers.testing import answers
from modelcatalog.providers.testing.recording_server import RecordingServer
from modelcatalog.resolver import resolve

from support.entries import ENTRIES, set_up
from support.services import service_of

# goodfire has no place where a key could be changed between two attempts.
KEYED = [entry for entry in ENTRIES if "key" in entry.auth and entry.adapter != "goodfire"]
OLD, NEW = "old-key-0123456789abcdef", "new-key-0123456789abcdef"


class Giver:
    """A function that gives one key after the other, and counts how often it was asked."""

    def __init__(self, *keys: Any) -> None:
        self._keys = list(keys)
        self.asked = 0

    def __call__(self) -> Any:
        self.asked += 1
        return self._keys.pop(0) if len(self._keys) > 1 else self._keys[0]


class Token(NamedTuple):
    """As azure-core has it."""

    token: str
    expires_on: float


# The async methods of google-generativeai make the sync call in a thread and take a plain function; google-auth asks as
# often as it may retry.
_OTHERS = [entry for entry in KEYED if entry.adapter != "google_legacy"]
PLAIN_AND_ASYNC = [
    pytest.param(entry, sync, id=f"{entry.id}-{'sync' if sync else 'async'}")
    for entry in KEYED
    for sync in ((True, False) if entry in _OTHERS else (True,))
]
ASKING_TWICE = [one for one in PLAIN_AND_ASYNC if one.values[0] in _OTHERS]


@pytest.fixture(params=KEYED, ids=[entry.id for entry in KEYED])
def entry(request: pytest.FixtureRequest) -> Entry:
    found: Entry = request.param
    return found


@pytest.fixture
def server(entry: Entry) -> Iterator[RecordingServer]:
    with RecordingServer() as running:
        running.service = service_of(entry.adapter)
        yield running


def ask(name: str, key: Callable[[], Any], *, sync: bool, **arguments: Any) -> str:
    """The text of an answer, whose key is asked of the function."""
    if sync:
        with resolve(name, sync=True, api_key=key, **arguments) as model:
            return str(model.chat("hi").text)

    async def asked() -> Any:
        return key()

    async def talk() -> str:
        async with resolve(name, api_key=asked, **arguments) as model:
            return str((await model.chat("hi")).text)

    return asyncio.run(talk())


def keyless(arguments: dict[str, Any]) -> dict[str, Any]:
    """The arguments without those that say who asks."""
    return {name: value for name, value in arguments.items() if "key" not in name}


@pytest.mark.parametrize(("entry", "sync"), PLAIN_AND_ASYNC, indirect=["entry"])
def test_refused_key_is_asked_for_once_more(
    entry: Entry, sync: bool, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = keyless(set_up(monkeypatch, entry, server.origin))
    giver = Giver((OLD, float("inf")), (NEW, float("inf")))
    server.answer(answers.error(401, "expired"))
    assert ask(f"{entry.id}/m", giver, sync=sync, **arguments) == "Hello"
    assert [OLD in one.everything for one in server.requests] == [True, False]
    assert [NEW in one.everything for one in server.requests] == [False, True]
    assert giver.asked == 2


@pytest.mark.parametrize(("entry", "sync"), ASKING_TWICE, indirect=["entry"])
def test_only_the_key_changes_in_what_is_asked_once_more(
    entry: Entry, sync: bool, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = keyless(set_up(monkeypatch, entry, server.origin))
    for old, new in (("e", "f"), ("r", "Bearer r"), ("Bearer", "e"), ("application", "json")):
        server.requests.clear()
        server.answer(answers.error(401, "expired"))
        giver = Giver((old, float("inf")), (new, float("inf")))
        assert ask(f"{entry.id}/m", giver, sync=sync, **arguments) == "Hello"
        first, second = ({**one.headers} for one in server.requests)
        expected = {name: carrying(name, value, old, new) for name, value in first.items()}
        assert expected != first
        for headers in (expected, second):  # what an SDK counts and measures
            for name in ("x-stainless-retry-count", "amz-sdk-request", "amz-sdk-invocation-id", "x-amz-date"):
                headers.pop(name, None)
        assert second == expected


def carrying(name: str, value: str, old: str, new: str) -> str:
    """The header of a request with the new key, made as the first was made with the old one."""
    if name == "authorization" and value == f"Bearer {old}":
        return f"Bearer {new}"
    return new if name in ("x-api-key", "api-key", "x-goog-api-key") and value == old else value


NAMES = ("Authorization", "X-Api-Key", "api-key", "x-goog-api-key")
KEYS = st.text(st.sampled_from("BearerbBtokn e-1"), min_size=1, max_size=8).filter(
    lambda key: key == key.strip()
)


@settings(deadline=None)
@given(
    keys=st.lists(KEYS, min_size=1, max_size=4),
    new=KEYS,
    name=st.sampled_from(NAMES),
    others=st.dictionaries(st.sampled_from(("Accept", "e", "User-Agent", "X-Team", "Bearer")), KEYS),
)
def test_headers_are_made_anew_with_the_new_key(
    keys: list[str], new: str, name: str, others: dict[str, str]
) -> None:
    tokens = Tokens(Giver(*keys))
    old = [str(tokens()) for _ in keys][-1]
    scheme = "Bearer " if name == "Authorization" else ""
    headers = httpx2.Headers({**others, name: f"{scheme}{old}", "Content-Type": "application/json"})
    assert tokens.refused_in(headers) == old
    replaced(headers, old, new)
    assert dict(headers) == dict(
        httpx2.Headers({**others, name: f"{scheme}{new}", "Content-Type": "application/json"})
    )


@settings(deadline=None)
@given(
    keys=st.lists(KEYS, min_size=1, max_size=4), foreign=KEYS, scheme=st.sampled_from(("Bearer ", "Basic "))
)
def test_key_of_somebody_else_is_left_alone(keys: list[str], foreign: str, scheme: str) -> None:
    tokens = Tokens(Giver(*keys))
    for _ in keys:
        tokens()
    headers = httpx2.Headers({"Authorization": f"{scheme}{foreign}", "x-other": keys[-1]})
    before = dict(headers)
    found = tokens.refused_in(headers)
    assert found == (foreign if foreign in keys else None)
    for key in {*keys} - {foreign}:
        replaced(headers, key, "new")
    assert dict(headers) == before


@pytest.mark.parametrize(("entry", "sync"), ASKING_TWICE, indirect=["entry"])
def test_second_refusal_is_the_answer(
    entry: Entry, sync: bool, server: RecordingServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = keyless(set_up(monkeypatch, entry, server.origin))
    giver = Giver((OLD, float("inf")), (NEW, float("inf")), ("third-0123456789", float("inf")))
    server.answer(*[answers.error(401, f"no {OLD}")] * 6)
    with pytest.raises(ProviderCallError) as caught:
        ask(f"{entry.id}/m", giver, sync=sync, max_retries=0, **arguments)
    assert len(server.requests) == 2
    assert OLD not in str(caught.value)


def test_key_is_kept_until_its_end() -> None:
    now = time.time()
    for end in (now + 1000, datetime.fromtimestamp(now + 1000, UTC)):
        giver = Giver((OLD, end), (NEW, end))
        tokens = Tokens(giver)
        assert [tokens(), tokens()] == [OLD, OLD]
        assert tokens.renew(OLD) == NEW
        assert tokens.renew(OLD) == NEW
        assert (tokens(), giver.asked) == (NEW, 2)


def test_key_that_is_about_to_end_is_asked_for_anew() -> None:
    tokens = Tokens(Giver(Token(OLD, time.time() + 5), Token(NEW, time.time() + 5000)))
    assert [tokens(), tokens(), tokens()] == [OLD, NEW, NEW]


def test_key_without_an_end_is_asked_for_each_time() -> None:
    giver = Giver(Secret(OLD), NEW)
    tokens = Tokens(giver)
    assert [tokens(), tokens()] == [OLD, NEW]
    assert OLD not in repr(tokens)
