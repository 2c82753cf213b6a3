"""Batches against the rules in their plainest form: whatever happens in whatever order, no answer to the wrong asker,
none lost, none twice, and each batch is the one that the rules name.
"""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from modelcatalog.providers.transformers.batcher import Batcher

from support.by_hand import ClockByHand, WorkerByHand

SIZE, SILENCE = 3, 2.0


class FailedError(Exception):
    """A batch that went wrong; holds who was in it."""


@dataclass
class Group:
    key: str
    members: list[int] = field(default_factory=list)
    last: float = 0.0
    is_released: bool = False
    is_full: bool = False


class Rules:
    """What should happen: a list of groups, looked through from the front each time."""

    def __init__(self) -> None:
        self.groups: list[Group] = []
        self.queue: list[Group] = []

    def arrive(self, ask: int, key: str, now: float, cancelled: set[int]) -> None:
        group = next((one for one in self.groups if one.key == key and not one.is_full), None)
        if group is None:
            group = Group(key)
            self.groups.append(group)
        group.members = [*(one for one in group.members if one not in cancelled), ask]
        group.last = now
        if len(group.members) == SIZE:
            group.is_full = True
            self.release(group)

    def release(self, group: Group) -> None:
        if not group.is_released:
            group.is_released = True
            self.queue.append(group)

    def pass_time(self, now: float) -> None:
        silent = [one for one in self.groups if not one.is_released and one.last + SILENCE <= now]
        for group in sorted(silent, key=lambda one: one.last):
            self.release(group)

    def take(self, cancelled: set[int]) -> list[int] | None:
        """Who is answered next; None when nothing may go."""
        if not self.queue:
            return None
        group = self.queue.pop(0)
        self.groups.remove(group)
        return [one for one in group.members if one not in cancelled]


class Batching(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.clock = ClockByHand()
        self.worker = WorkerByHand()
        self.runs: list[list[int]] = []
        self.fails = False
        self.batcher: Batcher[int, int] = Batcher(
            self.run_batch, size=SIZE, silence=SILENCE, clock=self.clock, executor=self.worker
        )
        self.plain = Rules()
        self.futures: dict[int, Future[int]] = {}
        self.cancelled: set[int] = set()
        self.answered: set[int] = set()
        self.failed: set[int] = set()
        self.is_open = True

    def run_batch(self, asks: list[int]) -> list[int]:
        self.runs.append(asks)
        if self.fails:
            raise FailedError(*asks)
        return [-ask for ask in asks]

    @precondition(lambda self: self.is_open)
    @rule(key=st.sampled_from("ab"))
    def arrive(self, key: str) -> None:
        self.clock.advance(0.001)
        self.plain.pass_time(self.clock.time())
        ask = len(self.futures) + 1
        self.futures[ask] = self.batcher.submit(ask, key)
        self.plain.arrive(ask, key, self.clock.time(), self.cancelled)

    @rule(seconds=st.sampled_from([0.1, 0.7, 1.0, 1.9995, 2.0, 7.0]))
    def let_time_pass(self, seconds: float) -> None:
        self.clock.advance(seconds)
        self.plain.pass_time(self.clock.time())

    @precondition(lambda self: self.futures)
    @rule(data=st.data())
    def cancel(self, data: st.DataObject) -> None:
        ask = data.draw(st.sampled_from(sorted(self.futures)))
        waits = ask not in self.answered | self.failed
        assert self.futures[ask].cancel() is waits
        if waits:
            self.cancelled.add(ask)

    @rule(fails=st.booleans())
    def work(self, fails: bool) -> None:
        self.fails = fails
        before = len(self.runs)
        self.worker.work()
        self.expect(self.plain.take(self.cancelled), before)

    def expect(self, members: list[int] | None, before: int) -> None:
        assert self.runs[before:] == ([members] if members else [])
        (self.failed if self.fails else self.answered).update(members or ())

    @precondition(lambda self: self.is_open)
    @rule(drain=st.booleans())
    def close(self, drain: bool) -> None:
        self.is_open, self.fails = False, False
        before = len(self.runs)
        self.batcher.close(drain=drain)
        for group in self.plain.groups:
            self.plain.release(group)
        expected = []
        while (members := self.plain.take(self.cancelled)) is not None:
            expected += [members] if members else []
        if not drain:
            self.cancelled.update(*expected)
            expected = []
        assert self.runs[before:] == expected
        self.answered.update(*expected)
        assert all(future.done() for future in self.futures.values())

    @invariant()
    def everybody_has_what_is_his(self) -> None:
        for ask, future in self.futures.items():
            assert future.cancelled() == (ask in self.cancelled)
            assert future.done() == (ask in self.cancelled | self.answered | self.failed)
            if ask in self.answered:
                assert future.result(0) == -ask
            elif ask in self.failed:
                error = future.exception(0)
                assert isinstance(error, FailedError)
                assert ask in error.args

    @invariant()
    def nobody_is_answered_twice(self) -> None:
        asks = [ask for run in self.runs for ask in run]
        assert len(asks) == len(set(asks))


TestBatching = Batching.TestCase
TestBatching.settings = settings(max_examples=200, stateful_step_count=40, deadline=None)
