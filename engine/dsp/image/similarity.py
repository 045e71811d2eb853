"""How alike two pictures look: the structural similarity index, SSIM."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

_SIGMA = 1.5
_RADIUS = 5
_C1, _C2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2


def ssim(a: Picture, b: Picture) -> float:
    """Return the mean SSIM of two pictures, uint8, of the same shape: 1 for the same, about 0 else.

    With the Gaussian window of 11 pixels and the constants of Wang, Bovik, Sheikh and Simoncelli,
    "Image quality assessment", 2004; of colour it is the mean of the channels. Raises ValueError
    for pictures of different shapes, or smaller than the window.
    """
    if a.shape != b.shape or min(a.shape[:2]) <= 2 * _RADIUS:
        raise ValueError(
            f"expected two pictures of one size, 11 pixels at least: {a.shape}, {b.shape}"
        )
    x, y = a.astype(np.float32), b.astype(np.float32)
    mean_x, mean_y = _blurred(x), _blurred(y)
    variance_x = _blurred(x * x) - mean_x * mean_x
    variance_y = _blurred(y * y) - mean_y * mean_y
    covariance = _blurred(x * y) - mean_x * mean_y
    alike = (2 * mean_x * mean_y + _C1) * (2 * covariance + _C2)
    most = (mean_x * mean_x + mean_y * mean_y + _C1) * (variance_x + variance_y + _C2)
    inside = slice(_RADIUS, -_RADIUS)
    return float((alike / most)[inside, inside].mean())


def _blurred(values: NDArray[np.float32]) -> NDArray[np.float32]:
    size = 2 * _RADIUS + 1
    return np.asarray(cv2.GaussianBlur(values, (size, size), _SIGMA), np.float32)
