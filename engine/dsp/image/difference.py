"""How far pictures are from each other: mean difference, and the nearest of many.

A picture is uint8, shape (height, width, 3), blue-green-red.
"""

from __future__ import annotations

from collections.abc import Iterable

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]


def difference(one: Picture, other: Picture) -> float:
    """Return the mean absolute difference of all numbers of two pictures, 0 equal to 1 opposite.

    Raises ValueError for pictures of different sizes.
    """
    if one.shape != other.shape:
        raise ValueError(f"pictures of {one.shape} and {other.shape}")
    return float(cv2.norm(one, other, cv2.NORM_L1)) / (one.size * 255.0)


def nearest(picture: Picture, many: Iterable[Picture]) -> int:
    """Return the index of the picture that differs least. Raises ValueError for none."""
    apart = [cv2.norm(picture, each, cv2.NORM_L1) for each in many]
    return min(range(len(apart)), key=apart.__getitem__)
