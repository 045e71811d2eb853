"""What is seen in little light, made as networks know it: they learned from pictures in daylight.

A sensor's noise is as large there as what it shows: pixels are averaged as the picture is made
small. Then it is lifted to the usual level, and the contrast of each part is spread (CLAHE:
Zuiderveld 1994, "Contrast Limited Adaptive Histogram Equalization").
"""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

DARK: Final = 50.0
"""The mean level, of 255, below which a picture is dark."""
BLACK: Final = 1.0
"""The mean level below which nothing is seen at all."""
_USUAL: Final = 110.0
_CLIP: Final = 2.0
_PARTS: Final = (4, 4)


def is_dark(picture: Picture) -> bool:
    """Whether a picture, (h, w, 3) blue-green-red or grey, is dark, and not black."""
    return BLACK <= _level(picture) < DARK


def lighter(square: Picture) -> Picture:
    """Return a dark picture at the usual level, with its contrast spread.

    ``square`` is uint8, (h, w, 3) blue-green-red, or grey as (h, w, 1) or (h, w); so is the answer.
    """
    lifted = cv2.convertScaleAbs(square, alpha=_USUAL / max(_level(square), BLACK))
    spread = cv2.createCLAHE(_CLIP, _PARTS)  # it keeps what it works on: one for each thread
    if square.ndim == 2 or square.shape[2] == 1:
        return np.asarray(spread.apply(lifted), np.uint8).reshape(square.shape)
    luma = cv2.cvtColor(lifted, cv2.COLOR_BGR2YCrCb)
    luma[..., 0] = spread.apply(luma[..., 0])
    return np.asarray(cv2.cvtColor(luma, cv2.COLOR_YCrCb2BGR), np.uint8)


def _level(picture: Picture) -> float:
    """Return the mean brightness, of 255."""
    mean = cv2.mean(picture)
    if picture.ndim == 2 or picture.shape[2] == 1:
        return float(mean[0])
    return float(0.114 * mean[0] + 0.587 * mean[1] + 0.299 * mean[2])
