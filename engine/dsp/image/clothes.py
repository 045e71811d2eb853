"""What colours people wear: something to tell them apart by while they pass each other.

A histogram of the colours on the trunk, and one of those on the thighs, over brightness and both
chroma of ITU-R BT.601 by themselves. Each value is shared by the two bins beside it, so that a
little more light changes little. The square roots are given: the squared distance of two is then
2 - 2 times the Bhattacharyya coefficient (Comaniciu et al. 2003, "Kernel-Based Object Tracking").
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.skeletons import Skeleton

Floats = NDArray[np.float64]

SURE: Final = 0.4
"""What is worn is taken from beside joints that are surer than this, within the picture."""
NEAR: Final = 0.6
"""The share of what makes up a place that sure joints must have: who comes out from behind
something is half seen."""
BINS: Final = 8
_YCC: Final = np.array(
    [[0.114, 0.587, 0.299], [0.5, -0.331264, -0.168736], [-0.081312, -0.418688, 0.5]]
)
"""From blue, green and red."""
_FIRST: Final = np.array([0.0, -64.0, -64.0])
_STEP: Final = np.array([255.0, 128.0, 128.0]) / (BINS - 1)
_TRUNK: Final = ("left_shoulder", "right_shoulder", "left_hip", "right_hip")
_THIGHS: Final = ("left_hip", "left_knee", "right_hip", "right_knee")


def _square() -> Floats:
    """Return the weights (35, 4) of the corners of the trunk for places spread over it."""
    across, down = np.meshgrid(np.linspace(0.2, 0.8, 5), np.linspace(0.15, 0.85, 7))
    u, v = across.ravel(), down.ravel()
    return np.stack([(1 - u) * (1 - v), u * (1 - v), (1 - u) * v, u * v], axis=1)


def _lines() -> Floats:
    """Return the weights (14, 4) of both ends of the thighs for places along them."""
    along = np.linspace(0.25, 0.85, 7)
    one = np.stack([1 - along, along], axis=1)
    return np.block([[one, np.zeros_like(one)], [np.zeros_like(one), one]])


_PARTS: Final = ((_TRUNK, _square()), (_THIGHS, _lines()))
LENGTH: Final = len(_PARTS) * 3 * BINS


def clothes(
    image: NDArray[np.uint8], points: NDArray[np.float32], skeleton: Skeleton
) -> NDArray[np.float64]:
    """Return what each of some people wears: float64, (n, LENGTH), each at most 1 long.

    ``image`` is uint8, (h, w, 3) blue-green-red, or grey as (h, w, 1) or (h, w); ``points`` are
    bodies of a ``skeleton``, (n, k, 3) or (n, k, 4), as in ``Instance``. NaN stands for the trunk
    or the thighs where no place of them is sure and in the picture.
    """
    height, width = image.shape[:2]
    pixels = image.reshape(height, width, -1)
    found = np.full((len(points), len(_PARTS), 3 * BINS), np.nan)
    for part, (names, weights) in enumerate(_PARTS):
        corners = points[:, [skeleton.index[name] for name in names]].astype(np.float64)
        finite = np.isfinite(corners).all(axis=2)
        corners[~finite] = 0.5
        places = weights @ corners[..., :2]
        seen = (finite & (corners[..., -1] >= SURE)) @ weights.T >= NEAR
        seen &= np.all(finite, axis=1)[:, np.newaxis] & ((places >= 0) & (places <= 1)).all(axis=2)
        x = np.clip(places[..., 0] * width, 0, width - 1).astype(int)
        y = np.clip((1 - places[..., 1]) * height, 0, height - 1).astype(int)
        bins = (_ycc(pixels[y, x].astype(np.float64)) - _FIRST) / _STEP
        share = np.abs(np.clip(bins, 0, BINS - 1)[..., None] - np.arange(BINS))
        total = (np.maximum(1 - share, 0) * seen[..., None, None]).sum(axis=1)
        count = seen.sum(axis=1)
        some = count > 0
        histogram = total[some] / count[some, None, None]
        found[some, part] = np.sqrt(histogram / (3 * len(_PARTS))).reshape(-1, 3 * BINS)
    return found.reshape(len(points), LENGTH)


def _ycc(colours: Floats) -> Floats:
    """Return brightness and chroma of colours (..., 3), or of grey (..., 1)."""
    three: Floats = np.broadcast_to(colours, (*colours.shape[:-1], 3)) @ _YCC.T
    return three
