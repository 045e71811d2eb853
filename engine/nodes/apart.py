"""How far apart two parts of a body are."""

from __future__ import annotations

from typing import Annotated

from engine.core.landmarks import Landmarks, Pose
from engine.core.node import Node
from engine.core.parameter import Param
from engine.core.skeletons import point_names
from engine.dsp.landmarks.body import SEEN, Body
from engine.dsp.landmarks.parts import Part
from engine.dsp.landmarks.people import Sure, Who, find


class Apart(Node):
    """Measure how far apart the hands are, or any two parts of one body.

    0 is together, 1 as far as the wrists of somebody who spreads both arms. It is measured against
    the body, so it stays the same however near the camera somebody stands. Gives nothing while
    either part is not seen. Of hands and faces it takes the points by their names, such as
    "thumb_tip", measured against the palm or the distance of the eyes.
    """

    one: Annotated[Part, Param("a part of the body", more=point_names)] = "left_hand"
    other: Annotated[Part, Param("another part of the body", more=point_names)] = "right_hand"
    person: Who = 0
    confidence: Sure = SEEN

    def process(self, pose: Pose | Landmarks) -> float | None:
        """Return the distance, 0 to 1."""
        person = find(pose, self.person)
        if person is None:
            return None
        body = Body(person.points, pose.aspect, self.confidence, pose.skeleton)
        return body.apart(self.one, self.other)
