"""Detects interlaced film by what is seen: two moments in one picture, line by line.

As FFmpeg's filter ``idet`` does. Between the lines of one parity of a picture are put those of the
other parity, of the picture before it and of the one after it. In progressive film both fit equally
well. In interlaced film one of the two is nearer in time by a whole picture, and always the same
one. Only what moves is looked at; stripes, a cut and what moves ever faster are alike in both
parities and cancel out.
"""

from __future__ import annotations

from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from engine.dsp.image.picture import Picture

COLUMNS: Final = 160
"""Columns that are looked at; every line is."""
FEWEST_LINES: Final = 120
AT_FIRST: Final = 24
"""How many pictures are looked at one by one; afterwards three of ``EVERY``."""
EVERY: Final = 16
SURE: Final = 6
"""How many pictures have to be interlaced in one order, four times as many as are not."""
_INTERLACED: Final = 1.2
_PROGRESSIVE: Final = 1.1
"""How much worse the field that is further off fits: 1.0 to 1.05 in progressive film."""
_MOVES: Final = 12
"""By how much a point changes in two pictures that moves, of 255."""
_FEWEST: Final = 0.005
"""The share of points that have to move."""


class InterlaceDetector:
    """Looks at the pictures of one film in their order."""

    def __init__(self) -> None:
        self.interlaced = False
        self._last: list[NDArray[np.int16]] = []
        self._seen = 0
        self._votes = {"top": 0, "bottom": 0, "none": 0}

    def look(self, image: Picture) -> bool:
        """Look at the next picture, uint8 of shape (height, width, 3); whether they are interlaced.

        Once it is sure, it stays so.
        """
        turn, self._seen = self._seen, self._seen + 1
        if self.interlaced or image.shape[0] < FEWEST_LINES:
            return self.interlaced
        if turn >= AT_FIRST and turn % EVERY >= 3:
            self._last.clear()
            return False
        lines = image[:, :: -(-image.shape[1] // COLUMNS), 1].astype(np.int16)
        if self._last and self._last[-1].shape != lines.shape:
            self._last.clear()
        self._last = [*self._last[-2:], lines]
        if len(self._last) == 3 and (vote := first_field(*self._last)):
            self._votes[vote] += 1
            most = max(self._votes["top"], self._votes["bottom"])
            self.interlaced = most >= max(SURE, 4 * (sum(self._votes.values()) - most))
        return self.interlaced


def first_field(
    before: NDArray[np.int16], now: NDArray[np.int16], after: NDArray[np.int16]
) -> Literal["", "top", "bottom", "none"]:
    """Return which field of the middle one of three pictures is the earlier; "none" of progressive.

    "" where nothing tells. All are brightness from 0 to 255, of the same shape (lines, columns).
    """
    moving = np.abs(after - before)[1:-1] > _MOVES
    if np.count_nonzero(moving) < _FEWEST * moving.size:
        return ""
    around = now[:-2] + now[2:]
    earlier, later = (_misfit(around, other, moving) for other in (before, after))
    # The first line is left out, so what lies between is a line of the bottom field, then the top.
    top, bottom = earlier[0] + later[1], earlier[1] + later[0]
    near, far = sorted((top, bottom))
    if far > _INTERLACED * near:
        return "top" if top < bottom else "bottom"
    return "none" if far < _PROGRESSIVE * near else ""


def _misfit(
    around: NDArray[np.int16], other: NDArray[np.int16], moving: NDArray[np.bool_]
) -> tuple[int, int]:
    """Return how badly the lines of a picture fit between those of another, by their parity."""
    apart = np.abs(around - 2 * other[1:-1]) * moving
    return int(apart[::2].sum(dtype=np.int64)), int(apart[1::2].sum(dtype=np.int64))
