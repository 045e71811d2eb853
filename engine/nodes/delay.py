"""The same, later."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import field
from typing import Annotated, Any, ClassVar, TypeVar

from engine.core.clock import ns
from engine.core.errors import Overrun
from engine.core.messages import Ns
from engine.core.node import Node
from engine.core.parameter import Param

T = TypeVar("T")

SHORTEST = 0.001
"""Seconds; a loop in a patch needs some delay."""

MOST = 10_000
"""Messages that may wait. More than these, two minutes of a very lively desk, mean a feedback."""


class Delay(Node):
    """Let everything out again later, in the same order and rhythm.

    The time counts from when something happened, not from when it was found: what took the pose
    30 ms to see leaves 70 ms later from ``time = "100 ms"``, and pictures, poses and sound that are
    delayed alike come out together. A loop of boxes in a patch needs a delay in it.

    Pictures are kept whole: one second of a 1280x720 camera takes 80 MB.

    Raises Overrun when more than 10000 messages wait.
    """

    breaks_cycle: ClassVar[bool] = True

    time: Annotated[float, Param("how much later", SHORTEST, 60, unit="s")] = 1.0

    _waiting: deque[tuple[Ns, Any]] = field(default_factory=deque)

    def process(self, value: T, at: Ns) -> Iterator[T]:
        """Keep a message until its time; yield those that are due."""
        if isinstance(value, float) and not math.isfinite(value):
            return iter(())
        if len(self._waiting) >= MOST:
            raise Overrun(f"more than {MOST} messages wait in a delay; does it feed itself?")
        due = Ns(at + ns(max(self.time, SHORTEST)))
        if self._waiting:  # a shorter ``time`` must not change the order
            due = max(due, self._waiting[-1][0])
        self._waiting.append((due, value))
        return iter(())

    def wake(self) -> Ns | None:
        """Return when the next message is due; None when none waits."""
        return self._waiting[0][0] if self._waiting else None

    def on_wake(self, at: Ns) -> Iterator[Any]:
        """Return the messages that are due."""
        due = []
        while self._waiting and self._waiting[0][0] <= at:
            due.append(self._waiting.popleft()[1])
        return iter(due)

    def reset(self) -> None:
        """Drop the messages that wait: they are from before the gap."""
        self._waiting.clear()
