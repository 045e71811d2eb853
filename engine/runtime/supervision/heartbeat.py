"""The heartbeat of a steady source, by which its silence is detected."""

from __future__ import annotations

from typing import Final

from engine.core.clock import MILLISECOND, SECOND
from engine.core.messages import Ns

LATE_INTERVALS: Final = 5
LATE_AT_LEAST: Final = 500 * MILLISECOND
LOST_INTERVALS: Final = 10
LOST_AT_LEAST: Final = SECOND
FIRST: Final = 10 * SECOND
"""How long a source may be silent after it was opened, and until its interval is known."""

_RECENT: Final = 8


class Heartbeat:
    """The moment of the last message of a source, and its mean interval; beaten on its threads."""

    def __init__(self) -> None:
        self.last = Ns(0)
        self._interval: float | None = None
        self._beats = 0

    def begin(self, now: Ns) -> None:
        """Start anew: the source was just opened."""
        self.last, self._interval, self._beats = now, None, 0

    def beat(self, now: Ns) -> None:
        """Note a message."""
        passed = now - self.last
        self._beats += 1
        if self._interval is None:
            self._interval = float(passed) if self._beats > 1 else None
        else:
            self._interval += (passed - self._interval) / _RECENT
        self.last = now

    def overdue(self, now: Ns, since: Ns) -> str:
        """Return what the silence means: "" for nothing, "late" or "lost".

        It counts from the last beat, or from ``since`` where that is later.
        """
        silence = now - max(self.last, since)
        if self._interval is None:
            return "lost" if silence > FIRST else ""
        if silence > max(LOST_AT_LEAST, LOST_INTERVALS * self._interval):
            return "lost"
        return "late" if silence > max(LATE_AT_LEAST, LATE_INTERVALS * self._interval) else ""
