"""Lanes: a box on a thread of its own, one message at a time; results return through the door.

Live a lane is a thread; where time is virtual it is called inline: see ``inline``.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from functools import partial
from typing import Protocol

from engine.core.box import Box
from engine.core.box_errors import anything_raised
from engine.core.clock import Clock
from engine.core.context import Context
from engine.core.errors import Overrun
from engine.core.kinds import Kind
from engine.core.mailbox import Mailbox
from engine.core.messages import Message, Ns
from engine.core.node import Node
from engine.runtime.entries import Entry, LaneFailure, LaneResult, StateChange
from engine.runtime.metrics import LOG
from engine.runtime.schedule.call import describe_error
from engine.runtime.schedule.job import Job, merged
from engine.runtime.supervision.backoff import BackOff
from engine.runtime.workers.out_of_process import ProcessDied
from engine.runtime.workers.worker import Worker, worker_of
from engine.system.wakeup import Wakeup


class Lane(Protocol):
    """What the engine asks of a lane."""

    generation: int

    def offer(self, job: Job) -> int:
        """Leave a job, to be taken up at ``go``; return how many were dropped so far.

        Raise Overrun where too much waits that must never be lost.
        """
        ...

    def interrupt(self) -> None:
        """Call off the job at hand and those that wait, for one that is about to be left."""
        ...

    def go(self) -> None:
        """Begin with what was left."""
        ...

    def set_parameter(self, field: str, value: object) -> None:
        """Set a parameter before the next job."""
        ...

    def reset(self) -> int:
        """Forget the past before the next job.

        Return how many jobs that must never be lost are let go for it.
        """
        ...

    def reopen(self, field: str, value: object) -> None:
        """Open the box with another network before the next job; if it cannot, the old one stays.

        The lane waits for it, and not the show.
        """
        ...


class Waiting:
    """Jobs, parameters and resets that wait for a lane to be free."""

    def __init__(self, name: str, node: Node, wake: Callable[[], None], worker: Worker) -> None:
        self.go = wake
        self.generation = 0
        self.settings: dict[str, object] = {}
        """What was set while it played: a fresh box in its place begins with it."""
        self._name = name
        self._node = node
        self._worker = worker
        self._mailbox = Mailbox()
        self._changes = Mailbox()
        self._outdated = 0

    def offer(self, job: Job) -> int:
        """Leave a job; return how many were dropped so far. Raise Overrun."""
        kept = self._mailbox.put("in", job.kind, job, job.at)
        if not kept and job.kind is Kind.LOSSLESS:
            raise Overrun("more waits to be answered than can be kept; everything is silenced")
        return self._mailbox.dropped.get("in", 0) + self._outdated

    def interrupt(self) -> None:
        """Call off the job at hand and those that wait, for one that is about to be left."""
        self.generation += 1

    def take_over(self, other: Waiting) -> None:
        """Take over the jobs that wait for another lane, as if they had been left here."""
        for job in [*other._taken(), *(item.content for item in other._mailbox.take())]:
            if job.generation == other.generation:
                self._mailbox.put("in", job.kind, replace(job, generation=self.generation), job.at)
        if len(self._mailbox):
            self.go()

    def set_parameter(self, field: str, value: object) -> None:
        """Set a parameter before the next job."""
        self.settings[field] = value
        self._changes.put(field, Kind.HELD, (field, value), Ns(0))

    def reset(self) -> int:
        """Forget the past before the next job; return how many must-keep jobs are let go."""
        jobs = [*self._taken(), *(item.content for item in self._mailbox.waiting())]
        current = [
            job for job in jobs if job.kind is Kind.LOSSLESS and job.generation == self.generation
        ]
        self.generation += 1
        self._changes.put(None, Kind.HELD, None, Ns(0))
        self.go()
        return len(current)

    def reopen(self, field: str, value: object) -> None:
        """Open the box with another network before the next job."""
        self._changes.put(field, Kind.HELD, partial(self._reopen, field, value), Ns(0))
        self.go()

    def _reopen(self, field: str, value: object) -> None:
        """Open the box anew with one parameter changed; raises whatever that raises."""
        before = getattr(self._node, field)
        self._worker.set(field, value)
        try:
            self._worker.open()
        except BaseException:
            self._worker.set(field, before)
            raise

    def _apply_changes(self) -> None:
        """Do what was asked between jobs; raises whatever the box raises."""
        for item in self._changes.take():
            if item.content is None:
                self._worker.reset()
            elif callable(item.content):
                item.content()
            else:
                self._worker.set(*item.content)

    def _taken(self) -> list[Job]:
        """Return jobs that were taken out of the mailbox and are not begun yet."""
        return []

    def _take(self) -> list[Job]:
        """Return what has waited longest; of sound, all that waits."""
        return [item.content for item in self._mailbox.take_first()]

    def _wanted(self, jobs: list[Job]) -> Iterator[Job]:
        """Yield what is to be done; what was asked before a reset is discarded."""
        wanted = [job for job in jobs if job.generation == self.generation]
        self._outdated += len(jobs) - len(wanted)
        return merged(wanted)

    def _answer(self, job: Job, event: Message, took: int, more: bool) -> LaneResult:
        cost = job.cost + took
        return LaneResult(self._name, job.generation, event, job.at, cost, took, more)

    def _failure(self, job: Job, error: BaseException, took: int, more: bool) -> LaneFailure:
        """Bring the box to its beginning after it raised."""
        text = describe_error(error)
        try:
            self._worker.reset()
        except anything_raised() as another:
            text = f"{text}; and then it could not be reset: {describe_error(another)}"
        return LaneFailure(self._name, job.generation, text, took, more)


class ThreadLane(Waiting):
    """A lane that is a thread."""

    def __init__(
        self,
        name: str,
        node: Node,
        context: Context,
        deliver: Callable[[Entry], None],
        clock: Clock,
        *,
        worker: Worker | None = None,
    ) -> None:
        self._wakeup = Wakeup()
        super().__init__(name, node, self._wake, worker or worker_of(name, node, context))
        self.at_hand: Job | None = None
        """The job that it answers now."""
        self.begun: Ns | None = None
        """When it was last called and has not answered yet; None while it is free."""
        self.took = 0
        """How many ns its last answer took."""
        self.opened = False
        self._heard = deliver
        self._clock = clock
        self._pause = 0.0
        self._stop = threading.Event()
        self._abandoned = False
        self.thread = threading.Thread(target=self._run, name=f"lane {name}", daemon=True)

    def start(self, pause: float = 0.0) -> None:
        """Open the box on its thread, after some seconds, and begin."""
        self._pause = pause
        self.thread.start()

    def abandon(self) -> None:
        """Leave it to itself: whatever it says from now on is not heard; it ends when it can."""
        self._abandoned = True
        self.stop()
        self._worker.kill()

    def look(self) -> None:
        """Notice a process that has ended while it was idle."""
        if self.opened and self._worker.ended:
            self._wakeup.set()

    @property
    def hangs(self) -> bool:
        """Whether its thread is still there though it was told to end."""
        return self._stop.is_set() and self.thread.is_alive()

    def stop(self) -> None:
        """Stop the thread after the job at hand."""
        self._stop.set()
        self._wakeup.set()

    def join(self, timeout: float) -> None:
        """Wait for its end, at most for so many seconds; then end it where that can be."""
        self.thread.join(timeout)
        if self.thread.is_alive():
            self._worker.kill()

    def _wake(self) -> None:
        self._wakeup.set()

    def _run(self) -> None:
        self._worker.begin()
        self._stop.wait(self._pause)
        pauses = BackOff()
        while self._open():
            try:
                self._play()
            except ProcessDied:
                answered, self.took = self.took > 0, 0
                self.opened, self.begun = False, None
                self._deliver(StateChange(self._name, "failed"))
                self._stop.wait(pauses.next(held=answered))
        close_quietly(self._name, self._worker)

    def _play(self) -> None:
        """Answer until it is stopped; raises ProcessDied."""
        while not self._stop.is_set():
            self._wakeup.wait()
            left = max(len(self._mailbox), 1)  # what is left later says itself when it is due
            while left > 0 and not self._stop.is_set():
                left -= max(self._turn(), 1)

    def _open(self) -> bool:
        pauses = BackOff()
        while not self._stop.is_set():
            try:
                self._busy()
                self._worker.open()
            except anything_raised() as error:
                self.begun = None
                self._deliver(StateChange(self._name, "failed", describe_error(error)))
            else:
                self.opened, self.begun = True, None
                self._deliver(StateChange(self._name, "running"))
                return True
            self._stop.wait(pauses.next())
        return False

    def _busy(self) -> Ns:
        self.begun = now = self._clock.now()
        return now

    def _deliver(self, entry: Entry) -> None:
        if not self._abandoned:
            self._heard(entry)

    def _turn(self) -> int:
        """Do what was asked, then what has waited longest; gives how many waited for that."""
        begun = self._busy()
        try:
            self._worker.look()
            self._apply_changes()
        except anything_raised() as error:
            self._deliver(
                LaneFailure(self._name, self.generation, describe_error(error), more=True)
            )
            if isinstance(error, ProcessDied):
                raise
        taken = self._take()
        for job in self._wanted(taken):
            begun = self._do(job)
        self.took, self.begun = self._clock.now() - begun, None
        return len(taken)

    def _do(self, job: Job) -> Ns:
        """Answer one job; gives when it was begun."""
        begun = self._busy()
        more = False
        self.at_hand = job
        try:
            with closing(self._worker.answer(job)) as answers:
                for event in answers:
                    self._busy()
                    self._deliver(self._answer(job, event, self._spent(begun), more))
                    more = True
                    if self._is_called_off(job):
                        break
            if not more:
                self._deliver(self._answer(job, None, self._spent(begun), more))
        except anything_raised() as error:
            spent = self._spent(begun)
            self._deliver(self._failure(job, error, spent, more))
            if isinstance(error, ProcessDied):
                raise
        finally:
            self.at_hand = None
        return begun

    def _spent(self, begun: Ns) -> int:
        """Return how many ns the box has worked on a job that was begun at a moment.

        Where it works in a process of its own that is what it measured there: what hands pictures
        over is ours, and not the network's.
        """
        took = self._worker.took
        return self._clock.now() - begun if took is None else took

    def _is_called_off(self, job: Job) -> bool:
        """Whether the box was called off since a job was begun, and can be."""
        can_be = self._node.interruptible or bool(self._node.calls_off)
        return can_be and job.generation != self.generation


def close_quietly(name: str, box: Box | Worker) -> None:
    """Close a box; that it cannot be closed ends nothing."""
    try:
        box.close()
    except anything_raised() as error:
        LOG.warning("%s: could not be closed: %s", name, describe_error(error))
