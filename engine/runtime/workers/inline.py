"""A lane where time is virtual: no thread, and an answer that comes after a time that is given.

So what overload drops can be tested, and is the same each time.
"""

from __future__ import annotations

from engine.core.box_errors import anything_raised
from engine.core.context import Context
from engine.core.messages import Ns
from engine.core.node import Node
from engine.runtime.entries import Entry, LaneFailure, StateChange
from engine.runtime.schedule.call import describe_error
from engine.runtime.schedule.job import Job
from engine.runtime.workers.in_process import InProcessWorker
from engine.runtime.workers.lane import Waiting, close_quietly


class InlineLane(Waiting):
    """A lane that is called where time is virtual: each job takes ``cost`` ns, no more or less.

    ``cost`` may be changed while it plays, as a machine gets busy.
    """

    def __init__(self, name: str, node: Node, context: Context, cost: int) -> None:
        super().__init__(name, node, self._call_up, InProcessWorker(node, context))
        self.cost = cost
        self._ready = False
        self._called_up = False
        self._busy_until = Ns(0)

    def open(self) -> StateChange:
        """Open the box; gives how that went."""
        try:
            self._worker.open()
        except anything_raised() as error:
            return StateChange(self._name, "failed", describe_error(error))
        self._ready = True
        return StateChange(self._name, "running")

    def close(self) -> None:
        """Close the box."""
        close_quietly(self._name, self._worker)

    def begin(self, now: Ns) -> list[tuple[Ns, Entry]]:
        """Begin the jobs that wait, if free; return the answers and when they are due."""
        if not (self._ready and self._called_up and len(self._mailbox)) or now < self._busy_until:
            return []
        answers: list[tuple[Ns, Entry]] = []
        try:
            self._apply_changes()
        except anything_raised() as error:
            failure = LaneFailure(self._name, self.generation, describe_error(error), more=True)
            answers.append((now, failure))
        due = now
        for job in self._wanted(self._take()):
            due = Ns(due + self.cost)
            answers += [(due, entry) for entry in self._do(job)]
        self._called_up = bool(len(self._mailbox))
        self._busy_until = due
        return answers

    def interrupt(self) -> None:
        """Call off the job at hand, whose answers are not heard, and be free at once."""
        super().interrupt()
        self._busy_until = Ns(0)

    def _call_up(self) -> None:
        self._called_up = True

    def _do(self, job: Job) -> list[Entry]:
        answers: list[Entry] = []
        try:
            for event in self._worker.answer(job):
                answers.append(self._answer(job, event, self.cost, bool(answers)))
        except anything_raised() as error:
            answers.append(self._failure(job, error, self.cost, bool(answers)))
        return answers or [self._answer(job, None, self.cost, more=False)]
