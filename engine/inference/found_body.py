"""A body as a network found it, and whether two are one person."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Ns
from engine.core.skeletons import BLAZEPOSE_33, COCO_17
from engine.dsp.image.region import Region
from engine.dsp.image.turned import TurnedSquare
from engine.dsp.landmarks.areas import are_made_up
from engine.dsp.landmarks.sides import Sides, sides_of
from engine.dsp.landmarks.similarity import spread

Floats = NDArray[np.float32]

SURE: Final = 0.2
"""Score below which a joint does not guide the next region (as published with MoveNet)."""
ENOUGH: Final = 7
"""Joints whose mean score decides about a person."""
STAYS: Final = 0.7
"""Hysteresis: a person stays down to this part of the confidence that let them in."""


@dataclass(slots=True)
class FoundBody:
    """Who was found: ``points`` (n, 2) in pixels, or (n, 3) with a depth; ``sure`` (n,) 0 to 1.

    ``region`` is where a closer look would find them next, if that is known; ``unseen`` is how
    often the picture was looked at elsewhere since, ``pictures`` how long they were followed.
    ``sides`` is which side is which, where a network takes each for the other.
    """

    points: Floats
    sure: Floats
    score: float
    region: Region | TurnedSquare | None = None
    unseen: int = 0
    pictures: int = 0
    sides: Sides | None = None

    def rows(self, width: int, height: int) -> Floats:
        """Return the rows of a message: x, y, a depth if there is one, and confidence.

        Who is half in the picture is known by half: what is outside has confidence 0.
        """
        x, y, *depth = self.points.T
        flat = np.stack([x / width, 1 - y / height])
        sure = np.where(are_made_up(flat.T), 0, self.sure)
        columns = [*flat.clip(0, 1), *(z / width for z in depth), sure.clip(0, 1)]
        return np.column_stack(columns).astype(np.float32)


def take_sides(body: FoundBody, at: Ns) -> None:
    """Exchange the sides of a body of BlazePose, in place, where they are more likely exchanged."""
    trunk = body.points[_TRUNK, :2]
    body.sides = body.sides.next(trunk, at) if body.sides else sides_of(trunk, at)
    if body.sides.are_exchanged:
        body.points, body.sure = body.points[_OTHER_SIDE], body.sure[_OTHER_SIDE]


def holds(part: tuple[int, int, int, int], body: FoundBody) -> bool:
    """Whether most of a body lies in a part of a picture."""
    left, top, right, bottom = part
    x, y = body.points[:, 0], body.points[:, 1]
    return float(((x >= left) & (x < right) & (y >= top) & (y < bottom)).mean()) > 0.5


def surest(sure: NDArray[Any]) -> float:
    """Return the mean of the surest joints: a head with two shoulders shows no more."""
    return float(np.sort(sure)[-ENOUGH:].mean())


def same(one: FoundBody, other: FoundBody) -> bool:
    """Whether two are one person: their joints lie within a tenth of their length on the whole."""
    a, b = _joints(one.points), _joints(other.points)
    length = max(float(np.ptp(a, axis=0).max()), float(np.ptp(b, axis=0).max()), 1.0)
    apart = np.hypot(*(a - b).T)
    return float(np.median(apart)) < 0.12 * length


def _joints(points: Floats) -> Floats:
    """Return the joints that all skeletons of bodies have, (n, 2)."""
    rows = _COMMON[len(points)]
    joints: Floats = points[rows, :2]
    return joints


_NAMES: Final = [joint for joint in COCO_17.points if joint in BLAZEPOSE_33.index]
_COMMON: Final = {
    len(each.points): [each.index[name] for name in _NAMES] for each in (COCO_17, BLAZEPOSE_33)
}
_TRUNK: Final = [
    BLAZEPOSE_33.index[f"{side}_{joint}"]
    for joint in ("shoulder", "hip")
    for side in ("left", "right")
]
_OTHER_SIDE: Final = spread(BLAZEPOSE_33).sides
