"""Ways from any thread and any event loop into the loop of one thread."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from typing import Any

import pytest

from modelcatalog.providers.vllm.failure import ClosedError
from modelcatalog.providers.vllm.loop_thread import LoopThread


@pytest.fixture
def thread() -> Iterator[LoopThread]:
    made = LoopThread("test")
    yield made
    made.stop(lambda: None)


class Source:
    """Counts, and knows whether it was closed."""

    def __init__(self, end: int = 3) -> None:
        self.end = end
        self.closed = threading.Event()

    async def pieces(self) -> AsyncGenerator[int]:
        try:
            for number in range(self.end):
                await asyncio.sleep(0)
                yield number
        finally:
            self.closed.set()

    async def failing(self) -> AsyncGenerator[int]:
        yield 0
        raise KeyError("middle")


async def where() -> str:
    return threading.current_thread().name


def test_it_can_be_stopped_out_of_itself() -> None:
    thread, done = LoopThread("test"), threading.Event()

    async def end() -> None:
        thread.stop(done.set)

    with suppress(ClosedError):
        thread.call(end())
    done.wait()


def test_work_is_done_in_the_thread(thread: LoopThread) -> None:
    assert thread.call(where()) == "test"
    assert asyncio.run(thread.acall(where())) == "test"


def test_pieces_arrive_in_order_here_and_in_a_loop(thread: LoopThread) -> None:
    async def collect() -> list[int]:
        return [piece async for piece in thread.aiterate(Source().pieces())]

    assert list(thread.iterate(Source().pieces())) == [0, 1, 2]
    assert asyncio.run(collect()) == [0, 1, 2]


def test_an_error_in_the_middle_reaches_the_reader(thread: LoopThread) -> None:
    pieces = thread.iterate(Source().failing())
    assert next(pieces) == 0
    with pytest.raises(KeyError, match="middle"):
        next(pieces)


def test_leaving_early_closes_the_source(thread: LoopThread) -> None:
    source = Source(10**9)
    for piece in thread.iterate(source.pieces()):
        if piece == 2:
            break
    source.closed.wait()


async def test_a_cancelled_reader_closes_the_source(thread: LoopThread) -> None:
    source = Source(10**9)

    async def read() -> None:
        async for _ in thread.aiterate(source.pieces()):
            pass

    reader = asyncio.ensure_future(read())
    await asyncio.sleep(0.01)
    reader.cancel()
    with pytest.raises(asyncio.CancelledError):
        await reader
    await asyncio.to_thread(source.closed.wait)


async def test_a_cancelled_wait_cancels_the_work(thread: LoopThread) -> None:
    started, cancelled = threading.Event(), threading.Event()

    async def work() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise

    waiter = asyncio.ensure_future(thread.acall(work()))
    await asyncio.to_thread(started.wait)
    waiter.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiter
    await asyncio.to_thread(cancelled.wait)


def test_stopping_ends_what_runs_with_an_error_and_does_the_last_thing() -> None:
    thread = LoopThread("test")
    done: list[str] = []
    with ThreadPoolExecutor(2) as pool:
        started = threading.Barrier(3)

        async def forever() -> None:
            await asyncio.to_thread(started.wait)
            await asyncio.Event().wait()

        async def endless() -> AsyncGenerator[int]:
            await asyncio.to_thread(started.wait)
            await asyncio.Event().wait()
            yield 0

        waiting: list[Future[Any]] = [
            pool.submit(thread.call, forever()),
            pool.submit(lambda: list(thread.iterate(endless()))),
        ]
        started.wait()
        thread.stop(lambda: done.append(threading.current_thread().name))
        for one in waiting:
            with pytest.raises(ClosedError):
                one.result()
    assert done == ["test"]
    with pytest.raises(ClosedError):
        thread.call(where())
    thread.stop(lambda: done.append("again"))
    assert done == ["test"]
