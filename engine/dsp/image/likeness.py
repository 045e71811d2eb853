"""How alike two pictures are: mean difference, structural similarity, and the nearest of many.

A picture is uint8, shape (height, width, 3), blue-green-red.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

_SIDE = 11
_SIGMA = 1.5
_C1 = (0.01 * 255.0) ** 2
_C2 = (0.03 * 255.0) ** 2
"""The window and the constants as published."""


def difference(one: Picture, other: Picture) -> float:
    """Return the mean absolute difference of all numbers of two pictures, 0 equal to 1 opposite.

    Raises ValueError for pictures of different sizes.
    """
    if one.shape != other.shape:
        raise ValueError(f"pictures of {one.shape} and {other.shape}")
    return float(cv2.norm(one, other, cv2.NORM_L1)) / (one.size * 255.0)


def similarity(one: Picture, other: Picture) -> float:
    """Return the structural similarity (SSIM) of the luma of two pictures, 1 where they are equal.

    After Wang, Bovik, Sheikh and Simoncelli, "Image Quality Assessment: From Error Visibility to
    Structural Similarity", 2004. Raises ValueError for pictures of different sizes.
    """
    if one.shape != other.shape:
        raise ValueError(f"pictures of {one.shape} and {other.shape}")
    a, b = (cv2.cvtColor(each, cv2.COLOR_BGR2GRAY).astype(np.float32) for each in (one, other))
    mean_a, mean_b = _windowed(a), _windowed(b)
    spread_a = _windowed(a * a) - mean_a * mean_a
    spread_b = _windowed(b * b) - mean_b * mean_b
    shared = _windowed(a * b) - mean_a * mean_b
    alike = (2 * mean_a * mean_b + _C1) * (2 * shared + _C2)
    alike /= (mean_a * mean_a + mean_b * mean_b + _C1) * (spread_a + spread_b + _C2)
    return float(alike.mean())


def nearest(picture: Picture, many: Iterable[Picture]) -> int:
    """Return the index of the picture that differs least. Raises ValueError for none."""
    apart = [cv2.norm(picture, each, cv2.NORM_L1) for each in many]
    return min(range(len(apart)), key=apart.__getitem__)


def _windowed(plane: NDArray[np.float32]) -> NDArray[np.float32]:
    blurred = cv2.GaussianBlur(plane, (_SIDE, _SIDE), _SIGMA)
    return cast(NDArray[np.float32], blurred)
