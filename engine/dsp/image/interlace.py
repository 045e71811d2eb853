"""Detects interlaced film by what is seen: two moments in one picture, line by line.

As FFmpeg's filter ``idet`` does. Between the lines of one parity of a picture are put those of the
other parity, of the picture before it and of the one after it. In progressive film both fit equally
well. In interlaced film one of the two is nearer in time by a whole picture, and always the same
one. Only what moves is looked at; stripes, a cut and what moves ever faster are alike in both
parities and cancel out.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.dsp.image.picture import Picture

COLUMNS: Final = 80
"""Columns that are looked at, unevenly apart, lest stripes hide between them; every line is."""
FEWEST_LINES: Final = 120
AT_FIRST: Final = 250
"""How many pictures are looked at one by one, unless it is decided before; then three of EVERY."""
EVERY: Final = 64
MOVES: Final = 12
"""By how much a point changes in two pictures that moves, of 255."""
SURE: Final = 3000
"""How many points have to move before it is decided: in a few of them noise may look so."""
FEWEST: Final = 6
"""And in how many pictures."""
AGREE: Final = 0.8
"""The share of pictures that have to say the same: stripes that move up and down take turns."""
NEARER: Final = 1.2
"""How much worse the field that is further off fits: 1.0 to 1.05 in progressive film."""
_REMEMBERED: Final = 30_000


class InterlaceDetector:
    """Looks at the pictures of one film in their order."""

    def __init__(self) -> None:
        self.interlaced = False
        self._last: list[NDArray[np.int16]] = []
        self._seen = 0
        self._pictures = 0
        self._points = 0
        self._misfits = np.zeros(2)
        self._votes = np.zeros(2, int)

    def look(self, image: Picture) -> bool:
        """Look at the next picture, uint8 of shape (height, width, 3); whether they are interlaced.

        Once it is sure, it stays so.
        """
        turn, self._seen = self._seen, self._seen + 1
        if self.interlaced or image.shape[0] < FEWEST_LINES:
            return self.interlaced
        if (self._knows() or turn >= AT_FIRST) and turn % EVERY >= 3:
            self._last.clear()
            return False
        lines = image[:, _columns(image.shape[1]), 1].astype(np.int16)
        if self._last and self._last[-1].shape != lines.shape:
            self._last.clear()
        self._last = [*self._last[-2:], lines]
        if len(self._last) == 3:
            self._count(*self._last)
        return self.interlaced

    def _knows(self) -> bool:
        return self._points >= SURE and self._pictures >= FEWEST

    def _count(
        self, before: NDArray[np.int16], now: NDArray[np.int16], after: NDArray[np.int16]
    ) -> None:
        moving = np.abs(after - before)[1:-1] > MOVES
        around = now[:-2] + now[2:]
        earlier, later = (_misfit(around, other, moving) for other in (before, after))
        # The first line is left out, so what lies between is a line of the bottom field, then the
        # top one: these are how well the fields of a film fit that begins with the one or other.
        misfits = earlier + later[::-1]
        self._misfits += misfits
        self._votes[misfits.argmin()] += 1
        self._points += int(np.count_nonzero(moving))
        self._pictures += 1
        near, far = sorted(self._misfits)
        agree = self._votes.max() >= AGREE * self._pictures
        self.interlaced = bool(self._knows() and agree and far > NEARER * near + self._points)
        if self._points > _REMEMBERED:
            self._points //= 2
            self._misfits /= 2


@lru_cache(maxsize=8)
def _columns(width: int) -> NDArray[np.intp]:
    """Return which columns of a picture are looked at: the same ones each time."""
    places = np.arange(COLUMNS)
    step = max(1, width // COLUMNS)
    uneven: NDArray[np.intp] = places * width // COLUMNS + places * 7919 % step
    return np.minimum(uneven, width - 1)


def _misfit(
    around: NDArray[np.int16], other: NDArray[np.int16], moving: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return how badly the lines of a picture fit between those of another, by their parity."""
    apart = np.abs(around - 2 * other[1:-1]) * moving
    return np.array([apart[::2].sum(dtype=np.float64), apart[1::2].sum(dtype=np.float64)])
