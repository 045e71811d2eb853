"""Which points of a picture change, whatever the light does.

Each picture is measured in units of the contrast around each point first, so a lamp, a flash or a
camera that adjusts itself changes nothing; what moves has its edges elsewhere.
"""

from __future__ import annotations

from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]

_AROUND: Final = 15
"""Pixels across and down whose middle and contrast are taken."""
_CONTRAST: Final = 10.0
"""The least contrast that counts as one, of 255: below it is the noise of a camera."""
_SAME: Final = 0.35
_OTHER: Final = 0.9
"""By how many units of contrast a point differs that is surely the same, and surely another."""


def in_contrast(grey: Grey) -> Floats:
    """Return a grey picture in units of the contrast around each point, float32 (h, w)."""
    picture = grey.astype(np.float32)
    flat = picture - cv2.blur(picture, (_AROUND, _AROUND))
    power = cv2.blur(flat * flat, (_AROUND, _AROUND))
    return cast(Floats, flat / np.sqrt(power + np.float32(_CONTRAST**2)))


def changed(before: Floats, after: Floats) -> Floats:
    """Return how much each point of two pictures in contrast differs, float32 (h, w), 0 to 1."""
    apart = cv2.blur(cv2.absdiff(before, after), (3, 3))
    return cast(Floats, ((apart - np.float32(_SAME)) / np.float32(_OTHER - _SAME)).clip(0, 1))


def in_cells(values: Floats, columns: int, rows: int) -> Floats:
    """Return the mean of each cell of a grid, float32 (rows, columns), row by row from the top."""
    down = np.linspace(0, values.shape[0], rows + 1).astype(int)
    across = np.linspace(0, values.shape[1], columns + 1).astype(int)
    sums = np.add.reduceat(np.add.reduceat(values, down[:-1], axis=0), across[:-1], axis=1)
    sizes = np.outer(np.diff(down), np.diff(across))
    return cast(Floats, (sums / sizes).astype(np.float32))
