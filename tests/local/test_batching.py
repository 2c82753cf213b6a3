"""Batches: when one goes, who is in it, and that each gets an answer of his own. No test waits for a clock."""

from __future__ import annotations

import asyncio
import threading
from concurrent.futures import CancelledError, Future
from typing import Any

import pytest

from modelcatalog.providers.transformers.batcher import Batcher, ClosedError, loop_clock

from support.by_hand import ClockByHand, WorkerByHand


class Bench:
    """A batcher whose clock and worker the test moves; `batches` are those that were run."""

    def __init__(self, size: int = 3) -> None:
        self.clock = ClockByHand()
        self.worker = WorkerByHand()
        self.batches: list[list[str]] = []
        self.error: BaseException | None = None
        self.batcher: Batcher[str, str] = Batcher(
            self._run, size=size, clock=self.clock, executor=self.worker
        )

    def _run(self, asks: list[str]) -> list[str]:
        self.batches.append(asks)
        if self.error is not None:
            raise self.error
        return [ask.upper() for ask in asks]

    def ask(self, *asks: str, key: object = "m") -> list[Future[str]]:
        return [self.batcher.submit(ask, key) for ask in asks]

    def work(self) -> None:
        while self.worker.work():
            pass


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_full_batch_goes_at_once(bench: Bench) -> None:
    answers = bench.ask("a", "b", "c", "d")
    bench.work()
    assert bench.batches == [["a", "b", "c"]]
    assert [one.result(0) for one in answers[:3]] == ["A", "B", "C"]
    assert not answers[3].done()


def test_a_smaller_batch_goes_after_two_seconds_of_silence(bench: Bench) -> None:
    [answer] = bench.ask("a")
    bench.clock.advance(1.99)
    bench.work()
    assert bench.batches == []
    bench.clock.advance(0.01)
    bench.work()
    assert answer.result(0) == "A"


def test_each_arrival_begins_the_silence_anew(bench: Bench) -> None:
    bench.ask("a")
    bench.clock.advance(1.5)
    bench.ask("b")
    bench.clock.advance(1.5)
    bench.work()
    assert bench.batches == []
    bench.clock.advance(0.5)
    bench.work()
    assert bench.batches == [["a", "b"]]


def test_a_batch_orders_one_call_of_the_clock_however_many_arrive() -> None:
    bench = Bench(size=1000)
    bench.ask(*map(str, range(999)))
    assert bench.clock.ordered == 1


def test_other_settings_are_another_batch(bench: Bench) -> None:
    bench.ask("a", "b", key="cold")
    bench.ask("x", "y", key="hot")
    bench.ask("c", key="cold")
    bench.work()
    assert bench.batches == [["a", "b", "c"]]
    bench.clock.advance(2)
    bench.work()
    assert bench.batches == [["a", "b", "c"], ["x", "y"]]


def test_others_do_not_keep_a_batch_waiting(bench: Bench) -> None:
    [answer] = bench.ask("a", key="rare")
    for at in range(4):
        bench.clock.advance(0.5)
        bench.ask(str(at), key="busy")
    bench.work()
    assert answer.done()


def test_who_arrives_while_a_batch_waits_for_the_model_still_joins_it(bench: Bench) -> None:
    bench.ask("a")
    bench.clock.advance(2)
    bench.ask("b")
    bench.work()
    assert bench.batches == [["a", "b"]]


def test_a_batch_that_waits_for_the_model_grows_no_larger_than_its_size(bench: Bench) -> None:
    bench.ask("a")
    bench.clock.advance(2)
    bench.ask("b", "c", "d")
    bench.work()
    assert bench.batches == [["a", "b", "c"]]


def test_who_is_cancelled_leaves_his_place_to_another(bench: Bench) -> None:
    first, *_ = bench.ask("a", "b")
    assert first.cancel()
    bench.ask("c")
    bench.work()
    assert bench.batches == []
    bench.ask("d")
    bench.work()
    assert bench.batches == [["b", "c", "d"]]


def test_a_batch_that_everybody_has_left_is_not_run(bench: Bench) -> None:
    for answer in bench.ask("a", "b"):
        answer.cancel()
    bench.clock.advance(2)
    bench.work()
    assert bench.batches == []


def test_an_error_reaches_everybody_in_the_batch_and_nobody_else(bench: Bench) -> None:
    bench.error = RuntimeError("no memory")
    broken = bench.ask("a", "b", "c")
    bench.work()
    bench.error = None
    fine = bench.ask("d", "e", "f")
    bench.work()
    assert [str(one.exception(0)) for one in broken] == ["no memory"] * 3
    assert [one.result(0) for one in fine] == ["D", "E", "F"]


def test_too_few_answers_are_an_error_for_all() -> None:
    worker = WorkerByHand()
    batcher: Batcher[int, int] = Batcher(lambda asks: asks[1:], size=2, clock=ClockByHand(), executor=worker)
    answers = [batcher.submit(1), batcher.submit(2)]
    worker.work()
    assert {str(one.exception(0)) for one in answers} == {"2 asked, 1 answers came"}


def test_a_job_of_its_own_takes_its_turn(bench: Bench) -> None:
    bench.ask("a", "b", "c")
    seen = bench.batcher.alone(lambda: list(bench.batches))
    bench.work()
    assert seen.result(0) == [["a", "b", "c"]]


def test_closing_answers_those_who_wait(bench: Bench) -> None:
    answers = [*bench.ask("a"), *bench.ask("x", key="other")]
    bench.batcher.close()
    assert [one.result(0) for one in answers] == ["A", "X"]
    with pytest.raises(ClosedError):
        bench.ask("late")
    with pytest.raises(ClosedError):
        bench.batcher.alone(list)


def test_closing_can_cancel_those_who_wait(bench: Bench) -> None:
    answers = [*bench.ask("a", "b", "c"), *bench.ask("d"), bench.batcher.alone(str)]
    bench.batcher.close(drain=False)
    assert bench.batches == []
    for answer in answers:
        with pytest.raises(CancelledError):
            answer.result(0)


def test_a_clock_that_rings_late_finds_nothing_to_do(bench: Bench) -> None:
    bench.ask("a")
    bench.batcher.close()
    bench.clock.advance(5)
    bench.work()
    assert bench.batches == [["a"]]


def test_askers_of_many_loops_and_threads_get_their_own_answers() -> None:
    batches: list[int] = []

    def run(asks: list[int]) -> list[int]:
        batches.append(len(asks))
        return [ask * 10 for ask in asks]

    batcher: Batcher[int, int] = Batcher(run, size=40, clock=ClockByHand())
    got: dict[int, Any] = {}

    async def ask_ten(first: int) -> None:
        asks = range(first, first + 10)
        got.update(zip(asks, await asyncio.gather(*map(batcher.ask, asks)), strict=True))

    threads = [threading.Thread(target=asyncio.run, args=(ask_ten(at),)) for at in (0, 10, 20)]
    threads.append(
        threading.Thread(
            target=lambda: got.update(
                (ask, future.result()) for ask, future in [(n, batcher.submit(n)) for n in range(30, 40)]
            )
        )
    )
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    batcher.close()
    assert got == {ask: ask * 10 for ask in range(40)}
    assert batches == [40]


async def test_a_task_that_is_cancelled_leaves_the_others_alone() -> None:
    bench = Bench(size=2)
    gone = asyncio.create_task(bench.batcher.ask("a", "m"))
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    others = [asyncio.create_task(bench.batcher.ask(ask, "m")) for ask in "bc"]
    await asyncio.sleep(0)
    bench.work()
    assert await asyncio.gather(*others) == ["B", "C"]
    assert bench.batches == [["b", "c"]]


async def test_a_loop_that_ends_before_its_answer_comes_disturbs_nobody() -> None:
    gate = threading.Event()

    def run(asks: list[str]) -> list[str]:
        gate.wait(30)
        return asks

    batcher: Batcher[str, str] = Batcher(run, size=2, clock=ClockByHand())

    async def leave_early() -> None:
        task = asyncio.ensure_future(batcher.ask("gone", "m"))
        await asyncio.sleep(0)
        assert not task.done()

    thread = threading.Thread(target=asyncio.run, args=(leave_early(),))
    thread.start()
    thread.join()
    answers = [batcher.submit("stays", "m"), batcher.submit("too", "m")]
    gate.set()
    assert [await asyncio.wrap_future(one) for one in answers] == ["stays", "too"]
    batcher.close()


def test_the_real_clock_releases_a_batch() -> None:
    batcher: Batcher[str, str] = Batcher(lambda asks: asks, size=9, silence=0.01)
    assert batcher.submit("a").result(30) == "a"
    batcher.close()
    assert loop_clock() is loop_clock()
