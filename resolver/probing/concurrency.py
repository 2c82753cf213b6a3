"""Several calls at the same time, with a concurrency limit and a deadline for each."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from queue import Empty, SimpleQueue
from threading import Thread
from typing import TypeVar

Result = TypeVar("Result")
Work = Callable[[Callable[[], None]], Result]
_GRACE = 1.0
_LOOK = 0.05


def together(
    works: Mapping[str, Work[Result]],
    *,
    deadline: float,
    concurrency: int,
    late: Mapping[str, Result],
    raised: Callable[[str, Exception], Result],
    progress: Callable[[str, Result | None], None],
) -> dict[str, Result]:
    """The result of each, in the order of `works`; that of `late` for one that took too long, that of `raised` for one
    that raised an exception.

    Each is called in a thread of its own, with a function to call when its time begins. A thread that doesn't come back
    in time gives its place to the next one, and doesn't keep the process alive.
    """
    waiting = dict(works)
    running: dict[str, None] = {}  # in the order of their beginning
    clocks: dict[str, float] = {}
    results: dict[str, Result] = {}
    done: SimpleQueue[tuple[str, Result | Exception]] = SimpleQueue()
    while waiting or running:
        while waiting and len(running) < concurrency:
            name = next(iter(waiting))
            running[name] = None
            progress(name, None)
            Thread(target=_run, args=(name, waiting.pop(name), clocks, done), daemon=True).start()
        finished = _next(done)
        for name, result in [finished] if finished is not None else []:
            if name in running:
                running.pop(name, None)
                results[name] = raised(name, result) if isinstance(result, Exception) else result
                progress(name, results[name])
        now = time.monotonic()
        for name in [one for one in running if now - clocks.get(one, now) > deadline + _GRACE]:
            running.pop(name, None)
            results[name] = late[name]
            progress(name, late[name])
    return {name: results[name] for name in works}


def _run(
    name: str,
    work: Work[Result],
    clocks: dict[str, float],
    done: SimpleQueue[tuple[str, Result | Exception]],
) -> None:
    try:
        result: Result | Exception = work(lambda: clocks.__setitem__(name, time.monotonic()))
    except Exception as error:  # noqa: BLE001  the caller's thread gets it
        result = error
    done.put((name, result))


def _next(
    done: SimpleQueue[tuple[str, Result | Exception]],
) -> tuple[str, Result | Exception] | None:
    try:
        return done.get(timeout=_LOOK)
    except Empty:
        return None
