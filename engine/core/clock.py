"""Time: the only file that reads a clock.

Why one interface for both: what plays live must play the same offline, and a test must never wait.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import Protocol

from engine.core.messages import Ns

SECOND = 1_000_000_000
MILLISECOND = 1_000_000


def ns(seconds: float) -> Ns:
    """Turn seconds into nanoseconds."""
    return Ns(round(seconds * SECOND))


class Clock(Protocol):
    """What tells the time."""

    def now(self) -> Ns:
        """Give the moment, monotonic."""
        ...


class SystemClock:
    """The machine's monotonic clock."""

    def now(self) -> Ns:
        """Give the moment, monotonic."""
        return Ns(time.monotonic_ns())


class VirtualClock:
    """A clock that stands still until it is moved; it never goes back."""

    def __init__(self) -> None:
        self._now = Ns(0)

    def now(self) -> Ns:
        """Give the moment it was last moved to."""
        return self._now

    def move_to(self, moment: Ns) -> None:
        """Move on to ``moment``; an earlier one changes nothing."""
        self._now = max(self._now, moment)


def wall_time() -> datetime:
    """Give what the clocks on walls show, in UTC; it may be set anew, forward or back.

    For opening hours and the date of a recording: what is played is timed by a ``Clock``.
    """
    return datetime.now(UTC)
