"""Fit a picture into a frame of another shape, whole, with black bars beside it."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]


def letterboxed(image: Image, size: tuple[int, int]) -> Image:
    """Return a picture of a width and height in pixels; the very picture where that is its own.

    ``image``: uint8, shape (height, width, 3).
    """
    width, height = size
    if image.shape[:2] == (height, width):
        return image
    scale = min(width / image.shape[1], height / image.shape[0])
    inner = max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale))
    across, down = (width - inner[0]) // 2, (height - inner[1]) // 2
    framed = np.zeros((height, width, 3), np.uint8)
    framed[down : down + inner[1], across : across + inner[0]] = cv2.resize(image, inner)
    return framed
