"""How far apart two parts of a body are."""

from __future__ import annotations

from typing import Annotated

from engine.core.messages import Pose
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.landmarks.body import SEEN, Body
from engine.dsp.landmarks.parts import Part
from engine.dsp.landmarks.people import Sure, Who, find


class Apart(Node):
    """Say how far apart the hands are, or any two parts of one body.

    0 is together, 1 as far as the wrists of somebody who spreads both arms. It is measured against
    the body, so it stays the same however near the camera somebody stands. Gives nothing while
    either part is not seen.
    """

    one: Annotated[Part, Param("a part of the body")] = "left_hand"
    other: Annotated[Part, Param("another part of the body")] = "right_hand"
    person: Who = 0
    confidence: Sure = SEEN

    def process(self, pose: Pose) -> float | None:
        """Give the distance, 0 to 1."""
        person = find(pose, self.person)
        if person is None:
            return None
        return Body(person.joints, pose.aspect, self.confidence).apart(self.one, self.other)
