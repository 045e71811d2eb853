"""Which areas of a face are made up: those whose points follow the square, not the picture.

A network of a face answers with a whole one where half of it, or the mouth, is covered. Asked again
for a square that is turned, or larger, it puts what is seen where it was, and what it made up
elsewhere.
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

    ``limits`` are the parts of the face by which points that are made up lie apart, in the mean
    over each area, and in the mean over both turned squares.
    """

    turn: float
    larger: float
    limits: tuple[float, ...]


_TURNED: Final = (0.028,) * 6
_LARGER: Final = (0.057, 0.057, 0.045, 0.045, 0.045, 0.045)
_CHECKS: Final = (
    _Check(_TURN, 1.0, _TURNED),
    _Check(0.0, 1.25, _LARGER),
    _Check(-_TURN, 1.0, _TURNED),
)
CHECKS: Final = len(_CHECKS)
"""How many ways there are to ask again."""
_SEEN_AGAIN: Final = 0.8
"""Hysteresis: in parts of those, what an area must come down to until it counts as seen."""
_ROUND: Final = (1, 1, 0, 1, 1, 2)
"""Which of the checks follow each other: it is the larger square that shows a covered mouth."""
_REST: Final = 12
"""Pictures from one check to the next."""
_MIDDLE: Final = 0.045
"""Breadths of the face within which a point is neither left nor right."""
_MOUTH: Final = 0.25
_UNDER: Final = 0.22
"""Breadths from the middle within which, and parts of the way from the nose to the chin from which,
a point is of the mouth; the chin is, too."""
_PER_SIDE: Final = 1.5
"""Faces along the side of the square in which one is found."""
_EYES: Final = [FACE_468.index[f"{side}_eye_bottom"] for side in ("left", "right")]
_NOSE, _CHIN = FACE_468.index["nose_tip"], FACE_468.index["chin"]
_CHEEKS: Final = [FACE_468.index[f"{side}_cheek"] for side in ("left", "right")]


class MadeUp:
    """What of one face is made up, from check to check; ``points`` bool, shape (468,)."""

    def __init__(self) -> None:
        self.points: NDArray[np.bool_] = np.zeros(len(FACE_468.points), np.bool_)
        self._apart = np.zeros((CHECKS, len(_LARGER)), np.float32)
        self._areas = np.zeros(len(_LARGER), np.bool_)
        self._passed = 0
        self._wait = 0
        self._owed = [*range(CHECKS)]

    def is_due(self) -> bool:
        """Whether the network is to be asked again in this picture."""
        self._wait -= 1
        return self._wait < 0

    def square(self, region: TurnedSquare) -> TurnedSquare:
        """Return the square to ask it for, of that in which the face was found."""
        turn, larger, _ = _CHECKS[self._next()]
        return replace(region, angle=region.angle + turn, side=region.side * larger)

    def take(self, points: Floats, again: Floats, side: float) -> None:
        """Compare what was found, (468, 3) in pixels, with the other answer.

        ``side`` is that of the square in which the face was found. What speaks for a change is
        looked into in the next pictures.
        """
        face, check = _Face(points), self._next()
        apart = np.linalg.norm(again[:, :2] - points[:, :2], axis=1) * (_PER_SIDE / side)
        self._apart[check] = face.means(apart) / _CHECKS[check].limits
        if self._owed:
            self._owed.remove(check)
        else:
            self._passed += 1
            if (self._over(self._apart[check]) != self._areas).any():
                self._owed = [each for each in range(CHECKS) if each != check]
        self._wait = 0 if self._owed else _REST - 1
        turned, larger = self._apart[::2].mean(axis=0), self._apart[1]
        self._areas = self._over(np.maximum(turned, larger))
        self.points = face.points_of(self._areas)

    def _next(self) -> int:
        """Return which check is next."""
        return self._owed[0] if self._owed else _ROUND[self._passed % len(_ROUND)]

    def _over(self, apart: Floats) -> NDArray[np.bool_]:
        over: NDArray[np.bool_] = apart > np.where(self._areas, _SEEN_AGAIN, 1.0)
        return over


class _Face:
    """Which of 468 points, (468, 3), are of which area.

    The areas are the left and right of each level: of what is over the nose, of what is under it,
    and of the mouth, which is of that, but may be covered alone.
    """

    def __init__(self, points: Floats) -> None:
        one, other = points[_CHEEKS]
        eyes = points[_EYES].mean(axis=0)
        across, down = one - other, points[_CHIN] - points[_NOSE]
        aside = (points - (one + other) / 2) @ across
        breadth = across @ across
        upper = (points - (2 * points[_NOSE] + eyes) / 3) @ (eyes - points[_CHIN]) > 0
        under = (points - points[_NOSE]) @ down > _UNDER * (down @ down)
        mouth = under & (np.abs(aside) < _MOUTH * breadth)
        self._middle = np.abs(aside) < _MIDDLE * breadth
        self._areas = np.stack(
            [level & side for level in (upper, ~upper, mouth) for side in (aside > 0, aside <= 0)]
        )

    def means(self, apart: Floats) -> Floats:
        """Return the mean over each area, of numbers of all points."""
        means: Floats = self._areas @ apart / np.maximum(self._areas.sum(axis=1), 1)
        return means

    def points_of(self, areas: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Return the points of some areas; one in the middle is of both sides of a level."""
        both = areas.reshape(-1, 2).all(axis=1).repeat(2)
        of_them = np.where(self._middle, both[:, None], areas[:, None])
        return np.asarray((self._areas & of_them).any(axis=0), np.bool_)
