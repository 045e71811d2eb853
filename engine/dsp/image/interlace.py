"""Detects interlaced film by what is seen: two moments in one picture, line by line.

As FFmpeg's filter ``idet`` does (Niedermayer 2012). Between the lines of one parity of a picture
are put those of the other parity, of the picture before it and of the one after it. In progressive
film both fit equally well, and worse than its own lines. In interlaced film one of the two is
nearer in time than the other by a whole picture, always the same one, and no worse than its own.
Stripes in the picture, a cut and what moves ever faster are alike in both parities and cancel out.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.dsp.image.picture import Picture

COLUMNS: Final = 160
"""Columns that are looked at; every line is."""
FEWEST_LINES: Final = 120
AT_FIRST: Final = 24
"""How many pictures are looked at one by one; afterwards three of ``EVERY``."""
EVERY: Final = 16
SURE: Final = 3
"""How many pictures have to be interlaced, four times as many as are not."""
_NEARER: Final = 1.25
_NO_WORSE: Final = 0.8
_MOVES: Final = 1.5
"""Mean difference below which nothing moves, in steps of 255."""


class InterlaceDetector:
    """Looks at the pictures of one film in their order."""

    def __init__(self) -> None:
        self.interlaced = False
        self._last: list[NDArray[np.int16]] = []
        self._seen = 0
        self._votes = [0, 0]

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
        if len(self._last) == 3 and (vote := is_interlaced(*self._last)) is not None:
            self._votes[vote] += 1
            self.interlaced = self._votes[True] >= max(SURE, 4 * self._votes[False])
        return self.interlaced


def is_interlaced(
    before: NDArray[np.int16], now: NDArray[np.int16], after: NDArray[np.int16]
) -> bool | None:
    """Return whether the middle one of three pictures is interlaced; None where nothing tells.

    All are brightness from 0 to 255, of the same shape (lines, columns).
    """
    around = now[:-2] + now[2:]
    own = float(_misfit(around, now).sum())
    earlier, later = _misfit(around, before), _misfit(around, after)
    one = float(earlier[0] + later[1])
    other = float(earlier[1] + later[0])
    near, far = sorted((one, other))
    if far < _MOVES * around.size:
        return None
    if far > _NEARER * near and own > _NO_WORSE * near:
        return True
    return False if own < _NO_WORSE * near else None


def _misfit(around: NDArray[np.int16], other: NDArray[np.int16]) -> NDArray[np.int64]:
    """Return how badly the lines of a picture fit between those of another, by their parity."""
    apart = np.abs(around - 2 * other[1:-1])
    return np.array([apart[::2].sum(dtype=np.int64), apart[1::2].sum(dtype=np.int64)])
