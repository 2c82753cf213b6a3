"""A clock and a worker that go on only when a test says so."""

from __future__ import annotations

import heapq
from collections import deque
from collections.abc import Callable
from concurrent.futures import Executor, Future
from itertools import count
from typing import Any


class ClockByHand:
    """Time passes by `advance` alone; what is due then happens in the order of its time."""

    def __init__(self) -> None:
        self._now = 0.0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = count()

    def time(self) -> float:
        return self._now

    def call_at(self, when: float, callback: Callable[[], None]) -> None:
        heapq.heappush(self._due, (when, next(self._numbers), callback))

    def advance(self, seconds: float) -> None:
        end = self._now + seconds
        while self._due and self._due[0][0] <= end:
            self._now, _, callback = heapq.heappop(self._due)
            callback()
        self._now = end

    @property
    def ordered(self) -> int:
        """How many calls are still to come."""
        return len(self._due)


class WorkerByHand(Executor):
    """One worker, that does the next piece of work when it is told to."""

    def __init__(self) -> None:
        self._work: deque[tuple[Future[Any], Callable[[], Any]]] = deque()

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self._work.append((future, lambda: fn(*args, **kwargs)))
        return future

    def work(self) -> bool:
        """Do one piece; whether there was one."""
        if not self._work:
            return False
        future, job = self._work.popleft()
        if future.set_running_or_notify_cancel():
            try:
                future.set_result(job())
            except BaseException as error:  # noqa: BLE001  as an executor does
                future.set_exception(error)
        return True

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        if cancel_futures:
            for future, _ in self._work:
                future.cancel()
        while wait and self.work():
            pass
