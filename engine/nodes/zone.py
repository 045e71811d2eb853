"""Who is in a part of the picture, or of a floor."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import field
from typing import Annotated, NamedTuple

from engine.core.errors import ParameterError
from engine.core.label import Label
from engine.core.landmarks import Landmarks, Pose
from engine.core.messages import Detections, Ns, Trigger
from engine.core.node import Node
from engine.core.parameter import Param
from engine.core.skeletons import point_names
from engine.dsp.landmarks.body import SEEN, Point
from engine.dsp.landmarks.parts import Part
from engine.dsp.landmarks.people import Sure
from engine.dsp.landmarks.things import as_landmarks
from engine.dsp.landmarks.whereabouts import Whereabouts
from engine.dsp.landmarks.zones import Occupancy, Polygon, edge_of, zone_fault

Rectangle = tuple[float, float, float, float]


def _corners(area: Rectangle) -> tuple[Point, ...]:
    left, low, right, high = area
    return (left, low), (right, low), (right, high), (left, high)


def _area_fault(area: Rectangle | None) -> str:
    if area is None:
        return ""
    left, low, right, high = area
    if left == right or low == high:
        sides = "left and right" if left == right else "bottom and top"
        return f"{sides} of the rectangle are the same; write left, bottom, right, top"
    return zone_fault(_corners(area))


class Stay(NamedTuple):
    """How many are inside, the longest stay in seconds, and who comes and goes: their number."""

    inside: int | None = None
    dwell: float | None = None
    enter: Trigger | None = None
    leave: Trigger | None = None


class Zone(Node):
    """Watch who is in a zone of the picture: how many, since when, and when somebody comes or goes.

    ``points`` are its corners in order, three or more, each [x, y]: 0, 0 is the left bottom of the
    picture and 1, 1 the right top. ``area`` says a rectangle instead: left, bottom, right, top.
    After ``floor`` they are metres. On the page either is drawn over the picture, by mouse or
    finger, while the show plays.

    A person is where their ``point`` is, such as the feet on a floor, the head, or a hand that
    reaches for something. A thing of ``objects`` is where its lower edge is; with ``point =
    "head"`` its upper one, with "hips" its middle. Its number is the one that ``objects`` gave it,
    and as things do not say which shape their picture has, ``edge`` is a part of its height and of
    its width.

    ``inside`` is how many are in it and ``dwell`` for how many seconds whoever has been in it the
    longest. ``enter`` and ``leave`` are triggers whose value is the person's number, 1, 2, 3 ...
    Somebody on the border does not go in and out: they have left when they are further out than
    ``edge``. Who is hidden has left after ``memory``; when the camera is lost everybody has, and a
    second after a film has ended.
    """

    points: Annotated[
        tuple[tuple[float, float], ...],
        Param(
            "its corners: [[x, y], [x, y], [x, y]]",
            fault=zone_fault,
            example="corners in order, such as [[0, 0], [1, 0], [0.5, 1]]",
            shape="polygon",
        ),
    ] = ((0.25, 0.0), (0.75, 0.0), (0.75, 1.0), (0.25, 1.0))
    area: Annotated[
        Rectangle | None,
        Param(
            "a rectangle instead of points: [left, bottom, right, top]",
            fault=_area_fault,
            example='left, bottom, right and top of a rectangle (corners go into "points"), such as'
            " [0.25, 0, 0.75, 1]",
            shape="rectangle",
        ),
    ] = None
    point: Annotated[Part, Param("which part of a person counts", more=point_names)] = "feet"
    edge: Annotated[
        float | None,
        Param(
            "how far out somebody has left: picture heights, 0.02 if not said, or metres, 0.2",
            0,
        ),
    ] = None
    memory: Annotated[float, Param("how long who is not seen is still there", 0, 60, unit="s")] = (
        1.0
    )
    confidence: Sure = SEEN

    label: Label = ""

    _drawn: tuple[object, object] = (None, None)
    _where: Whereabouts = field(default_factory=Whereabouts)
    _occupancy: Occupancy = field(default_factory=Occupancy)

    def __post_init__(self) -> None:
        for name, fault in (("points", zone_fault(self.points)), ("area", _area_fault(self.area))):
            if fault:
                raise ParameterError(f"{name}: {fault}")
        self._shape()

    def caption(self) -> str:
        """Return who is inside: their numbers."""
        return ", ".join(map(str, self._occupancy.slots))

    def process(self, pose: Pose | Landmarks | Detections, at: Ns) -> Iterator[Stay]:
        """Yield how it stands, and each who goes or comes."""
        found = as_landmarks(pose, self.tell_once)
        came, went = self._occupancy.update(
            self._shape(),
            self._where.update(found, self.point, self.confidence, at),
            at,
            aspect=found.aspect,
            edge=edge_of(self.edge, metres=found.skeleton.metres),
            memory=self.memory,
        )
        yield Stay(self._occupancy.count, self._occupancy.longest(at))
        for slot in went:
            yield Stay(leave=Trigger(float(slot)))
        for slot in came:
            yield Stay(enter=Trigger(float(slot)))

    def _shape(self) -> Polygon:
        """Return the zone as it is now: a hand may have drawn it anew."""
        if (drawn := (self.points, self.area)) != self._drawn:
            self._drawn = drawn
            self._zone = Polygon(self.points if self.area is None else _corners(self.area))
        return self._zone

    def let_go(self, at: Ns) -> Iterator[Stay]:
        """Yield that everybody has left, and who did: who is there later comes in anew."""
        if went := self._occupancy.empty():
            yield Stay(0, 0.0)
        for slot in went:
            yield Stay(leave=Trigger(float(slot)))

    def reset(self) -> None:
        """Forget who was where."""
        self._where = Whereabouts()
        self._occupancy.empty()
