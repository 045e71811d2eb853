"""How a body is built, so that limbs of two people are not taken for those of one.

Where two look out on either side of a pillar, or of one another, networks now and then make one
body of limbs of both: its trunk is as wide as they are apart. Bones are measured in statures, by
the longest that they are in anybody (after Winter, see ``body``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.skeletons import Skeleton
from engine.dsp.landmarks.body import BREADTH

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
_ACROSS: Final = 2
"""How many of them, the first, go from side to side."""


@dataclass(frozen=True, slots=True, eq=False)
class Build:
    """The bones of a skeleton: ``ends`` (b, 2), and how ``long`` (b,) they are at most."""

    ends: NDArray[np.intp]
    long: Floats

    def large(self, points: Floats, weights: Floats) -> float:
        """Return how tall a body must be for its longest bone; NaN where no bone is seen."""
        return self._needed(points, weights, len(self.long))

    def broad(self, points: Floats, weights: Floats) -> float:
        """Return how tall it must be for its shoulders and hips; NaN where neither is seen."""
        return self._needed(points, weights, _ACROSS)

    def _needed(self, points: Floats, weights: Floats, bones: int) -> float:
        """Return how tall a body must be for the longest of its first bones."""
        ends, long = self.ends[:bones], self.long[:bones]
        seen = (weights[ends] >= PLAIN).all(axis=1)
        if not seen.any():
            return math.nan
        along = points[ends[seen, 0]] - points[ends[seen, 1]]
        return float((np.hypot(*along.T) / long[seen]).max())


def build(skeleton: Skeleton) -> Build | None:
    """Return how the bodies of a skeleton are built; None where it has not all of these bones."""
    index = skeleton.index
    if not {*chain(*_LONGEST)} <= {*index}:
        return None
    ends = np.array([(index[one], index[other]) for one, other in _LONGEST], np.intp)
    return Build(ends, np.array([*_LONGEST.values()]))
