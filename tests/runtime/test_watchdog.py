"""What falls silent, answers slowly or hangs: noticed, told once, and put right."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from time import sleep
from typing import ClassVar

import pytest

from engine.core.box import Box
from engine.core.clock import SECOND, ns
from engine.core.commands import Condition, SetParameter
from engine.core.errors import DeviceError
from engine.core.messages import Ns
from engine.core.node import Model
from engine.core.source import Emit, Source
from engine.runtime.entries import (
    CommandEntry,
    LaneFailure,
    LaneResult,
    StateChange,
)
from engine.runtime.supervision.backoff import BackOff
from engine.runtime.supervision.heartbeat import Heartbeat
from engine.runtime.supervision.restart import MOST
from engine.runtime.supervision.watchdog import OPENING
from tests.limits import LIMIT

from .boxes import BOXES, COLLECT
from .stage import Stage


class Eye(Source):
    """A source that should give something all the time; the test emits for it."""

    OUT: ClassVar = {"frame": float}
    steady: ClassVar[bool] = True

    def open(self, emit: Emit) -> None:
        """Give nothing by itself."""


class Sleeper(Model):
    """Hang at every 13, and where it is told to when it opens, until the test lets it go."""

    _free: ClassVar[threading.Event] = threading.Event()
    _hangs: ClassVar[threading.Semaphore] = threading.Semaphore(0)
    _closed: ClassVar[list[float]] = []

    by: float = 1.0
    stuck: bool = False
    fragile: bool = False

    def open(self) -> None:
        if self.stuck:
            self._hang()

    def process(self, value: float) -> float:
        if value == 13:
            self._hang()
        return self.by * value

    def close(self) -> None:
        self._closed.append(self.by)

    def _hang(self) -> None:
        self._hangs.release()
        self._free.wait(LIMIT)


LOCAL: dict[str, type[Box]] = {**BOXES, "eye": Eye, "sleeper": Sleeper}
PATCH = (
    '[eye]\nuse="eye"\n[s]\nuse="sleeper"\nfrom="eye"\n{}[sum]\nuse="sum"\nfrom="s"\n'
    + COLLECT
    + 'sum="sum"\n'
)


@pytest.fixture
def stage() -> Iterator[Callable[..., Stage]]:
    """Make a stage; see that nothing of it hangs when its models are let go."""
    Sleeper._free.clear()
    Sleeper._closed.clear()
    Sleeper._hangs = threading.Semaphore(0)
    before = set(threading.enumerate())
    made: list[Stage] = []

    def make(more: str = "") -> Stage:
        made.append(Stage(PATCH.format(more), LOCAL))
        return made[-1]

    yield make
    Sleeper._free.set()
    for each in made:
        each.lane.stop()
    for thread in set(threading.enumerate()) - before:
        thread.join(LIMIT)
        assert not thread.is_alive(), thread.name


def hang(show: Stage) -> None:
    show.see(13.0)
    assert Sleeper._hangs.acquire(timeout=LIMIT)


def answer(show: Stage, value: float) -> float:
    show.see(value)
    entry = show.wait(LaneResult)
    assert isinstance(entry, LaneResult) and isinstance(entry.result, float)
    while show.lane.begun is not None:  # it is free a moment after it has answered
        sleep(0.001)
    return entry.result


# -- A source that should give something all the time ----------------------------------------------


@pytest.mark.parametrize(
    ("interval", "late", "lost"), [(0.005, 0.5, 1.0), (0.04, 0.5, 1.0), (0.2, 1.0, 2.0)]
)
def test_silence_is_judged_by_the_usual_interval(interval: float, late: float, lost: float) -> None:
    pulse, now = Heartbeat(), Ns(0)
    pulse.begin(now)
    for _ in range(20):
        now = Ns(now + ns(interval))
        pulse.beat(now)
    assert pulse.overdue(Ns(now + ns(late - 0.01)), Ns(0)) == ""
    assert pulse.overdue(Ns(now + ns(late + 0.01)), Ns(0)) == "late"
    assert pulse.overdue(Ns(now + ns(lost - 0.01)), Ns(0)) == "late"
    assert pulse.overdue(Ns(now + ns(lost + 0.01)), Ns(0)) == "lost"


def test_one_that_has_not_begun_is_given_time() -> None:
    pulse = Heartbeat()
    pulse.begin(Ns(0))
    pulse.beat(Ns(SECOND))
    assert pulse.overdue(Ns(10 * SECOND), Ns(0)) == ""
    assert pulse.overdue(Ns(12 * SECOND), Ns(0)) == "lost"


def test_a_source_that_falls_silent_is_late_then_lost_and_opened_again(stage) -> None:
    show = stage()
    show.wait(StateChange)
    for _ in range(10):
        answer(show, 1.0)
    show.pass_by(0.75, silent=True)
    assert show.engine.metrics.sources["eye"].state == "late"
    assert show.lost == []
    answer(show, 1.0)
    show.pass_by(0.25)
    assert show.engine.metrics.sources["eye"].state == "running"
    show.pass_by(3.0, silent=True)
    assert show.states("eye") == ["running", "late", "running", "late", "lost"]
    assert show.lost == ["eye"]
    texts = [fault.text for fault in show.engine.metrics.faults]
    assert texts == [
        "gives nothing, though it should by now",
        "gives nothing any more; it is opened again",
    ]
    show.enter(StateChange("eye", "running"))  # as its keeper says when it is back
    show.heartbeat.begin(show.clock.now())
    show.pass_by(9.0, silent=True)
    assert show.engine.metrics.sources["eye"].state == "running"


def test_a_machine_that_slept_has_lost_nothing(stage) -> None:
    show = stage()
    show.wait(StateChange)
    for _ in range(10):
        answer(show, 1.0)
    hang(show)
    show.clock.move_to(ns(3600))
    show.watchdog.check()
    assert show.states("eye") == ["running"]
    assert show.engine.metrics.lanes["s"].state == "running"


def test_what_a_source_says_of_itself_is_not_taken_back(stage) -> None:
    show = stage()
    show.wait(StateChange)
    show.enter(CommandEntry("eye", Condition("late", "the same picture")))
    for _ in range(10):
        show.see(1.0)
    assert show.engine.metrics.sources["eye"].state == "late"
    show.enter(CommandEntry("eye", Condition("running")))
    assert show.engine.metrics.sources["eye"].state == "running"
    show.enter(StateChange("eye", "lost", "gone"))
    show.enter(CommandEntry("eye", Condition("running")))  # said before it was closed
    assert show.engine.metrics.sources["eye"].state == "lost"


# -- A box that hangs ------------------------------------------------------------------------------


def test_a_box_that_hangs_is_late_then_replaced_by_one_that_is_set_alike(stage) -> None:
    show = stage("by=2\n")
    show.wait(StateChange)
    assert answer(show, 2.0) == 4.0
    show.enter(CommandEntry("hand", SetParameter("s", "by", 5.0)))
    assert answer(show, 2.0) == 10.0
    show.enter(CommandEntry("hand", SetParameter("s", "by", 7.0)))
    hung = show.lane
    hang(show)
    show.pass_by(2.25)
    assert show.engine.metrics.lanes["s"].state == "late"
    show.enter(CommandEntry("hand", SetParameter("s", "by", 3.0)))  # while it hangs
    show.pass_by(3.0)
    assert show.lane is not hung and hung.hangs
    show.wait(StateChange)
    assert show.states("s") == ["running", "late", "failed", "running"]
    assert answer(show, 2.0) == 6.0
    assert show.engine.metrics.lanes["s"].replaced == 1
    assert show.engine.states["s"].box is show.engine.plan.boxes["s"].box
    collector = show.engine.states["c"].box
    assert collector.of("sum") == [4.0, 14.0, 6.0]  # type: ignore[attr-defined]
    assert "sum" in collector.silenced  # type: ignore[attr-defined]


def test_what_a_hung_box_answers_at_last_is_not_heard(stage) -> None:
    show = stage("by=2\n")
    show.wait(StateChange)
    hang(show)
    hung = show.lane
    show.pass_by(6.0)
    Sleeper._free.set()
    hung.join(LIMIT)
    assert not hung.hangs
    assert Sleeper._closed == [2.0]  # it gave back what it had taken
    show.wait(StateChange)
    assert answer(show, 1.0) == 2.0
    assert show.engine.states["c"].box.of("sum") == [2.0]  # type: ignore[attr-defined]


def test_only_a_few_may_hang_and_it_goes_on_when_one_ends(stage) -> None:
    show = stage()
    show.wait(StateChange)
    for _ in range(MOST):
        hang(show)
        show.pass_by(6.0)
        show.wait(StateChange)
    hang(show)
    last = show.lane
    show.pass_by(60.0)
    assert show.lane is last
    assert show.engine.metrics.lanes["s"].state == "failed"
    assert show.engine.metrics.lanes["s"].replaced == MOST
    assert "4 others of it that still hang" in show.engine.metrics.faults[-1].text
    Sleeper._free.set()
    show.wait(LaneResult)  # the last one was not left behind: its answer counts
    show.pass_by(0.5)
    assert answer(show, 2.0) == 2.0


def test_a_box_that_hangs_while_it_opens_is_given_a_minute(stage) -> None:
    show = stage("stuck=true\n")
    assert Sleeper._hangs.acquire(timeout=LIMIT)
    first = show.lane
    show.pass_by(OPENING - 1.0)
    assert show.lane is first
    show.pass_by(2.0)
    assert show.lane is not first
    assert show.states("s") == ["failed"]
    assert Sleeper._hangs.acquire(timeout=LIMIT)  # the fresh one hangs as well


def test_pauses_grow_and_begin_anew() -> None:
    pauses = BackOff()
    assert [pauses.next() for _ in range(7)] == [0.25, 0.5, 1, 2, 4, 5, 5]
    assert [pauses.next(held=True), pauses.next()] == [0.25, 0.5]


def test_a_box_that_raises_has_failed_until_its_next_answer(stage) -> None:
    show = stage()
    show.wait(StateChange)
    show.enter(LaneFailure("s", show.lane.generation, str(DeviceError("no"))))
    assert show.engine.metrics.lanes["s"].state == "failed"
    answer(show, 1.0)
    assert show.engine.metrics.lanes["s"].state == "running"
