"""Plays a tape in its time: each event when it is due, made only just before.

Why just before: making the next picture takes a core, and the last one is still on its way through
a network. Made at once, the two stand in each other's way, which costs milliseconds of delay.
"""

from __future__ import annotations

import threading

from engine.core.clock import MILLISECOND, SECOND, Clock
from engine.core.messages import Ns

_TOO_LATE = 100 * MILLISECOND
_SPARE = 3 * MILLISECOND
_FORGET = 0.95
"""How much is remembered, at each moment, of the longest that one took to make."""


class Pacer:
    """Waits for the moments of one tape, and measures how long it takes to make them."""

    def __init__(self, clock: Clock, stop: threading.Event) -> None:
        self._clock = clock
        self._stop = stop
        self._start = clock.now()
        self._due = -1
        self._rested = self._start
        self._slowest = 0.0

    def is_later(self, due: Ns) -> bool:
        """Tell whether an event belongs to a later moment than the last one."""
        return due != self._due

    def wait_for(self, due: Ns) -> Ns:
        """Wait until a moment of the tape has come; gives the moment it became.

        A tape that falls behind, as after the machine slept, goes on from now: it does not rush.
        """
        self._slowest = max(_FORGET * self._slowest, self._clock.now() - self._rested)
        self._due = due
        late = self._wait_until(self._start + due)
        if late > _TOO_LATE:
            self._start = Ns(self._start + late)
        return self._clock.now()

    def rest_until(self, due: Ns) -> None:
        """Leave the machine to what was set off, until the next event must be made."""
        self._wait_until(self._start + due - round(2 * self._slowest) - _SPARE)
        self._rested = self._clock.now()

    def _wait_until(self, moment: int) -> int:
        """Wait; gives how late it was already, in ns, 0 or less where it had to be waited for."""
        late = self._clock.now() - moment
        if late < 0:
            self._stop.wait(-late / SECOND)
        return late
