"""A number that may only move so fast."""

from __future__ import annotations

import math
from typing import Annotated

from engine.core.clock import SECOND, ns
from engine.core.messages import Ns
from engine.core.node import Node
from engine.core.parameter import Param

STEP = ns(1 / 60)
"""ns between two numbers on the way."""


class Slew(Node):
    """Follow a number no faster than it may rise and fall: quick up, slow down, or the other way.

    ``rise`` is how long the way up takes, from one end to the other; ``fall`` the way down; "0 s"
    jumps. A light that follows a drum with ``fall = "2 s"`` flashes and fades. On its way it gives
    60 numbers a second, and none once it has arrived.

    It expects numbers from 0 to 1. For others set ``span`` to how far they go from one end to the
    other, such as 127 for a MIDI controller.
    """

    rise: Annotated[float, Param("how long the whole way up takes", 0, 3600, unit="s")] = 0.0
    fall: Annotated[float, Param("how long the whole way down takes", 0, 3600, unit="s")] = 1.0
    span: Annotated[
        float, Param("how far the number goes from one end to the other: 1 for 0 to 1", 0)
    ] = 1.0

    _out: float | None = None
    _at: Ns = Ns(0)
    _target: float = 0.0
    _due: Ns | None = None

    def process(self, value: float, at: Ns) -> float | None:
        """Return how far it has come, and go on towards the new number."""
        if not math.isfinite(value):
            return None
        if self._out is None:
            self._out, self._at = value, at
        self._move(at)
        self._target = value
        if self._way() == 0:
            self._out = value
        self._plan()
        return self._out

    def wake(self) -> Ns | None:
        """Return when the next number is due; None at rest."""
        return self._due

    def on_wake(self, at: Ns) -> float | None:
        """Return the next number on the way."""
        if self._due is None or at < self._due:
            return None
        self._move(at)
        self._plan()
        return self._out

    def reset(self) -> None:
        """Forget the number: the next one passes as it is."""
        self._out = self._due = None

    def _way(self) -> float:
        """Return how long the whole way takes in the present direction, in s."""
        assert self._out is not None
        return self.rise if self._target > self._out else self.fall

    def _move(self, at: Ns) -> None:
        """Move towards the target for the time that has passed."""
        assert self._out is not None
        passed = max(0, at - self._at) / SECOND
        self._at = max(at, self._at)
        if self._out == self._target or self._due is None:
            return
        way = self._way()
        most = self.span * passed / way if way > 0 else math.inf
        if abs(self._target - self._out) <= most:
            self._out = self._target
        else:
            self._out += math.copysign(most, self._target - self._out)

    def _plan(self) -> None:
        arrived = self._out == self._target or self.span == 0
        self._due = None if arrived else Ns(self._at + STEP)
