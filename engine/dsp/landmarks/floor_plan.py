"""Where on a floor something stands, from where it is in the picture: a homography.

Four corners of a rectangle on the floor are known in the picture, and its size in metres: that
fixes the projection of the whole plane (Hartley & Zisserman, Multiple View Geometry, 2nd ed., 4.1).

What is above the floor is seen where the ray through it meets the floor, which is too far away, the
more so the lower the camera hangs. Where the camera is known, that is put right.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Final

import numpy as np

from engine.dsp.landmarks.areas import far_fault
from engine.dsp.landmarks.body import Point
from engine.dsp.landmarks.zones import turned, zone_fault

NOWHERE: Final = (0.0, 0.0, 0.0)
"""A camera of which nothing is known."""
LOWEST: Final = 0.3
"""Metres; from less, how far away somebody is on a floor is hardly to be seen."""
_LEAST: Final = 0.01
"""Picture parts by which a corner must be off the line of two others."""
_HORIZON: Final = 0.02
"""What is that near the horizon, against the middle of the floor, is nowhere to be trusted."""


class FloorPlan:
    """A rectangle on the floor: ``corners`` in the picture, and its ``size`` in metres.

    The corners are, in picture parts, y upwards: near left, near right, far right, far left. In
    metres x is to the right from the near left corner, and y away from the camera. ``camera`` is
    where the camera is in these metres, x, y, and how high above the floor; a height of 0 is not
    known. Raise ValueError for other than four corners, for three on a line, for an order that
    crosses itself, for what no rectangle looks like, for a size that is none, and for a camera that
    lies on the floor.
    """

    def __init__(
        self,
        corners: Sequence[Sequence[float]],
        size: Sequence[float],
        camera: Sequence[float] = NOWHERE,
    ) -> None:
        for name, fault in (
            ("corners", corners_fault(corners)),
            ("size", size_fault(size)),
            ("camera", camera_fault(camera)),
        ):
            if fault:
                raise ValueError(f"{name}: {fault}")
        self._camera = camera
        places = [(float(x), float(y)) for x, y in corners]
        self._width, self._depth = size
        self._projection = _homography(
            places, [(0, 0), (self._width, 0), (self._width, self._depth), (0, self._depth)]
        )
        middle = (sum(x for x, _ in places) / 4, sum(y for _, y in places) / 4)
        self._middle = float(self._projection[2] @ (*middle, 1.0))

    def metres(self, place: Point, above: float = 0.0) -> Point | None:
        """Return (x, y) in metres of a place in the picture that is ``above`` the floor.

        None at and above the horizon, and further from the rectangle than it is large itself, where
        a pixel is so many metres that nothing is known. ``above``, in metres, counts where it is
        known where the camera is.
        """
        x, y, w = (self._projection @ (*place, 1.0)).tolist()
        if w / self._middle < _HORIZON:
            return None
        across, away = x / w, y / w
        beside, before, high = self._camera
        if high:
            too_far = above / high
            across, away = across + (beside - across) * too_far, away + (before - away) * too_far
        beyond = max(self._width, self._depth)
        if not -beyond <= across <= self._width + beyond:
            return None
        return (across, away) if -beyond <= away <= self._depth + beyond else None


def corners_fault(corners: Sequence[Sequence[float]]) -> str:
    """Return what is wrong with the corners of a floor in the picture, or ""."""
    if len(corners) != 4:
        return f"a floor has four corners, and this has {len(corners)}"
    places = [(float(x), float(y)) for x, y in corners]
    for numbers in combinations(range(4), 3):
        if _height(*(places[number] for number in numbers)) < _LEAST:
            one, two, three = (number + 1 for number in numbers)
            return f"{one}, {two} and {three} lie on a line, which is no corner of a floor"
    if fault := far_fault(places):
        return fault
    if zone_fault(places):
        return (
            "it crosses itself; the corners are, in this order, near left, near right, far right, "
            "far left"
        )
    turns = [turned(places[k], places[(k + 1) % 4], places[(k + 2) % 4]) > 0 for k in range(4)]
    return "no rectangle on a floor looks like this; one is inside" if len({*turns}) > 1 else ""


def size_fault(size: Sequence[float]) -> str:
    """Return what is wrong with the size of a floor, or ""."""
    return "" if min(size) > 0 else "expected width and depth in metres, each more than 0"


def camera_fault(camera: Sequence[float]) -> str:
    """Return what is wrong with where a camera is, or ""."""
    high = camera[2]
    if all(map(math.isfinite, camera)) and (high == 0 or high >= LOWEST):
        return ""
    return (
        "expected x, y and height of the camera in metres, the height "
        f"{LOWEST:g} or more, or 0 where it is not known"
    )


def _height(a: Point, b: Point, c: Point) -> float:
    """Return the least height of a triangle."""
    longest = max(math.dist(a, b), math.dist(b, c), math.dist(c, a))
    return abs(turned(a, b, c)) / longest if longest else 0.0


def _homography(places: Sequence[Point], metres: Sequence[Point]) -> np.ndarray:
    """Return the 3 x 3 matrix that projects four places to others."""
    rows, right = [], []
    for (x, y), (u, v) in zip(places, metres, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        right += [u, v]
    solved = np.linalg.solve(np.array(rows, float), np.array(right, float))
    return np.append(solved, 1.0).reshape(3, 3)
