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
    """Convert seconds to nanoseconds."""
    return Ns(round(seconds * SECOND))


class Clock(Protocol):
    """A monotonic clock."""

    def now(self) -> Ns:
        """Return the current monotonic time in ns."""
        ...


class SystemClock:
    """The machine's monotonic clock."""

    def now(self) -> Ns:
        """Return the current monotonic time in ns."""
        return Ns(time.monotonic_ns())


class VirtualClock:
    """A clock that stands still until it is moved; it never goes back."""

    def __init__(self) -> None:
        self._now = Ns(0)

    def now(self) -> Ns:
        """Return the moment it was last moved to, in ns."""
        return self._now

    def move_to(self, moment: Ns) -> None:
        """Advance to ``moment``; an earlier one changes nothing."""
        self._now = max(self._now, moment)


def wall_time() -> datetime:
    """Return the wall-clock time in UTC, which may be adjusted forward or back.

    For opening hours and the date of a recording; playing is timed by a ``Clock``.
    """
    return datetime.now(UTC)
