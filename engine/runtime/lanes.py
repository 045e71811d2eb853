"""Lanes: a box on a thread of its own, one message at a time; results return through the door.

Live a lane is a thread. Offline it is called inline and its answer comes after the time that it is
said to take, so that what overload drops can be tested, and is the same each time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Protocol

import numpy as np

from engine.core.clock import Clock
from engine.core.mailbox import Mailbox
from engine.core.messages import Block, Kind, Message, Ns
from engine.core.node import Box, Node
from engine.core.priority import stand_back
from engine.runtime.call import caller, events, in_words
from engine.runtime.entries import Entry, LaneFailure, LaneResult, StateChange
from engine.runtime.trace import LOG

FIRST_RETRY = 0.25
LAST_RETRY = 5.0


@dataclass(frozen=True, slots=True)
class Job:
    """What one message at the first inlet asks of a lane: all arguments, as they were then.

    ``generation`` is the lane's own: what was asked before a reset is answered no more.
    """

    arguments: tuple[Any, ...]
    kind: Kind
    at: Ns
    cost: int
    generation: int


class Lane(Protocol):
    """What the engine asks of a lane."""

    generation: int

    def offer(self, job: Job) -> int:
        """Leave a job; gives how many were dropped so far."""
        ...

    def set_parameter(self, field: str, value: object) -> None:
        """Set a parameter before the next job."""
        ...

    def reset(self) -> None:
        """Forget the past before the next job."""
        ...


class _Waiting:
    """Jobs, parameters and resets that wait for a lane to be free."""

    def __init__(self, name: str, node: Node, wake: Callable[[], None]) -> None:
        self.generation = 0
        self._name = name
        self._node = node
        self._call = caller(node)
        self._mailbox = Mailbox(wake)
        self._changes = Mailbox(wake)
        self._outdated = 0

    def offer(self, job: Job) -> int:
        self._mailbox.put("in", job.kind, job, job.at)
        return self._mailbox.dropped.get("in", 0) + self._outdated

    def set_parameter(self, field: str, value: object) -> None:
        self._changes.put(field, Kind.HELD, (field, value), Ns(0))

    def reset(self) -> None:
        self.generation += 1
        self._changes.put(None, Kind.HELD, None, Ns(0))

    def _apply_changes(self) -> None:
        """Do what was asked between jobs; raises whatever the box raises."""
        for item in self._changes.take():
            if item.content is None:
                self._node.reset()
            else:
                setattr(self._node, *item.content)

    def _next_jobs(self) -> Iterator[Job]:
        """Take up what waits; what was asked before a reset is let go."""
        jobs: list[Job] = [item.content for item in self._mailbox.take_first()]
        wanted = [job for job in jobs if job.generation == self.generation]
        self._outdated += len(jobs) - len(wanted)
        return merged(wanted)

    def _answer(self, job: Job, event: Message, took: int, more: bool) -> LaneResult:
        cost = job.cost + took
        return LaneResult(self._name, job.generation, event, job.at, cost, took, more)

    def _failure(self, job: Job, error: Exception, took: int, more: bool) -> LaneFailure:
        """Bring the box to its beginning after it raised."""
        text = in_words(error)
        try:
            self._node.reset()
        except Exception as another:
            text = f"{text}; and then it could not be reset: {in_words(another)}"
        return LaneFailure(self._name, job.generation, text, took, more)


class ThreadLane(_Waiting):
    """A lane that is a thread."""

    def __init__(
        self, name: str, node: Node, deliver: Callable[[Entry], None], clock: Clock
    ) -> None:
        self._wake = threading.Event()
        super().__init__(name, node, self._wake.set)
        self._deliver = deliver
        self._clock = clock
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"lane {name}", daemon=True)

    def start(self) -> None:
        """Open the box on its thread, and begin."""
        self._thread.start()

    def stop(self) -> None:
        """Have it end after the job at hand."""
        self._stop.set()
        self._wake.set()

    def join(self, timeout: float) -> None:
        """Wait for its end, at most for so many seconds."""
        self._thread.join(timeout)

    def _run(self) -> None:
        stand_back()
        if not self._open():
            return
        while not self._stop.is_set():
            self._wake.wait()
            self._wake.clear()
            while (len(self._mailbox) or len(self._changes)) and not self._stop.is_set():
                self._turn()
        close_quietly(self._name, self._node)

    def _open(self) -> bool:
        pause = FIRST_RETRY
        while not self._stop.is_set():
            try:
                self._node.open()
            except Exception as error:
                self._deliver(StateChange(self._name, "failed", in_words(error)))
            else:
                self._deliver(StateChange(self._name, "running"))
                return True
            self._stop.wait(pause)
            pause = min(2 * pause, LAST_RETRY)
        return False

    def _turn(self) -> None:
        try:
            self._apply_changes()
        except Exception as error:
            self._deliver(LaneFailure(self._name, self.generation, in_words(error), more=True))
        for job in self._next_jobs():
            self._do(job)

    def _do(self, job: Job) -> None:
        begun = self._clock.now()
        more = False
        try:
            for event in events(self._call(job.arguments, job.at)):
                self._deliver(self._answer(job, event, self._clock.now() - begun, more))
                more = True
            if not more:
                self._deliver(self._answer(job, None, self._clock.now() - begun, more))
        except Exception as error:
            self._deliver(self._failure(job, error, self._clock.now() - begun, more))


class InlineLane(_Waiting):
    """A lane that is called where time is virtual: each job takes ``cost`` ns, no more or less."""

    def __init__(self, name: str, node: Node, cost: int) -> None:
        super().__init__(name, node, lambda: None)
        self._cost = cost
        self._ready = False
        self._busy_until = Ns(0)

    def open(self) -> StateChange:
        """Open the box; gives how that went."""
        try:
            self._node.open()
        except Exception as error:
            return StateChange(self._name, "failed", in_words(error))
        self._ready = True
        return StateChange(self._name, "running")

    def close(self) -> None:
        """Close the box."""
        close_quietly(self._name, self._node)

    def begin(self, now: Ns) -> list[tuple[Ns, Entry]]:
        """Take up what waits, if free: gives the answers and when they are due."""
        if not self._ready or now < self._busy_until or not len(self._mailbox):
            return []
        answers: list[tuple[Ns, Entry]] = []
        try:
            self._apply_changes()
        except Exception as error:
            failure = LaneFailure(self._name, self.generation, in_words(error), more=True)
            answers.append((now, failure))
        due = now
        for job in self._next_jobs():
            due = Ns(due + self._cost)
            answers += [(due, entry) for entry in self._do(job)]
        self._busy_until = due
        return answers

    def _do(self, job: Job) -> list[Entry]:
        answers: list[Entry] = []
        try:
            for event in events(self._call(job.arguments, job.at)):
                answers.append(self._answer(job, event, self._cost, bool(answers)))
        except Exception as error:
            answers.append(self._failure(job, error, self._cost, bool(answers)))
        return answers or [self._answer(job, None, self._cost, more=False)]


def close_quietly(name: str, box: Box) -> None:
    """Close a box; that it cannot be closed ends nothing."""
    try:
        box.close()
    except Exception as error:
        LOG.warning("%s: could not be closed: %s", name, in_words(error))


def merged(jobs: Iterable[Job]) -> Iterator[Job]:
    """Join stretches of sound that follow each other without a gap; other jobs stay as they are.

    Why: taking one block and dropping the oldest starves a model that looks at a window.
    """
    waiting: list[Job] = []
    for job in jobs:
        if waiting and not _follows(waiting[-1], job):
            yield _joined(waiting)
            waiting = []
        waiting.append(job)
    if waiting:
        yield _joined(waiting)


def _follows(before: Job, after: Job) -> bool:
    first, second = before.arguments[0], after.arguments[0]
    return (
        isinstance(first, Block)
        and isinstance(second, Block)
        and first.rate == second.rate
        and first.start + len(first.samples) == second.start
    )


def _joined(jobs: list[Job]) -> Job:
    last = jobs[-1]
    if len(jobs) == 1:
        return last
    blocks: list[Block] = [job.arguments[0] for job in jobs]
    samples = np.concatenate([block.samples for block in blocks])
    sound = Block(samples, blocks[0].rate, blocks[0].start)
    return replace(last, arguments=(sound, *last.arguments[1:]))
