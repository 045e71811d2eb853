"""Lanes of a replay: one leaves the answers to the recording, one works them out again."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from dataclasses import replace

from engine.core.kinds import Kind
from engine.core.messages import Message, Ns
from engine.core.node import Node
from engine.runtime.entries import LaneFailure, LaneResult
from engine.runtime.schedule.call import caller, describe_error, events
from engine.runtime.schedule.job import Job, merged
from engine.runtime.workers.lane import close_quietly

REOPEN = ("", "")
"""Among the changes that wait: open the box anew."""


class SilentLane:
    """Runs nothing: what the box answered comes from the recording."""

    def __init__(self) -> None:
        self.generation = 0

    def offer(self, job: Job) -> int:
        """Let a job go."""
        return 0

    def go(self) -> None:
        """Take nothing up."""

    def set_parameter(self, field: str, value: object) -> None:
        """Leave a parameter: nothing reads it."""

    def reopen(self, field: str, value: object) -> None:
        """Open nothing."""

    def reset(self) -> None:
        """Forget the past."""
        self.generation += 1


class WorkingLane:
    """Answers again what it answered in the recording, at the moments at which it did then.

    So each job takes as long as it took, and what was dropped for it is dropped again.
    """

    def __init__(self, name: str, node: Node) -> None:
        self.generation = 0
        self._name = name
        self._node = node
        self._call = caller(node)
        self._jobs: deque[Job] = deque()
        self._changes: list[tuple[str, object] | None] = []
        self._answers: Iterator[Message] = iter(())

    def open(self) -> None:
        """Open the box; raises what it raises."""
        self._node.open()

    def close(self) -> None:
        """Close the box."""
        close_quietly(self._name, self._node)

    def offer(self, job: Job) -> int:
        """Keep a job until the recording says that it was taken up."""
        self._jobs.append(job)
        return 0

    def go(self) -> None:
        """Take nothing up before the recording says so."""

    def set_parameter(self, field: str, value: object) -> None:
        """Set a parameter before the next job."""
        self._changes.append((field, value))

    def reopen(self, field: str, value: object) -> None:
        """Open the box with another network before the next job."""
        self._changes.append((field, value))
        self._changes.append(REOPEN)

    def reset(self) -> None:
        """Forget the past before the next job."""
        self.generation += 1
        self._changes.append(None)

    def again(self, was: LaneResult) -> LaneResult | LaneFailure:
        """Answer in place of what was answered then, to the very same message."""
        try:
            if not was.more:
                self._answers = self._begin(was.at)
            return replace(was, result=next(self._answers, None))
        except Exception as error:
            self._node.reset()
            return LaneFailure(
                self._name, was.generation, describe_error(error), was.took, was.more
            )

    def _begin(self, at: Ns) -> Iterator[Message]:
        self._apply_changes()
        for job in merged(self._taken(at)):
            yield from events(self._call(job.arguments, job.at))

    def _taken(self, at: Ns) -> list[Job]:
        """Take the jobs up to a moment: of pictures only the last, of sound all of them."""
        taken: list[Job] = []
        while self._jobs and self._jobs[0].at <= at:
            job = self._jobs.popleft()
            if job.kind is not Kind.CONTIGUOUS:
                taken.clear()
            taken.append(job)
        return taken

    def _apply_changes(self) -> None:
        changes, self._changes = self._changes, []
        for change in changes:
            if change is None:
                self._node.reset()
            elif change is REOPEN:
                self._node.open()
            else:
                setattr(self._node, *change)
