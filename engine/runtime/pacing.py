"""Play a tape in real time: each event when it is due, produced only just before.

Why just before: producing the next picture takes a core while the last one is still on its way
through a network. Produced at once, the two compete, which costs milliseconds of latency.
"""

from __future__ import annotations

import threading

from engine.core.clock import MILLISECOND, SECOND, Clock
from engine.core.messages import Ns

_MAX_LATENESS = 100 * MILLISECOND
_MARGIN = 3 * MILLISECOND
_DECAY = 0.95
"""Decay, per moment, of the longest production time remembered."""


class Pacer:
    """Waits for the moments of one tape, and measures how long they take to produce."""

    def __init__(self, clock: Clock, stop: threading.Event) -> None:
        self._clock = clock
        self._stop = stop
        self._start = clock.now()
        self._due = -1
        self._woke_at = self._start
        self._slowest = 0.0

    def is_later(self, due: Ns) -> bool:
        """Whether an event belongs to a later moment than the last one."""
        return due != self._due

    def wait_for(self, due: Ns) -> Ns:
        """Wait until a moment of the tape; return the time it became.

        A tape that falls behind, as after the machine slept, continues from now instead of catching
        up.
        """
        self._slowest = max(_DECAY * self._slowest, self._clock.now() - self._woke_at)
        self._due = due
        late = self._wait_until(self._start + due)
        if late > _MAX_LATENESS:
            self._start = Ns(self._start + late)
        return self._clock.now()

    def sleep_until(self, due: Ns) -> None:
        """Sleep until the next event must be produced."""
        self._wait_until(self._start + due - round(2 * self._slowest) - _MARGIN)
        self._woke_at = self._clock.now()

    def _wait_until(self, moment: int) -> int:
        """Wait; return how late it was already, in ns (0 or less when it had to wait)."""
        late = self._clock.now() - moment
        if late < 0:
            self._stop.wait(-late / SECOND)
        return late
