"""Parts of the picture that are left out of account, such as a poster or a mirror."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Corner = tuple[float, float]
_FAR: Final = 3.0
"""Pictures from the middle: a corner beyond was meant in pixels."""


@dataclass(frozen=True, slots=True)
class Area:
    """A part of the picture by its ``corners``, (x, y) in picture parts: 0 left and bottom, 1.

    Two are opposite corners of a rectangle; three or more are a polygon, in order. Raise ValueError
    for fewer, for what is not a number, and for what has no surface.
    """

    corners: tuple[Corner, ...]

    def __post_init__(self) -> None:
        corners = np.asarray(self.corners, np.float64)
        if corners.ndim != 2 or corners.shape[1:] != (2,) or len(corners) < 2:
            raise ValueError("an area is two opposite corners or a polygon, each corner [x, y]")
        if not np.isfinite(corners).all():
            raise ValueError("a corner of an area is not a number")
        if len(corners) == 2:
            (left, low), (right, high) = corners.tolist()
            corners = np.array([(left, low), (right, low), (right, high), (left, high)])
        if abs(_surface(corners)) < _LEAST:
            raise ValueError("an area has no surface: its corners lie on a line")
        object.__setattr__(self, "corners", tuple((x, y) for x, y in corners.tolist()))

    def holds(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Return for points (n, 2) whether each is inside: bool (n,), by the even-odd rule."""
        x, y = points[:, 0], points[:, 1]
        within = np.zeros(len(points), bool)
        for (ax, ay), (bx, by) in zip(self.corners, self._following(), strict=True):
            if ay != by:
                passes = (ay > y) != (by > y)
                within ^= passes & (x < ax + (y - ay) * (bx - ax) / (by - ay))
        return within

    def _following(self) -> Sequence[Corner]:
        return (*self.corners[1:], self.corners[0])


def are_made_up(points: NDArray[np.floating]) -> NDArray[np.bool_]:
    """Return which points (..., 2 or more), x and y first, lie too far outside to have been seen.

    0, 0 is the left bottom of the picture and 1, 1 the right top.
    """
    outside: NDArray[np.bool_] = (np.abs(points[..., :2] - 0.5) > 0.5 + _EDGE).any(axis=-1)
    return outside


def areas_fault(areas: Sequence[Sequence[Corner]]) -> str:
    """Return what is wrong with areas of a picture given by their corners, or ""."""
    for number, corners in enumerate(areas, 1):
        if fault := _fault(corners):
            return f"{number}: {fault}" if len(areas) > 1 else fault
    return ""


def _fault(corners: Sequence[Corner]) -> str:
    try:
        places = Area(tuple(corners)).corners
    except ValueError as error:
        return str(error)
    return far_fault(places)


def far_fault(places: Sequence[Sequence[float]]) -> str:
    """Return a word about corners that were meant in pixels, not in parts of a picture; or ""."""
    if (np.abs(np.array(places) - 0.5) > _FAR).any():
        return "a corner is far outside the picture; 0, 0 is its left bottom and 1, 1 the right top"
    return ""


_LEAST = 1e-6
_EDGE = 0.02
"""What lies further outside the picture, in parts of it, was not seen but made up."""


def _surface(corners: NDArray[np.float64]) -> float:
    """Return twice the signed surface of a polygon (n, 2)."""
    following = np.roll(corners, -1, axis=0)
    return float((corners[:, 0] * following[:, 1] - corners[:, 1] * following[:, 0]).sum())
