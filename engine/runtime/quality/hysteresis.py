"""Decide from the latency of each window whether to degrade or restore.

Why restoring is slow: flickering quality is worse than low quality. A restoration that does not
last doubles the wait for the next one.
"""

from __future__ import annotations

import math
from collections.abc import Collection
from enum import Enum

from engine.core.clock import SECOND
from engine.core.messages import Ns

LATE_WINDOWS = 2
"""Consecutive windows over the deadline before anything is degraded."""
SPARE_SHARE = 0.7
"""Below this share of the deadline there is time to spare."""
FIRST_WAIT = 5 * SECOND
LONGEST_WAIT = 300 * SECOND
PROBATION = 30 * SECOND
"""A restoration that lasts this long was right."""
_PERCENTILE = 90


class Decision(Enum):
    """What to do after a window."""

    HOLD = "hold"
    DEGRADE = "degrade"
    RESTORE = "restore"


class Hysteresis:
    """Judges one window after another. ``limit`` and latencies are in ns."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._late = 0
        self._spare_since: Ns | None = None
        self._restored_at: Ns | None = None
        self._wait = FIRST_WAIT

    def judge(self, behind: int, at: Ns) -> Decision:
        """Return what to do after a window that ended at a moment with this latency (ns)."""
        if behind > self._limit:
            self._late += 1
            self._spare_since = None
            return Decision.DEGRADE if self._late >= LATE_WINDOWS else Decision.HOLD
        self._late = 0
        if behind > SPARE_SHARE * self._limit:
            self._spare_since = None
        elif self._spare_since is None:
            self._spare_since = at
        elif at - self._spare_since >= self._wait:
            return Decision.RESTORE
        return Decision.HOLD

    def degraded(self, at: Ns) -> None:
        """Record a degradation; soon after a restoration, it doubles the next wait."""
        if self._restored_at is not None:
            failed = at - self._restored_at < PROBATION
            self._wait = min(2 * self._wait, LONGEST_WAIT) if failed else FIRST_WAIT
        self._reset(None)

    def restored(self, at: Ns) -> None:
        """Record a restoration."""
        self._reset(at)

    def _reset(self, restored_at: Ns | None) -> None:
        self._restored_at = restored_at
        self._late = 0
        self._spare_since = None


def percentile_90(values: Collection[int]) -> int:
    """Return the 90th percentile of at least one value: what a window is judged by."""
    return sorted(values)[math.ceil(len(values) * _PERCENTILE / 100) - 1]
