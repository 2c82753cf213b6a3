"""The uniform calls over an SDK of any make: whatever its streams can do, they are read once and closed once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from types import SimpleNamespace
from typing import Any, Self

import pytest

from modelcatalog.providers.adapter.chat_types import ChatCall, ChatChunk, ChatReply
from modelcatalog.providers.chat.calls import MOST_MODELS, ChatCalls
from modelcatalog.providers.chat.guard import Guard

CALL = ChatCall("m", ({"role": "user", "content": "hi"},))


class Stream:
    """Gives its events, and notes what is done with it."""

    def __init__(self, *events: str) -> None:
        self.events = events
        self.done: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return iter(self.events)

    async def __aiter__(self) -> AsyncIterator[str]:
        for event in self.events:
            yield event


class Closing(Stream):
    def close(self) -> None:
        self.done.append("close")


class Entered(Closing):
    def __enter__(self) -> Self:
        self.done.append("enter")
        return self

    def __exit__(self, *_: object) -> None:
        self.done.append("exit")


class AsyncClosing(Closing):
    async def aclose(self) -> None:
        self.done.append("aclose")


class AwaitedClosing(Stream):
    async def close(self) -> None:
        self.done.append("awaited close")


class AsyncEntered(AsyncClosing):
    async def __aenter__(self) -> Self:
        self.done.append("aenter")
        return self

    async def __aexit__(self, *_: object) -> None:
        self.done.append("aexit")


class Decoder:
    def __init__(self) -> None:
        self.seen: list[str] = []

    def take(self, event: str) -> Iterator[ChatChunk]:
        self.seen.append(event)
        if event == "broken":
            raise KeyError(event)
        if event:
            yield ChatChunk(event)

    def end(self) -> ChatChunk:
        return ChatChunk("", stop_reason=f"{len(self.seen)} events")


class Noting(Guard):
    def __init__(self, calls: Calls, path: str, stream: bool, has_call: bool) -> None:
        super().__init__(url="https://a.dev")
        self.facts = (path, stream, has_call)
        calls.guards.append(self)

    def prepared(self, sent: dict[str, Any]) -> dict[str, Any]:
        return {**sent, "prepared": True}


class Calls(ChatCalls):
    """An SDK whose methods give what the client holds."""

    SEND, OPEN, DECODER = "inner.send", "inner.open", Decoder

    def __init__(self) -> None:
        self.guards: list[Noting] = []

    def encode(self, client: Any, call: ChatCall, *, stream: bool) -> dict[str, Any]:
        assert client is not None
        return {"model": call.model, "stream": stream}

    def decode(self, answer: Any, call: ChatCall) -> ChatReply:
        return ChatReply(str(answer), model=call.model)

    def guard(self, client: Any, call: ChatCall | None, *, stream: bool = False, path: str = "") -> Guard:
        assert client is not None
        return Noting(self, path, stream, call is not None)

    def models(self, client: Any, path: str) -> Any:
        return client.inner.models(path)

    def model_names(self, answer: Any) -> list[str]:
        return list(answer)


async def later(value: Any) -> Any:
    return value


def client_of(given: Any, *, awaited: bool = False) -> tuple[Any, list[dict[str, Any]]]:
    """A client, all of whose calls give this value; and what they were given."""
    seen: list[dict[str, Any]] = []

    def method(**sent: Any) -> Any:
        seen.append(sent)
        return later(given) if awaited else given

    def models(path: str) -> Any:
        seen.append({"path": path})
        return later(given) if awaited else given

    return SimpleNamespace(inner=SimpleNamespace(send=method, open=method, models=models)), seen


@pytest.mark.parametrize(
    ("kind", "done"),
    [(Stream, []), (Closing, ["close"]), (Entered, ["enter", "exit"]), (AsyncClosing, ["close"])],
)
@pytest.mark.parametrize("events", [(), ("a", "", "b"), ("a", "broken", "b")], ids=len)
def test_a_stream_of_any_kind_is_read_and_closed(kind: type[Stream], done: list[str], events: Any) -> None:
    stream, calls = kind(*events), Calls()
    client, sent = client_of(stream)
    pieces = calls.stream(client, CALL)
    assert sent == []
    if "broken" in events:
        assert next(pieces).text == "a"
        with pytest.raises(KeyError) as caught:
            next(pieces)
        assert hasattr(caught.value, "modelcatalog_answered")
    else:
        assert [one.text for one in pieces] == [*filter(None, events), ""]
    assert stream.done == done
    assert sent == [{"model": "m", "stream": True, "prepared": True}]
    assert [guard.facts for guard in calls.guards] == [("", True, True)]


@pytest.mark.parametrize(
    ("kind", "done"),
    [
        (Stream, []),
        (Closing, ["close"]),
        (AwaitedClosing, ["awaited close"]),
        (AsyncClosing, ["aclose"]),
        (AsyncEntered, ["aenter", "aexit"]),
    ],
)
@pytest.mark.parametrize("awaited", [True, False])
@pytest.mark.parametrize("events", [(), ("a", "", "b"), ("a", "broken", "b")], ids=len)
def test_an_async_stream_of_any_kind_is_read_and_closed(
    kind: type[Stream], done: list[str], awaited: bool, events: Any
) -> None:
    stream, calls = kind(*events), Calls()
    client, sent = client_of(stream, awaited=awaited)

    async def read() -> list[ChatChunk]:
        return [one async for one in calls.astream(client, CALL)]

    if "broken" in events:
        with pytest.raises(KeyError) as caught:
            asyncio.run(read())
        assert hasattr(caught.value, "modelcatalog_answered")
    else:
        assert [one.text for one in asyncio.run(read())] == [*filter(None, events), ""]
    assert stream.done == done
    assert sent == [{"model": "m", "stream": True, "prepared": True}]
    assert [guard.facts for guard in calls.guards] == [("", True, True)]


def test_a_stream_that_is_left_is_closed() -> None:
    for kind, done in ((Closing, ["close"]), (Entered, ["enter", "exit"])):
        stream = kind("a", "b")
        pieces: Any = Calls().stream(client_of(stream)[0], CALL)
        assert next(pieces).text == "a"
        pieces.close()
        assert stream.done == done

    async def leave(stream: Stream) -> None:
        pieces: Any = Calls().astream(client_of(stream)[0], CALL)
        assert (await anext(pieces)).text == "a"
        await pieces.aclose()

    for left in (Closing("a", "b"), AwaitedClosing("a", "b"), AsyncClosing("a", "b"), AsyncEntered("a", "b")):
        asyncio.run(leave(left))
        assert left.done


@pytest.mark.parametrize("awaited", [True, False])
def test_an_answer_is_sent_for_once(awaited: bool) -> None:
    calls = Calls()
    client, sent = client_of("Hello", awaited=awaited)
    if not awaited:
        assert calls.chat(client, CALL) == ChatReply("Hello", model="m")
    assert asyncio.run(calls.achat(client, CALL)) == ChatReply("Hello", model="m")
    assert sent == [{"model": "m", "stream": False, "prepared": True}] * (1 if awaited else 2)
    assert {guard.facts for guard in calls.guards} == {("", False, True)}
    assert all(guard.answered for guard in calls.guards)


@pytest.mark.parametrize("awaited", [True, False])
@pytest.mark.parametrize("path", [None, "/models"])
def test_a_list_of_models_is_bounded(awaited: bool, path: str | None) -> None:
    calls, names = Calls(), [str(at) for at in range(10_001)]
    client, sent = client_of(names, awaited=awaited)
    given: dict[str, str] = {} if path is None else {"path": path}
    methods: list[Callable[..., Any]] = [calls.alist_models, *([] if awaited else [calls.list_models])]
    for method in methods:
        found = method(client, **given)
        found = found if isinstance(found, list) else asyncio.run(found)
        assert found == names[:10_000]
    assert MOST_MODELS == 10_000
    assert sent == [{"path": path or ""}] * len(methods)
    assert {guard.facts for guard in calls.guards} == {(path or "", False, False)}


def test_what_a_subclass_does_not_say_is_not_known() -> None:
    class Bare(ChatCalls):
        DECODER = Decoder

    bare = Bare()
    for use in (
        lambda: bare.encode(None, CALL, stream=False),
        lambda: bare.decode(None, CALL),
        lambda: bare.models(None, ""),
        lambda: bare.amodels(None, ""),
        lambda: bare.model_names(None),
    ):
        with pytest.raises(NotImplementedError):
            use()
    answer = object()
    assert bare.parse(answer) is bare.events(answer) is answer
    assert isinstance(bare.decoder(CALL), Decoder)
    assert type(bare.guard(None, CALL)) is Guard
