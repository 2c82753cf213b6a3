"""Calls that arrive while others wait are answered together: one batch at a time, each of one key.

A batch goes when it is full, or when for two seconds nothing has been added to it. While it waits for the batch before
it to end, further calls may still join. Nothing here knows what a call is.
"""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Hashable, Sequence
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from functools import cache, partial
from typing import Generic, NamedTuple, Protocol, TypeVar

Ask = TypeVar("Ask")
Answer = TypeVar("Answer")
Result = TypeVar("Result")

SIZE = 32
SILENCE = 2.0
"""Most calls in a batch, and seconds without an arrival after which a smaller one goes."""


class ClosedError(RuntimeError):
    """The model was closed: it takes no more calls."""


class Clock(Protocol):
    """Seconds that pass, and something that happens at one of them."""

    def time(self) -> float: ...

    def call_at(self, when: float, callback: Callable[[], None]) -> None: ...


class _Asked(NamedTuple, Generic[Ask, Answer]):
    ask: Ask
    future: Future[Answer]


class _Batch(Generic[Ask, Answer]):
    def __init__(self, key: Hashable) -> None:
        self.key = key
        self.waiting: list[_Asked[Ask, Answer]] = []
        self.deadline: float | None = None
        self.is_ready = False


class Batcher(Generic[Ask, Answer]):
    """Hands batches to `run`, which gives an answer for each ask, in their order. Any thread and event loop may ask.

    `size`: most asks in a batch. `silence`: seconds. `executor` has one worker: batches go one after the other.
    """

    def __init__(
        self,
        run: Callable[[list[Ask]], Sequence[Answer]],
        *,
        size: int = SIZE,
        silence: float = SILENCE,
        clock: Clock | None = None,
        executor: Executor | None = None,
    ) -> None:
        self._run = run
        self._size = size
        self._silence = silence
        self._clock = clock or loop_clock()
        self._executor = executor or ThreadPoolExecutor(1, thread_name_prefix="modelcatalog-model")
        self._lock = threading.Lock()
        # Those that take arrivals, by key; and those that may go, in the order in which they may.
        self._open: dict[Hashable, _Batch[Ask, Answer]] = {}
        self._ready: deque[_Batch[Ask, Answer]] = deque()
        self._is_closed = False

    def submit(self, ask: Ask, key: Hashable = None) -> Future[Answer]:
        """The answer to come. Only asks of equal keys share a batch. Raises ClosedError."""
        future: Future[Answer] = Future()
        with self._lock:
            self._refuse_when_closed()
            batch = self._open.get(key)
            if batch is None:
                batch = self._open[key] = _Batch(key)
            batch.waiting = [asked for asked in batch.waiting if not asked.future.cancelled()]
            batch.waiting.append(_Asked(ask, future))
            if len(batch.waiting) >= self._size:
                del self._open[key]
                self._release(batch)
            elif not batch.is_ready:
                self._wait(batch)
        return future

    async def ask(self, ask: Ask, key: Hashable = None) -> Answer:
        """The answer. Whoever is cancelled while waiting leaves the batch, and nobody else is touched."""
        return await asyncio.wrap_future(self.submit(ask, key))

    def alone(self, job: Callable[[], Result]) -> Future[Result]:
        """The result of a job that takes its turn among the batches. Raises ClosedError."""
        with self._lock:
            self._refuse_when_closed()
            return self._executor.submit(job)

    def close(self, *, drain: bool = True) -> None:
        """Take no more asks. Those that wait are answered now, or cancelled; returns when nothing runs any more."""
        with self._lock:
            self._is_closed = True
            for batch in list(self._open.values()):
                self._release(batch)
            waiting = [] if drain else [asked.future for batch in self._ready for asked in batch.waiting]
        for future in waiting:
            future.cancel()
        self._executor.shutdown(wait=True, cancel_futures=not drain)

    def _refuse_when_closed(self) -> None:
        if self._is_closed:
            raise ClosedError("this model was closed; resolve it again")

    def _wait(self, batch: _Batch[Ask, Answer]) -> None:
        """Each arrival moves the deadline; the call that is ordered for the first one moves along with it."""
        is_ordered = batch.deadline is not None
        batch.deadline = self._clock.time() + self._silence
        if not is_ordered:
            self._clock.call_at(batch.deadline, partial(self._look, batch))

    def _look(self, batch: _Batch[Ask, Answer]) -> None:
        with self._lock:
            if batch.is_ready or batch.deadline is None:
                return
            if self._clock.time() < batch.deadline:
                self._clock.call_at(batch.deadline, partial(self._look, batch))
            else:
                self._release(batch)

    def _release(self, batch: _Batch[Ask, Answer]) -> None:
        if not batch.is_ready:
            batch.is_ready = True
            self._ready.append(batch)
            self._executor.submit(self._work)

    def _work(self) -> None:
        with self._lock:
            batch = self._ready.popleft()
            if self._open.get(batch.key) is batch:
                del self._open[batch.key]
        asked = [one for one in batch.waiting if one.future.set_running_or_notify_cancel()]
        if asked:
            _answer(asked, self._run)


def _answer(asked: list[_Asked[Ask, Answer]], run: Callable[[list[Ask]], Sequence[Answer]]) -> None:
    try:
        answers = _all_of(run([one.ask for one in asked]), len(asked))
    except BaseException as error:  # noqa: BLE001  whatever it is, those who wait must hear of it
        for one in asked:
            one.future.set_exception(error)
    else:
        for one, answer in zip(asked, answers, strict=True):
            one.future.set_result(answer)


def _all_of(answers: Sequence[Answer], count: int) -> Sequence[Answer]:
    if len(answers) != count:
        raise RuntimeError(f"{count} asked, {len(answers)} answers came")
    return answers


# One thread for all batchers of the process.
@cache
def loop_clock() -> Clock:
    """The clock of this process: an event loop in a thread of its own, which sleeps until something is due."""
    return _LoopClock()


class _LoopClock:
    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        threading.Thread(target=self._loop.run_forever, name="modelcatalog-clock", daemon=True).start()

    def time(self) -> float:
        return self._loop.time()

    def call_at(self, when: float, callback: Callable[[], None]) -> None:
        self._loop.call_soon_threadsafe(self._loop.call_at, when, callback)
