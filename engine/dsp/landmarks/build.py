"""How a body is built: what no bone of it can be, so that limbs of two people are not taken for one.

Where two look out on either side of a pillar, or of one another, networks now and then make one
body of limbs of both: its trunk is as wide as they are apart. Bones are measured in statures, by
the longest that they are in anybody (after Winter, see ``body``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.skeletons import Skeleton
from engine.dsp.landmarks.body import BREADTH, TRUNK

Floats = NDArray[np.float64]

PLAIN: Final = 0.4
"""A joint that is less sure than this says nothing of how long a bone is."""
_HIPS: Final = 0.191
_SIDE: Final = 0.3
_THIGH: Final = 0.245
_SHANK: Final = 0.246
_LONGEST: Final = {
    ("left_shoulder", "right_shoulder"): BREADTH,
    ("left_hip", "right_hip"): _HIPS,
    **{
        (f"{side}_{one}", f"{side}_{other}"): long
        for side in ("left", "right")
        for one, other, long in (
            ("shoulder", "hip", _SIDE),
            ("hip", "knee", _THIGH),
            ("knee", "ankle", _SHANK),
        )
    },
}
_TRUNK: Final = ("left_shoulder", "right_shoulder", "left_hip", "right_hip")


@dataclass(frozen=True, slots=True, eq=False)
class Build:
    """The bones of a skeleton: ``ends`` (b, 2), how ``long`` (b,) they are at most, the trunk."""

    ends: NDArray[np.intp]
    long: Floats
    trunk: NDArray[np.intp]

    def tall(self, points: Floats, weights: Floats) -> float:
        """Return how tall a body is by its trunk, as ``points`` (k, 2); NaN where it is not seen."""
        if (weights[self.trunk] < PLAIN).any():
            return np.nan
        left, right, *hips = points[self.trunk]
        return float(np.hypot(*((left + right) - sum(hips)))) / 2 / TRUNK

    def at_least(self, points: Floats, weights: Floats) -> float:
        """Return how tall a body must be for its longest bone to be one; 0 where none is seen."""
        seen = (weights[self.ends] >= PLAIN).all(axis=1)
        if not seen.any():
            return 0.0
        along = points[self.ends[seen, 0]] - points[self.ends[seen, 1]]
        return float((np.hypot(*along.T) / self.long[seen]).max())

    def broad(self, points: Floats, weights: Floats) -> float:
        """Return how tall a body must be for its shoulders and hips; NaN where neither is seen."""
        seen = (weights[self.ends[:2]] >= PLAIN).all(axis=1)
        if not seen.any():
            return math.nan
        across = points[self.ends[:2, 0]] - points[self.ends[:2, 1]]
        return float((np.hypot(*across.T) / self.long[:2])[seen].max())


def build(skeleton: Skeleton | None) -> Build | None:
    """Return how the bodies of a skeleton are built; None of what is no body."""
    if skeleton is None or not skeleton.is_body:
        return None
    index = skeleton.index
    if not {*_TRUNK} <= {*index}:
        return None
    bones = {
        (index[one], index[other]): long
        for (one, other), long in _LONGEST.items()
        if one in index and other in index
    }
    rows = np.array([*bones], np.intp)
    return Build(rows, np.array([*bones.values()]), np.array([index[each] for each in _TRUNK]))
