"""Pictures for networks that take any size, so long as both sides are multiples of a number."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.dsp.image.dark import is_dark, lighter
from engine.dsp.image.region import to_rgb

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class Padded:
    """``picture`` uint8 (h, w, 3) red-green-blue: a part of another, made small, with a black rim.

    ``scale`` and ``origin`` lead back: they are (x, y) in pixels of the other.
    """

    picture: NDArray[np.uint8]
    scale: tuple[float, float]
    origin: tuple[int, int]

    def to_picture(self, points: Floats) -> Floats:
        """Map points (..., 2), x and y from 0 to 1 of ``picture``, to pixels of the other."""
        mapped: Floats = points * np.array(self.scale, np.float32) + np.array(
            self.origin, np.float32
        )
        return mapped


def padded(
    image: NDArray[np.uint8], part: tuple[int, int, int, int], longer: int, multiple: int
) -> Padded:
    """Return a part of a picture, (left, top, right, bottom), whose longer side is ``longer``."""
    left, top, right, bottom = part
    width, height = right - left, bottom - top
    scale = longer / max(width, height)
    small = (max(1, round(width * scale)), max(1, round(height * scale)))
    seen = image[top:bottom, left:right]
    inner = np.asarray(cv2.resize(seen, small, interpolation=cv2.INTER_LINEAR), np.uint8)
    if is_dark(inner):
        inner = np.asarray(cv2.resize(seen, small, interpolation=cv2.INTER_AREA), np.uint8)
        inner = lighter(inner)
    inner = to_rgb(inner)
    over = [-each % multiple for each in small]
    made = cv2.copyMakeBorder(inner, 0, over[1], 0, over[0], cv2.BORDER_CONSTANT, value=(0, 0, 0))
    full = made.shape[1], made.shape[0]
    back = full[0] / small[0] * width, full[1] / small[1] * height
    return Padded(np.asarray(made, np.uint8), back, (left, top))
