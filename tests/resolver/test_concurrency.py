"""Several calls at the same time: how many, in which order, and what becomes of late ones and of errors."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

from modelcatalog.resolver.probing.concurrency import together

AT_ONCE = -1.0
"""A deadline that, with the second of grace, is over when the clock starts."""


def run(
    works: dict[str, Any], *, deadline: float = 600.0, concurrency: int = 8
) -> tuple[dict[str, str], list[Any]]:
    seen: list[Any] = []
    results = together(
        works,
        deadline=deadline,
        concurrency=concurrency,
        late={name: f"{name} was late" for name in works},
        raised=lambda name, error: f"{name}: {error!r}",
        progress=lambda name, result: seen.append((name, result)),
    )
    return results, seen


def answering(text: str) -> Callable[[Callable[[], None]], str]:
    def work(started: Callable[[], None]) -> str:
        started()
        return text

    return work


def test_each_has_its_result_in_the_order_of_the_works() -> None:
    second = threading.Event()

    def waits(started: Callable[[], None]) -> str:
        started()
        assert second.wait(600)
        return "first"

    def sets(_: Callable[[], None]) -> str:
        second.set()
        return "second"

    results, seen = run({"a": waits, "b": sets})
    assert list(results.items()) == [("a", "first"), ("b", "second")]
    assert seen[:2] == [("a", None), ("b", None)]
    assert sorted(seen[2:]) == [("a", "first"), ("b", "second")]
    assert run({}) == ({}, [])


@pytest.mark.parametrize("concurrency", [1, 2, 3])
def test_so_many_run_at_the_same_time_and_no_more(concurrency: int) -> None:
    running, most = threading.Semaphore(concurrency), []
    all_here = threading.Barrier(concurrency)

    def work(_: Callable[[], None]) -> str:
        most.append(running.acquire(blocking=False))
        all_here.wait(600)
        running.release()
        return "done"

    names = [str(at) for at in range(2 * concurrency)]
    results, _ = run(dict.fromkeys(names, work), concurrency=concurrency)
    assert list(results) == names
    assert set(results.values()) == {"done"}
    assert all(most)


def test_one_after_the_other_where_only_one_may_run() -> None:
    works = {"a": answering("1"), "b": answering("2")}
    _, seen = run(works, concurrency=1)
    assert seen == [("a", None), ("a", "1"), ("b", None), ("b", "2")]


def test_error_is_a_result() -> None:
    def fails(_: Callable[[], None]) -> str:
        raise KeyError("x")

    results, seen = run({"a": fails, "b": answering("1")}, concurrency=1)
    assert results == {"a": "a: KeyError('x')", "b": "1"}
    assert seen[1] == ("a", "a: KeyError('x')")


def test_late_one_gives_its_place_to_the_next_and_its_result_is_not_taken() -> None:
    over, next_began = threading.Event(), threading.Event()

    def hangs(started: Callable[[], None]) -> str:
        started()
        assert next_began.wait(600)
        over.set()
        return "too late"

    def follows(_: Callable[[], None]) -> str:
        next_began.set()
        assert over.wait(600)
        return "1"

    results, seen = run({"a": hangs, "b": follows}, deadline=AT_ONCE, concurrency=1)
    assert results == {"a": "a was late", "b": "1"}
    assert [one for one in seen if one[0] == "a"] == [("a", None), ("a", "a was late")]


def test_time_counts_from_the_start_that_the_work_tells() -> None:
    begun = threading.Event()

    def prepares(_: Callable[[], None]) -> str:
        begun.wait(0.5)  # longer than the deadline, but the client is still being built
        return "1"

    assert run({"a": prepares}, deadline=AT_ONCE)[0] == {"a": "1"}
