"""Everybody as one: how many, where, and how far from each other."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, NamedTuple

from engine.core.landmarks import Landmarks, Pose
from engine.core.messages import Detections, Ns
from engine.core.node import Node
from engine.core.parameter import Param
from engine.core.skeletons import point_names
from engine.dsp.landmarks.body import SEEN
from engine.dsp.landmarks.parts import Part
from engine.dsp.landmarks.people import Sure
from engine.dsp.landmarks.things import as_landmarks
from engine.dsp.landmarks.whereabouts import Whereabouts
from engine.dsp.landmarks.zones import middle_and_spread


class Gathering(NamedTuple):
    """How many there are, where their middle is, and how far they are from it."""

    people: int
    x: float | None = None
    y: float | None = None
    spread: float | None = None


class Group(Node):
    """Take everybody as one: how many there are, where their middle is, how far they are spread.

    ``x`` and ``y`` are the middle of all: 0 left and bottom of the picture, 1 right and top.
    ``spread`` is how far they are from it, in picture heights, 0 when all stand in one place or one
    is alone: the root of the mean square. After ``floor`` all are metres. Each is where their
    ``point`` is; somebody of whom that is not seen does not count. Things of ``objects`` are where
    they enter a ``zone``, and their ``spread`` is in parts of the picture.

    ``people`` is 0 while nobody is there, and when the camera is lost or a film has ended; then the
    others say nothing.
    """

    point: Annotated[Part, Param("which part of a person counts", more=point_names)] = "hips"
    confidence: Sure = SEEN

    _where: Whereabouts = field(default_factory=Whereabouts)
    _people: int = 0

    def process(self, pose: Pose | Landmarks | Detections, at: Ns) -> Gathering:
        """Return the number of people, their middle and spread."""
        found = as_landmarks(pose, self.tell_once)
        known = self._where.update(found, self.point, self.confidence, at)
        here = [place for _, place in known.values()]
        self._people = len(here)
        if not here:
            return Gathering(0)
        return Gathering(len(here), *middle_and_spread(here, found.aspect))

    def let_go(self, at: Ns) -> Gathering | None:
        """Return that nobody is there, where somebody was."""
        people, self._people = self._people, 0
        return Gathering(0) if people else None

    def reset(self) -> None:
        """Forget where everybody was before a gap."""
        self._where, self._people = Whereabouts(), 0
