"""The brightness of a picture as a whole."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]


def dimmed(image: Image, level: float) -> Image:
    """Return a picture with every value multiplied by ``level``, 0 (black) to 1 (as it is).

    ``image``: uint8, shape (height, width, 3).
    """
    if level >= 1.0:
        return image
    return np.asarray(cv2.convertScaleAbs(image, alpha=max(level, 0.0)), np.uint8)
