"""What a hand does: how its fingers are bent and spread, its pinch, its roll.

Every measure is a proportion of the hand itself in three dimensions, so that it stays the same
however large, turned or mirrored the hand is; the roll alone is how it is turned.
"""

from __future__ import annotations

import math
from statistics import fmean
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.skeletons import HAND_21

FINGERS: Final = ("index_finger", "middle_finger", "ring_finger", "pinky")
_CHAINS: Final = {
    finger: [HAND_21.index[f"{finger}_{joint}"] for joint in ("mcp", "pip", "dip", "tip")]
    for finger in FINGERS
}
_WRIST, _MIDDLE = HAND_21.index["wrist"], HAND_21.index["middle_finger_mcp"]
_TIPS: Final = (HAND_21.index["thumb_tip"], HAND_21.index["index_finger_tip"])
TOGETHER: Final = 0.25
"""Palms between the tips of thumb and index finger that touch: points are within the fingers."""
OPEN: Final = 0.9
"""Palms between them that are no pinch at all."""
_FORESHORTENED: Final = 0.3
"""A palm that looks shorter than this part of its length points at the camera: it has no roll."""
_SMALLEST: Final = 1e-4

Floats = NDArray[np.float64]


class HandShape:
    """One hand of 21 points at one moment: ``points`` float32, shape (21, 4), as of ``HAND_21``.

    Points below ``confidence`` do not count; what needs them is ``None``.
    """

    def __init__(self, points: NDArray[np.float32], aspect: float, confidence: float) -> None:
        rows = points.astype(np.float64)
        self._known = (rows[:, 3] > 0) & (rows[:, 3] >= confidence) & np.isfinite(rows).all(axis=1)
        self._places: Floats = rows[:, :3] * (aspect, 1.0, aspect)

    def straight(self, finger: str) -> float | None:
        """Return how straight a finger is: 1 stretched, half or less folded into the palm.

        It is the way from its knuckle to its tip over the length of its bones.
        """
        chain = _CHAINS[finger]
        if not self._known[chain].all():
            return None
        bones = float(np.linalg.norm(np.diff(self._places[chain], axis=0), axis=1).sum())
        return self._between(chain[0], chain[-1]) / bones if bones > _SMALLEST else None

    def spread(self) -> float | None:
        """Return how far index and little finger point apart, in degrees: 0 side by side."""
        ends = [(_CHAINS[finger][0], _CHAINS[finger][-1]) for finger in (FINGERS[0], FINGERS[-1])]
        if not self._known[[*ends[0], *ends[1]]].all():
            return None
        return _angle(*(self._places[tip] - self._places[knuckle] for knuckle, tip in ends))

    def curl(self) -> float | None:
        """Return how far the fingers point away from where the palm does, in degrees.

        It is the mean of their ends: 0 with all of them straight on, 180 rolled into the palm.
        """
        angles = []
        for chain in _CHAINS.values():
            if not self._known[[_WRIST, *chain]].all():
                return None
            palm = self._places[chain[0]] - self._places[_WRIST]
            angle = _angle(palm, self._places[chain[3]] - self._places[chain[2]])
            if angle is None:
                return None
            angles.append(angle)
        return fmean(angles)

    def pinch(self) -> float | None:
        """Return how near the tips of thumb and index finger are: 1 touching, 0 well apart."""
        palm = self._palm()
        if palm is None or not self._known[[*_TIPS]].all():
            return None
        apart = self._between(*_TIPS) / palm
        return min(1.0, max(0.0, (OPEN - apart) / (OPEN - TOGETHER)))

    def roll(self) -> float | None:
        """Return how the hand is turned in the picture, -180 to 180 degrees.

        0 with the fingers up, 90 to the right of the picture, -90 to the left. None for a hand that
        points at the camera.
        """
        palm = self._palm()
        if palm is None:
            return None
        across, up, _ = (self._places[_MIDDLE] - self._places[_WRIST]).tolist()
        if math.hypot(across, up) < _FORESHORTENED * palm:
            return None
        return math.degrees(math.atan2(across, up))

    def _palm(self) -> float | None:
        if not self._known[[_WRIST, _MIDDLE]].all():
            return None
        palm = self._between(_WRIST, _MIDDLE)
        return palm if palm > _SMALLEST else None

    def _between(self, one: int, other: int) -> float:
        return float(np.linalg.norm(self._places[one] - self._places[other]))


def _angle(one: Floats, other: Floats) -> float | None:
    """Return the angle between two directions, in degrees; None for what has no length."""
    lengths = float(np.linalg.norm(one) * np.linalg.norm(other))
    if lengths <= _SMALLEST**2:
        return None
    return math.degrees(math.acos(max(-1.0, min(1.0, float(one @ other) / lengths))))


class Switch:
    """On above one limit, off below another, so that a number between does not make it chatter."""

    def __init__(self, on: float, off: float) -> None:
        self._limits = on, off
        self._on = False

    def take(self, value: float | None) -> bool | None:
        """Return whether it is on after a number; None where there is none."""
        if value is None:
            return None
        high, low = self._limits
        self._on = value > high if not self._on else value >= low
        return self._on
