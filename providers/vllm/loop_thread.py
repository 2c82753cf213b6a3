"""An event loop in a thread of its own, and the ways from any thread and any other loop into it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterator
from contextlib import aclosing
from queue import SimpleQueue
from threading import Thread, current_thread
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from modelcatalog.providers.vllm.failure import ClosedError

if TYPE_CHECKING:
    from concurrent.futures import Future

T = TypeVar("T")


class _Piece(NamedTuple, Generic[T]):
    value: T


class _End(NamedTuple):
    error: BaseException | None


class LoopThread:
    """The loop runs until `stop`. What still runs then ends with ClosedError for those who wait for it."""

    def __init__(self, name: str) -> None:
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[Any]] = set()
        self._stopped = False
        self._thread = Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def call(self, work: Coroutine[Any, Any, T]) -> T:
        """Run it there, and wait here."""
        future = self._submit(work)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    async def acall(self, work: Coroutine[Any, Any, T]) -> T:
        """Run it there, and wait in this loop. A wait that is cancelled cancels the work."""
        return await asyncio.wrap_future(self._submit(work))

    def iterate(self, source: AsyncGenerator[T]) -> Iterator[T]:
        """What the source gives there, here. Leaving early closes the source."""
        ready: SimpleQueue[_Piece[T] | _End] = SimpleQueue()
        future = self._submit(_pump(source, ready.put))
        try:
            while isinstance(piece := ready.get(), _Piece):
                yield piece.value
            if piece.error is not None:
                raise piece.error
        finally:
            future.cancel()

    async def aiterate(self, source: AsyncGenerator[T]) -> AsyncIterator[T]:
        """`iterate`, for an event loop."""
        here = asyncio.get_running_loop()
        ready: asyncio.Queue[_Piece[T] | _End] = asyncio.Queue()
        future = self._submit(_pump(source, lambda piece: here.call_soon_threadsafe(ready.put_nowait, piece)))
        try:
            while isinstance(piece := await ready.get(), _Piece):
                yield piece.value
            if piece.error is not None:
                raise piece.error
        finally:
            future.cancel()

    def stop(self, last: Callable[[], object]) -> None:
        """Cancel what runs, do the `last` thing in the thread, and end it. A second time does nothing."""
        if current_thread() is self._thread:  # as when the collector finds its owner there
            Thread(target=self.stop, args=(last,)).start()
            return
        if self._stopped:
            return
        self._stopped = True
        if self._thread.is_alive():
            asyncio.run_coroutine_threadsafe(self._end(last), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            self._thread.join()
        self._loop.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_forever()

    def _submit(self, work: Coroutine[Any, Any, T]) -> Future[T]:
        if self._stopped:
            work.close()
            raise ClosedError
        return asyncio.run_coroutine_threadsafe(self._noted(work), self._loop)

    async def _noted(self, work: Coroutine[Any, Any, T]) -> T:
        task = asyncio.current_task()
        assert task is not None  # noqa: S101  a coroutine that runs in a loop has one
        self._tasks.add(task)
        try:
            return await work
        except asyncio.CancelledError:
            if self._stopped:
                raise ClosedError from None
            raise
        finally:
            self._tasks.discard(task)

    async def _end(self, last: Callable[[], object]) -> None:
        running = list(self._tasks)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        last()
        own = asyncio.current_task()
        rest = [task for task in asyncio.all_tasks() if task is not own]
        for task in rest:
            task.cancel()
        await asyncio.gather(*rest, return_exceptions=True)
        await asyncio.get_running_loop().shutdown_asyncgens()


async def _pump(source: AsyncGenerator[T], put: Callable[[_Piece[T] | _End], object]) -> None:
    try:
        async with aclosing(source) as pieces:
            async for piece in pieces:
                put(_Piece(piece))
    except asyncio.CancelledError:
        put(_End(ClosedError()))
        raise
    except BaseException as error:  # noqa: BLE001  whoever reads gets it
        put(_End(error))
    else:
        put(_End(None))
