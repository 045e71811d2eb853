"""Where people stand on a floor, in metres."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Final, NamedTuple

import numpy as np

from engine.core.errors import ParameterError
from engine.core.label import Label
from engine.core.landmarks import Instance, Landmarks, Pose
from engine.core.messages import Detections, Ns
from engine.core.node import Node
from engine.core.parameter import Param
from engine.core.skeletons import FLOOR, Skeleton, point_names
from engine.dsp.landmarks.body import SEEN
from engine.dsp.landmarks.floor_plan import (
    NOWHERE,
    FloorPlan,
    camera_fault,
    corners_fault,
    size_fault,
)
from engine.dsp.landmarks.metres import ANKLE
from engine.dsp.landmarks.parts import Part
from engine.dsp.landmarks.people import Sure, Who, find
from engine.dsp.landmarks.things import as_landmarks
from engine.dsp.landmarks.whereabouts import Whereabouts

STATURE: Final = 1.7
"""Metres: how tall people are taken to be, of whom it matters how high an ankle is."""
CORNERS = ((0.2, 0.1), (0.8, 0.1), (0.65, 0.4), (0.35, 0.4))


class Standing(NamedTuple):
    """Everybody on the floor, and where one of them stands, in metres."""

    floor: Landmarks
    x: float | None = None
    y: float | None = None


class Floor(Node):
    """Find where people stand on the floor, in metres, from where their feet are in the picture.

    ``corners`` are the four corners of a rectangle on the floor as the camera sees them, each
    [x, y] with 0, 0 the left bottom of the picture and 1, 1 the right top, in this order: near
    left, near right, far right, far left. ``size`` is how wide and how deep it is, in metres. On
    the page the corners are set over the picture, while the show plays.

    ``x`` and ``y`` are where ``person`` stands: x to the right from the near left corner, y away
    from the camera. The box itself gives everybody: ``zone``, ``crossed``, ``group``, ``distance``
    and ``speed`` then reckon in metres (their part is "feet").

    Feet are found at the ankles, 7 cm above the floor, and so seem too far away: by 2 % of the way
    from a camera that hangs 3 m high, by 6 % from one at 1.2 m. ``camera`` says where it is: x and
    y on the floor, in the same metres (a camera before the near edge has a y below 0), and how high
    it hangs. Then that is put right. Without it, it is not.

    Things of ``objects`` stand where their lower edge is.

    Who has no feet in the picture is left out, as is who seems further from the rectangle than it
    is large. The camera must stand still, and a jump looks like a step away.
    """

    corners: Annotated[
        tuple[tuple[float, float], ...],
        Param(
            "the floor in the picture: near left, near right, far right, far left",
            fault=corners_fault,
            example="four corners, such as [[0.2, 0.1], [0.8, 0.1], [0.65, 0.4], [0.35, 0.4]]",
            shape="floor",
        ),
    ] = CORNERS
    size: Annotated[
        tuple[float, float],
        Param(
            "width and depth of it in metres",
            fault=size_fault,
            example="its width and depth in metres, such as [4, 3]",
        ),
    ] = (4.0, 4.0)
    camera: Annotated[
        tuple[float, float, float],
        Param(
            "x, y and height of the camera in metres; height 0: not known",
            fault=camera_fault,
            example="x, y and height of the camera in metres, such as [2, -3, 2.5]",
        ),
    ] = NOWHERE
    point: Annotated[Part, Param("what stands on the floor", more=point_names)] = "feet"
    person: Who = 0
    confidence: Sure = SEEN

    label: Label = ""

    _where: Whereabouts = field(default_factory=Whereabouts)
    _drawn: object = None
    _count: int = 0

    def __post_init__(self) -> None:
        for name, fault in (
            ("corners", corners_fault(self.corners)),
            ("size", size_fault(self.size)),
            ("camera", camera_fault(self.camera)),
        ):
            if fault:
                raise ParameterError(f"{name}: {fault}")
        self._floor_plan()

    def skeletons(self) -> Mapping[str, Skeleton]:
        """Return what it gives: points on a floor."""
        return {"floor": FLOOR}

    def caption(self) -> str:
        """Return how many stand on it, or around it."""
        return f"{self._count} here" if self._count else ""

    def process(self, pose: Pose | Landmarks | Detections, at: Ns) -> Standing:
        """Return everybody on the floor in metres, and where the person stands."""
        plan = self._floor_plan()
        found = as_landmarks(pose, self.tell_once)
        above = _above(found, self.point)
        known = self._where.update(found, self.point, self.confidence, at)
        here = []
        for who, (slot, place) in known.items():
            metres = plan.metres(place, above)
            if metres is not None:
                row = np.array([(*metres, 1.0)], np.float32)
                here.append(Instance(slot, who, row))
        self._count = len(here)
        everybody = Landmarks(FLOOR, tuple(here), 1.0)
        person = find(everybody, self.person)
        if person is None:
            return Standing(everybody)
        x, y, _ = person.points[0].tolist()
        return Standing(everybody, x, y)

    def reset(self) -> None:
        """Forget where everybody was before a gap."""
        self._where = Whereabouts()

    def _floor_plan(self) -> FloorPlan:
        """Return the floor as it is now: a hand may have drawn it anew."""
        if (drawn := (self.corners, self.size, self.camera)) != self._drawn:
            self._drawn = drawn
            self._plan = FloorPlan(*drawn)
        return self._plan


def _above(pose: Landmarks, part: str) -> float:
    """Return how high above the floor a part is seen of who stands, in metres: of ankles alone."""
    names = [pose.skeleton.points[row] for row in pose.skeleton.rows(part)]
    ankles = sum(name.endswith("ankle") for name in names)
    return ANKLE * STATURE * ankles / len(names)
