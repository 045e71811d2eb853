"""Seconds that only go on, whatever the moments of messages do."""

from __future__ import annotations

import math
from typing import Final

from engine.core.clock import SECOND
from engine.core.messages import Ns

BACK: Final = 1.0
"""Seconds before the newest moment; what lies further back is a clock that began anew."""


class Onward:
    """The seconds of moments: those that come late count as now, a clock that went back goes on.

    Why: by a clock that stands still nobody who left is ever forgotten.
    """

    def __init__(self) -> None:
        self.now = -math.inf
        self._behind = 0.0

    def at(self, moment: Ns) -> float:
        """Return the seconds of a moment, never less than those of the one before."""
        seconds = moment / SECOND + self._behind
        if seconds < self.now - BACK:
            self._behind += self.now - seconds
        self.now = max(seconds, self.now)
        return self.now
