"""Decide from the latency of each window whether to degrade or restore.

Why restoring is slow: flickering quality is worse than low quality. A restoration that does not
last doubles the wait for the next one.
"""

from __future__ import annotations

from enum import Enum

from engine.core.clock import SECOND
from engine.core.messages import Ns

TOO_LATE = 2
"""Consecutive windows over the deadline before anything is degraded."""
EASY = 0.7
"""Below this share of the deadline there is time to spare."""
FIRST_WAIT = 5 * SECOND
LONGEST_WAIT = 300 * SECOND
LASTS = 30 * SECOND
"""A restoration that lasts this long was right."""


class Decision(Enum):
    """What to do after a window."""

    STAY = "stay"
    GIVE_WAY = "give way"
    COME_BACK = "come back"


class Hysteresis:
    """Judges one window after another. ``limit`` and latencies are in ns."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._late = 0
        self._easy_since: Ns | None = None
        self._back_at: Ns | None = None
        self._wait = FIRST_WAIT

    def judge(self, behind: int, at: Ns) -> Decision:
        """Return what to do after a window that ended at a moment with this latency (ns)."""
        if behind > self._limit:
            self._late += 1
            self._easy_since = None
            return Decision.GIVE_WAY if self._late >= TOO_LATE else Decision.STAY
        self._late = 0
        if behind > EASY * self._limit:
            self._easy_since = None
        elif self._easy_since is None:
            self._easy_since = at
        elif at - self._easy_since >= self._wait:
            return Decision.COME_BACK
        return Decision.STAY

    def gave_way(self, at: Ns) -> None:
        """Record a degradation; soon after a restoration, it doubles the next wait."""
        if self._back_at is not None:
            failed = at - self._back_at < LASTS
            self._wait = min(2 * self._wait, LONGEST_WAIT) if failed else FIRST_WAIT
        self._begin_anew(None)

    def came_back(self, at: Ns) -> None:
        """Record a restoration."""
        self._begin_anew(at)

    def _begin_anew(self, back_at: Ns | None) -> None:
        self._back_at = back_at
        self._late = 0
        self._easy_since = None
