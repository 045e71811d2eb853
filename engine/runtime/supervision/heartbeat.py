"""What a source that gives something all the time beats, so that its silence is noticed."""

from __future__ import annotations

from typing import Final

from engine.core.clock import MILLISECOND, SECOND
from engine.core.messages import Ns

LATE_INTERVALS: Final = 5
LATE_AT_LEAST: Final = 500 * MILLISECOND
LOST_INTERVALS: Final = 10
LOST_AT_LEAST: Final = SECOND
FIRST: Final = 10 * SECOND
"""How long a source may give nothing after it was opened, and until its interval is known."""

_RECENT: Final = 8


class Heartbeat:
    """When a source gave something last, and how often it does; beaten on its own threads."""

    def __init__(self) -> None:
        self.last = Ns(0)
        self._interval: float | None = None
        self._beats = 0

    def begin(self, now: Ns) -> None:
        """Count from now on: it was just opened."""
        self.last, self._interval, self._beats = now, None, 0

    def beat(self, now: Ns) -> None:
        """Note that it gave something."""
        passed = now - self.last
        self._beats += 1
        if self._interval is None:
            self._interval = float(passed) if self._beats > 1 else None
        else:
            self._interval += (passed - self._interval) / _RECENT
        self.last = now

    def overdue(self, now: Ns, since: Ns) -> str:
        """Say what its silence means: "" for nothing, "late" or "lost"."""
        silence = now - max(self.last, since)
        if self._interval is None:
            return "lost" if silence > FIRST else ""
        if silence > max(LOST_AT_LEAST, LOST_INTERVALS * self._interval):
            return "lost"
        return "late" if silence > max(LATE_AT_LEAST, LATE_INTERVALS * self._interval) else ""
