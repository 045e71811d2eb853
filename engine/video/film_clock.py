"""Makes times that only go on of the times in a film, which may stand still, jump or go back.

Why some gaps are believed: films of telephones and of screens run unevenly, and slides stay for
long. Nobody films nothing for ten seconds and more than five times as long as all that came before;
a clock that goes back by more than the order of pictures can explain was set anew, or ran over.
"""

from __future__ import annotations

import math
from collections import deque
from statistics import median_low
from typing import Final

from engine.core.clock import SECOND

LONGEST_GAP: Final = 10 * SECOND
LONGEST_GAP_SHARE: Final = 5
BACK: Final = 1 * SECOND
USUAL: Final = SECOND // 25
"""What a picture takes where a file says nothing that can be believed."""
PAUSE: Final = 2.5
"""How many times as long as the usual a pause is."""
_STEPS: Final = 9
_FURTHEST: Final = 1e12
"""Milliseconds: 30 years."""


class FilmClock:
    """The times of one pass through a film; ``interval`` ns are declared for a picture.

    ``jump`` are the first two times, in ns since the first picture, between which the film's own
    clock did not go on; None where it always did. ``gap`` is the time after which the first long
    pause came: where pictures are missing, or nothing moved on a screen.
    """

    def __init__(self, interval: int) -> None:
        self.jump: tuple[int, int] | None = None
        self.gap: int | None = None
        self._interval = interval
        self._steps: deque[int] = deque(maxlen=_STEPS)
        self._first: int | None = None
        self._last = 0
        self._shift = 0
        self._now = 0

    def moment(self, position: float) -> int:
        """Return the ns since the first picture, ever later ones, of a picture at ``position`` ms.

        A picture without a time that goes on comes as long after the one before it as is usual;
        a later one at 0 has none, as the last ones of some films.
        """
        sane = math.isfinite(position) and abs(position) < _FURTHEST
        sane = sane and (position != 0 or self._first is None)
        at = round(position * SECOND / 1000) if sane else self._last + self._usual()
        if self._first is None:
            self._first = self._last = self._shift = at
            return 0
        since = at - self._last
        self._last = at
        step = at - self._shift - self._now
        if step > self._longest() or step < -BACK:
            self.jump = self.jump or (self._now, at - self._first)
            self._shift = at - self._now - self._usual()
            step = self._usual()
        elif step <= 0:
            step = self._usual()
        elif since > 0:
            if self.gap is None and self._is_pause(since):
                self.gap = self._now
            self._steps.append(since)
        self._now += step
        return self._now

    def _usual(self) -> int:
        """Return what a picture takes: a jump spoils the declared rate, a wrong order the steps."""
        declared = self._interval if self._interval <= SECOND else USUAL
        return min(declared, median_low(self._steps)) if self._steps else declared

    def _is_pause(self, step: int) -> bool:
        return len(self._steps) == _STEPS and step > PAUSE * median_low(self._steps)

    def _longest(self) -> int:
        usual = median_low(self._steps) if self._steps else self._interval
        return max(LONGEST_GAP, LONGEST_GAP_SHARE * usual)
