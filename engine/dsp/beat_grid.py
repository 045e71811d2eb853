"""A grid of beats that follows others smoothly: it never goes back, and never stands still.

A phase-locked loop: where it is and where it should be differ by an error, which is brought in over
the next beat by going faster or slower. So a beat comes earlier or later, but never twice.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from engine.core.clock import SECOND
from engine.core.messages import Ns

SLOWEST: Final = 20.0
FASTEST: Final = 400.0
"""Beats a minute."""

_MINUTE: Final = 60 * SECOND
_SPAN: Final = 0.25
"""Beats in which a small error is brought in."""
_STEEPEST: Final = 0.5
"""How much faster or slower than its tempo it goes at most, as a part of that."""
_ZERO: Final = Ns(0)


def clipped(bpm: float) -> float:
    """Return a tempo in beats a minute, brought to 20 to 400."""
    return min(max(bpm, SLOWEST), FASTEST)


@dataclass
class BeatGrid:
    """Where the music is, in beats: a position that grows with time, whole at each beat."""

    bpm: float = 120.0
    _at: Ns = _ZERO
    _from: float = 0.0
    _slide: float = 0.0
    _span: float = _SPAN

    def jump(self, at: Ns, position: float) -> None:
        """Be at a position at a moment."""
        self._at, self._from, self._slide, self._span = at, position, 0.0, _SPAN

    def steer(self, at: Ns, error: float, bpm: float) -> None:
        """Bring in an error, in beats (above 0 it is behind), and go on at a tempo."""
        self.jump(at, self.position(at))
        self.bpm = clipped(bpm)
        self._slide = error
        self._span = max(_SPAN, abs(error) / _STEEPEST)

    def position(self, at: Ns) -> float:
        """Return where it is at a moment, in beats."""
        run = (at - self._at) * self.bpm / _MINUTE
        return self._from + run + self._slide * min(max(run / self._span, 0.0), 1.0)

    def moment(self, position: float) -> Ns:
        """Return when it comes to a position."""
        way, bent = position - self._from, self._span + self._slide
        run = way * self._span / bent if 0.0 < way < bent else way - (self._slide if way > 0 else 0)
        return Ns(self._at + math.ceil(run * _MINUTE / self.bpm))
