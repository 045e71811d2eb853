"""When to give way and when to come back: decided by how late the last window was.

Why so slow to come back: quality that flickers is worse than quality that is low. A step back that
does not last doubles the wait for the next one.
"""

from __future__ import annotations

from enum import Enum

from engine.core.clock import SECOND
from engine.core.messages import Ns

TOO_LATE = 2
"""Windows in a row that must be over the deadline before anything gives way."""
EASY = 0.7
"""Below this part of the deadline there is time to spare."""
FIRST_WAIT = 5 * SECOND
LONGEST_WAIT = 300 * SECOND
LASTS = 30 * SECOND
"""A step back that holds for so long was right."""


class Decision(Enum):
    """What to do now."""

    STAY = "stay"
    GIVE_WAY = "give way"
    COME_BACK = "come back"


class Hysteresis:
    """Judges windows one after another; it is told what came of its judgement.

    ``limit`` and what is judged are in ns.
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._late = 0
        self._easy_since: Ns | None = None
        self._back_at: Ns | None = None
        self._wait = FIRST_WAIT

    def judge(self, behind: int, at: Ns) -> Decision:
        """Say what to do after a window that ended at a moment and was so far behind."""
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
        """Note that something gave way: was the last step back too much, it is not tried soon."""
        if self._back_at is not None:
            failed = at - self._back_at < LASTS
            self._wait = min(2 * self._wait, LONGEST_WAIT) if failed else FIRST_WAIT
        self._begin_anew(None)

    def came_back(self, at: Ns) -> None:
        """Note that something came back."""
        self._begin_anew(at)

    def _begin_anew(self, back_at: Ns | None) -> None:
        self._back_at = back_at
        self._late = 0
        self._easy_since = None
