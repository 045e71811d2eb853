"""How far something has come that goes on by itself, computed from its moments: nothing drifts."""

from __future__ import annotations

import math
from dataclasses import dataclass

from engine.core.clock import MILLISECOND, SECOND
from engine.core.messages import Ns

_ZERO = Ns(0)
_NEVER = 1e9
"""Seconds: nothing that is later than in 30 years is waited for."""
_APART = MILLISECOND
"""ns: a tick that is as near as this to what follows it is left out."""


@dataclass
class Progress:
    """A number that grows with time, at a speed a second that may change on the way.

    What has been reached stays reached when the speed changes: the new one counts from ``read_at``,
    the moment at which the number was last read.
    """

    since: Ns = _ZERO
    part: float = 0.0
    read_at: Ns = _ZERO
    _speed: float = 0.0

    def begin(self, at: Ns, part: float = 0.0) -> None:
        """Begin anew at a moment, with a number."""
        self.since = self.read_at = at
        self.part = part

    def read(self, at: Ns, speed: float) -> float:
        """Return the number at a moment; ``speed`` is finite."""
        if speed != self._speed:
            self.part, self.since = self._reached(self.read_at), self.read_at
            self._speed = speed
        self.read_at = at
        return self._reached(at)

    def moment(self, part: float) -> Ns | None:
        """Return when a number will be reached, at the speed last read; None for never."""
        left = part - self.part
        if self._speed * _NEVER <= abs(left):
            return None
        return Ns(self.since + math.ceil(left / self._speed * SECOND))

    def _reached(self, at: Ns) -> float:
        return self.part + (at - self.since) / SECOND * self._speed


def next_tick(since: Ns, at: Ns, fps: float, end: Ns | None = None) -> Ns:
    """Return the first of the moments after ``at`` that lie 1 / ``fps`` s apart, from ``since`` on.

    ``end`` is in their place where it comes first, or less than 1 ms later.
    """
    step = SECOND / max(fps, 1e-3)
    tick = Ns(since + round((math.floor((at - since) / step + 1e-6) + 1) * step))
    tick = max(tick, Ns(at + 1))
    return tick if end is None or end - tick > _APART else end
