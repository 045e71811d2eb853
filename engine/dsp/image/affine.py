"""Zoom, turn and shift a picture."""

from __future__ import annotations

from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Matrix = NDArray[np.float64]

_STILL: Final = 1e-6


def affine_matrix(
    size: tuple[int, int], zoom: float, turn: float, shift: tuple[float, float] = (0.0, 0.0)
) -> Matrix | None:
    """Return the matrix (2, 3) that zooms and turns a picture around its middle, then shifts it.

    ``size`` is its width and height in pixels; ``turn`` is in degrees, clockwise; ``shift`` in
    shares of the width, to the right, and of the height, upwards. None where nothing moves.
    """
    (width, height), (x, y) = size, shift
    if all(abs(each) < _STILL for each in (zoom - 1, turn, x, y)):
        return None
    middle = ((width - 1) / 2, (height - 1) / 2)
    matrix = cast(Matrix, cv2.getRotationMatrix2D(middle, -turn, zoom))
    matrix[:, 2] += (x * width, -y * height)
    return matrix


class Mover:
    """Moves pictures of one size.

    Why through four channels: OpenCV warps those in a third of the time, to the same pixels
    (1280x720 on one core: 2.3 ms and 7.5).
    """

    def __init__(self) -> None:
        self._from = self._to = np.empty((0, 0, 4), np.uint8)

    def move(self, picture: Picture, matrix: Matrix, out: Picture) -> Picture:
        """Move a picture, uint8 (h, w, 3), into ``out``; black comes in from the sides."""
        height, width = picture.shape[:2]
        if self._from.shape[:2] != (height, width):
            self._from, self._to = (np.empty((height, width, 4), np.uint8) for _ in range(2))
        cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA, dst=self._from)
        cv2.warpAffine(self._from, matrix, (width, height), dst=self._to)
        cv2.cvtColor(self._to, cv2.COLOR_BGRA2BGR, dst=out)
        return out
