"""Lanes of a replay: one takes the results from the recording, one computes them again."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

from engine.core.box_errors import anything_raised
from engine.core.context import Context, with_context
from engine.core.kinds import Kind
from engine.core.messages import Message, Ns
from engine.core.node import Node
from engine.runtime.entries import LaneFailure, LaneResult
from engine.runtime.schedule.call import caller_of, describe_error, events
from engine.runtime.schedule.job import Job, merged
from engine.runtime.workers.lane import close_quietly

MOST = 10_000
"""The most jobs that wait for their result; no lane of a show lets more wait."""


def _nobody(job: Job) -> None:
    """Discard a job."""


class SilentLane:
    """Runs nothing: the results of the box come from the recording.

    ``heard`` is called with what the box would be asked.
    """

    def __init__(self) -> None:
        self.generation = 0
        self.heard: Callable[[Job], None] = _nobody

    def offer(self, job: Job) -> int:
        """Discard a job."""
        self.heard(job)
        return 0

    def go(self) -> None:
        """Do nothing."""

    def set_parameter(self, field: str, value: object) -> None:
        """Do nothing: no job reads it."""

    def reopen(self, field: str, value: object) -> None:
        """Do nothing."""

    def interrupt(self) -> None:
        """Begin another generation: what was asked before is called off."""
        self.generation += 1

    def reset(self) -> int:
        """Begin another generation."""
        self.generation += 1
        return 0


class RecomputingLane:
    """Computes each result of the recording again, at the moment at which it was recorded.

    So each job takes as long as it took then, and the same jobs are dropped.
    """

    def __init__(self, name: str, node: Node) -> None:
        self.generation = 0
        self._name = name
        self._node = node
        self._jobs: deque[Job] = deque(maxlen=MOST)
        self._changes: list[Callable[[], object]] = []
        self._answers: Iterator[Message] = iter(())

    def open(self, context: Context) -> None:
        """Open the box. Raise whatever the box raises."""
        self._open = with_context(self._node.open, context)
        self._open()

    def close(self) -> None:
        """Close the box."""
        close_quietly(self._name, self._node)

    def offer(self, job: Job) -> int:
        """Keep a job until the recording holds its result; return how many that pushes out."""
        full = len(self._jobs) == MOST
        self._jobs.append(job)
        return int(full)

    def go(self) -> None:
        """Do nothing: the recording says when a job begins."""

    def set_parameter(self, field: str, value: object) -> None:
        """Set a parameter before the next job."""
        self._changes.append(partial(setattr, self._node, field, value))

    def reopen(self, field: str, value: object) -> None:
        """Open the box with another model before the next job."""
        self._changes += [partial(setattr, self._node, field, value), self._open]

    def interrupt(self) -> None:
        """Call off the jobs that wait."""
        self.generation += 1
        self._jobs.clear()

    def reset(self) -> int:
        """Reset the box before the next job."""
        self.generation += 1
        self._changes.append(self._node.reset)
        return 0

    def recompute(self, was: LaneResult) -> LaneResult | LaneFailure:
        """Return the result or failure that replaces a recorded one, of the same job."""
        try:
            if not was.more:
                self._answers = self._begin(was.at)
            return replace(was, result=next(self._answers, None))
        except anything_raised() as error:
            self._node.reset()
            return LaneFailure(
                self._name, was.generation, describe_error(error), was.took, was.more
            )

    def _begin(self, at: Ns) -> Iterator[Message]:
        changes, self._changes = self._changes, []
        for change in changes:
            change()
        for job in merged(self._taken(at)):
            yield from events(caller_of(self._node, job.inlet)(job.arguments, job.at))

    def _taken(self, at: Ns) -> list[Job]:
        """Take the jobs up to a moment: of sound all, of what is never lost one, else the last."""
        taken: list[Job] = []
        while self._jobs and self._jobs[0].at <= at:
            job = self._jobs.popleft()
            if job.kind is Kind.LOSSLESS:
                return [job]
            if job.kind is not Kind.CONTIGUOUS:
                taken.clear()
            taken.append(job)
        return taken
