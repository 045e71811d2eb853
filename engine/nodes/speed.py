"""How fast a part of a body moves."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated

from engine.core.landmarks import Landmarks, Pose
from engine.core.messages import Ns
from engine.core.node import Node
from engine.core.parameter import Param
from engine.core.skeletons import point_names
from engine.dsp.landmarks.body import SEEN, Body
from engine.dsp.landmarks.measures import SpeedMeter, Velocity
from engine.dsp.landmarks.parts import Part
from engine.dsp.landmarks.people import Sure, Who, find


class Speed(Node):
    """Measure how fast a part of a body moves, in body lengths a second: a wave is about 1.

    ``speed`` is how fast, ``across`` how fast to the right of the picture (below 0 to the left) and
    ``up`` how fast upwards. It does not depend on how near the camera somebody stands, nor on the
    camera's frame rate. On a ``floor`` it is metres a second.

    Gives nothing while the part is not seen, and at the first picture of it.
    """

    part: Annotated[Part, Param("which part of the body", more=point_names)] = "right_hand"
    steady: Annotated[float, Param("over how long it is steadied", 0, 5, unit="s")] = 0.1
    person: Who = 0
    confidence: Sure = SEEN

    _meter: SpeedMeter = field(default_factory=SpeedMeter)
    _id: int | None = None

    @property
    def lag(self) -> float:
        """Seconds until a movement is told: as long as it is steadied, or nearly."""
        return 0.7 * self.steady

    def process(self, pose: Pose | Landmarks, at: Ns) -> Velocity | None:
        """Return the velocity in body lengths a second."""
        person = find(pose, self.person)
        if person is None:
            return None
        if person.id != self._id:
            self._meter.reset()
            self._id = person.id
        seen = Body(person.points, pose.aspect, self.confidence, pose.skeleton)
        return self._meter.update(seen, self.part, at, self.steady)

    def reset(self) -> None:
        """Start anew: the place before a gap says nothing about a speed."""
        self._meter.reset()
