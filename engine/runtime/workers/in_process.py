"""The box of a lane on the very thread that asks: that of the lane, or of a process of its own."""

from __future__ import annotations

from collections.abc import Generator

from engine.core.context import Context, with_context
from engine.core.messages import Frame, Message
from engine.core.node import Node
from engine.core.signature import read_signature
from engine.runtime.schedule.call import Call, caller_of, events
from engine.runtime.schedule.job import Job
from engine.system.priority import lower_priority


class InProcessWorker:
    """Has a box work on the thread that asks."""

    def __init__(self, node: Node, context: Context) -> None:
        self._node = node
        self._context = context
        self._calls: dict[str, Call] = {}
        self.took: int | None = None
        self._opened = False

    @property
    def ended(self) -> bool:
        """Whether what the box works in has ended: never."""
        return False

    def look(self) -> None:
        """Do nothing."""

    def begin(self) -> None:
        """Lower this thread's priority where the box works on pictures."""
        if Frame in read_signature(type(self._node)).inlets[0].accepts:
            lower_priority()  # so that sound, and all that is quick, goes first

    def open(self) -> None:
        """Open the box."""
        with_context(self._node.open, self._context)()
        self._opened = True

    def close(self) -> None:
        """Close the box, where it was opened; once."""
        if self._opened:
            self._opened = False
            self._node.close()

    def reset(self) -> None:
        """Reset the box."""
        self._node.reset()

    def set(self, field: str, value: object) -> None:
        """Set a parameter."""
        setattr(self._node, field, value)

    def answer(self, job: Job) -> Generator[Message]:
        """Call the box; yield what it answers. To close it closes the box's own generator."""
        call = self._calls.get(job.inlet)
        if call is None:
            call = self._calls[job.inlet] = caller_of(self._node, job.inlet)
        answer = call(job.arguments, job.at)
        try:
            yield from events(answer)
        finally:
            if isinstance(answer, Generator):
                answer.close()

    def kill(self) -> None:
        """Do nothing: no thread can be ended."""
