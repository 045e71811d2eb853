"""A linear ramp to a rest value, in steps."""

from __future__ import annotations

from dataclasses import dataclass

from engine.core.clock import ns
from engine.core.messages import Ns

STEP = ns(1 / 60)
"""ns: 60 steps a second, as fast as a projector or lighting desk follows."""


@dataclass(frozen=True, slots=True)
class Fade:
    """A linear ramp from ``begin`` to ``end`` from ``started`` on, for ``duration`` ns."""

    begin: float
    end: float
    started: Ns
    duration: int

    def value(self, at: Ns) -> float:
        """Return the value at a moment, clamped to the ramp's ends."""
        elapsed = at - self.started
        if elapsed >= self.duration:
            return self.end
        part = max(0.0, elapsed / self.duration)
        return (1.0 - part) * self.begin + part * self.end

    def next(self, at: Ns) -> Ns | None:
        """Return the moment of the next step, or None once the end is reached."""
        return Ns(at + STEP) if at - self.started < self.duration else None
