"""Which quarters of a face are made up: those whose points follow the square, not the picture.

A network of a face answers with a whole one where half of it is covered. Asked again for a square
that is turned, or larger, it puts what is seen where it was, and what it made up elsewhere.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.skeletons import FACE_468
from engine.dsp.image.turned import TurnedSquare

Floats = NDArray[np.float32]

_TURN: Final = math.radians(12)


class _Check(NamedTuple):
    """A square turned by so much (radians), and so many times as large.

    ``limit`` are the parts of the face by which points that are made up lie apart, in the mean over
    a quarter, and in the mean over both turned squares.
    """

    turn: float
    larger: float
    limit: float


_CHECKS: Final = (_Check(_TURN, 1.0, 0.028), _Check(0.0, 1.25, 0.057), _Check(-_TURN, 1.0, 0.028))
CHECKS: Final = len(_CHECKS)
"""How many ways there are to ask again."""
_SEEN_AGAIN: Final = 0.8
"""Hysteresis: in parts of those, what a quarter must come down to until it counts as seen."""
_REST: Final = 12
"""Pictures from one check to the next."""
_MIDDLE: Final = 0.045
"""Breadths of the face within which a point is neither left nor right."""
_PER_SIDE: Final = 1.5
"""Faces along the side of the square in which one is found."""
_EYES: Final = [FACE_468.index[f"{side}_eye_bottom"] for side in ("left", "right")]
_NOSE, _CHIN = FACE_468.index["nose_tip"], FACE_468.index["chin"]
_CHEEKS: Final = [FACE_468.index[f"{side}_cheek"] for side in ("left", "right")]


class MadeUp:
    """What of one face is made up, from check to check; ``points`` bool, shape (468,)."""

    def __init__(self) -> None:
        self.points: NDArray[np.bool_] = np.zeros(len(FACE_468.points), np.bool_)
        self._apart = np.zeros((CHECKS, 4), np.float32)
        self._quarters = np.zeros(4, np.bool_)
        self._check = 0
        self._wait = 0
        self._owed = 0

    def is_due(self) -> bool:
        """Whether the network is to be asked again in this picture."""
        self._wait -= 1
        return self._wait < 0

    def square(self, region: TurnedSquare) -> TurnedSquare:
        """Return the square to ask it for, of that in which the face was found."""
        turn, larger, _ = _CHECKS[self._check]
        return replace(region, angle=region.angle + turn, side=region.side * larger)

    def take(self, points: Floats, again: Floats, side: float) -> None:
        """Compare what was found, (468, 3) in pixels, with the other answer.

        ``side`` is that of the square in which the face was found. What speaks for a change is
        looked into in the next pictures.
        """
        face = _Face(points)
        apart = np.linalg.norm(again[:, :2] - points[:, :2], axis=1) * (_PER_SIDE / side)
        self._apart[self._check] = face.means(apart) / _CHECKS[self._check].limit
        if self._owed:
            self._owed -= 1
        elif (self._over(self._apart[self._check]) != self._quarters).any():
            self._owed = CHECKS - 1
        self._wait = 0 if self._owed else _REST - 1
        self._check = (self._check + 1) % CHECKS
        turned, larger = self._apart[::2].mean(axis=0), self._apart[1]
        self._quarters = self._over(np.maximum(turned, larger))
        self.points = face.points_of(self._quarters)

    def _over(self, apart: Floats) -> NDArray[np.bool_]:
        over: NDArray[np.bool_] = apart > np.where(self._quarters, _SEEN_AGAIN, 1.0)
        return over


class _Face:
    """Which of 468 points, (468, 3), are of which quarter: the left and right upper, and lower."""

    def __init__(self, points: Floats) -> None:
        one, other = points[_CHEEKS]
        eyes = points[_EYES].mean(axis=0)
        across = one - other
        aside = (points - (one + other) / 2) @ across
        upper = (points - (2 * points[_NOSE] + eyes) / 3) @ (eyes - points[_CHIN]) > 0
        self._upper = upper
        self._middle = np.abs(aside) < _MIDDLE * (across @ across)
        self._quarters = np.stack(
            [level & side for level in (upper, ~upper) for side in (aside > 0, aside <= 0)]
        )

    def means(self, apart: Floats) -> Floats:
        """Return the mean over each quarter, of numbers of all points."""
        many = self._quarters.sum(axis=1)
        means: Floats = self._quarters @ apart / np.maximum(many, 1)
        return means

    def points_of(self, quarters: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the points of some quarters; one in the middle is of both beside it."""
        sides = (self._quarters & quarters[:, None]).any(axis=0)
        whole = np.where(self._upper, quarters[:2].all(), quarters[2:].all())
        points: NDArray[np.bool_] = np.where(self._middle, whole, sides)
        return points
