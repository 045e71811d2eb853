"""The way of a number from where it is to where it shall rest, a step at a time."""

from __future__ import annotations

from dataclasses import dataclass

from engine.core.clock import ns
from engine.core.messages import Ns

STEP = ns(1 / 60)
"""As often as a projector or a desk can follow."""


@dataclass(frozen=True, slots=True)
class Fade:
    """A straight way between two numbers that begins at a moment and takes so many ns."""

    begin: float
    end: float
    begun: Ns
    takes: int

    def value(self, at: Ns) -> float:
        """Give the number at a moment; before the way began it is its beginning."""
        gone = at - self.begun
        if gone >= self.takes:
            return self.end
        part = max(0.0, gone / self.takes)
        return (1.0 - part) * self.begin + part * self.end

    def next(self, at: Ns) -> Ns | None:
        """Give the moment of the next step after one; None where the end is reached."""
        return Ns(at + STEP) if at - self.begun < self.takes else None
