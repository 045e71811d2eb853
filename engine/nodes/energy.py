"""How much somebody moves."""

from __future__ import annotations

from dataclasses import field
from typing import ClassVar

from engine.core.landmarks import Landmarks, Pose
from engine.core.messages import Ns
from engine.core.node import Node
from engine.dsp.landmarks import body
from engine.dsp.landmarks.people import Sure, Who, find


class Energy(Node):
    """Measure how much a body moves: 0 standing still, towards 1 the wilder it dances.

    One waving hand gives about 0.2, jumping jacks 0.7. It rises at once and falls within half a
    second. It is measured in body lengths, so that it stays the same however near the camera
    somebody stands, and does not depend on the camera's frame rate. A movement is told when it has
    lasted for about 50 ms. Gives nothing while nobody is
    there, and for the first picture of a person.
    """

    lag: ClassVar[float] = 0.05

    person: Who = 0
    confidence: Sure = body.SEEN

    _energy: body.EnergyMeter = field(default_factory=body.EnergyMeter)
    _id: int | None = None

    def process(self, pose: Pose | Landmarks, at: Ns) -> float | None:
        """Return the energy, 0 to 1."""
        person = find(pose, self.person)
        if person is None:
            return None
        if person.id != self._id:
            self._energy.reset()
            self._id = person.id
        seen = body.Body(person.points, pose.aspect, self.confidence, pose.skeleton)
        return self._energy.update(seen, at)

    def reset(self) -> None:
        """Start anew: the position of the body before a gap says nothing about its speed."""
        self._energy.reset()
