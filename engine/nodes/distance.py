"""How far two parts are from each other, of one body or of two."""

from __future__ import annotations

from typing import Annotated

from engine.core.landmarks import Landmarks, Pose
from engine.core.node import Node
from engine.core.parameter import Param
from engine.core.skeletons import point_names
from engine.dsp.landmarks.body import SEEN, Body
from engine.dsp.landmarks.measures import distance
from engine.dsp.landmarks.parts import Part
from engine.dsp.landmarks.people import Sure, Who, find


class Distance(Node):
    """Measure how far two parts are from each other in body lengths: of one person, or of two.

    With ``to`` the part ``other`` is that of another person: ``one = "right_hand"``,
    ``other = "right_hand"``, ``person = 1``, ``to = 2`` tells how far two hands are from touching.
    1 is as far as a person is tall, so it stays the same however near the camera both stand; a
    hand is measured in palms, and on a ``floor`` it is metres. ``apart`` gives the same of one
    body as 0 to 1.

    Gives nothing while one of the two is not seen.
    """

    one: Annotated[Part, Param("a part of the body", more=point_names)] = "right_hand"
    other: Annotated[
        Part, Param("another part, of the same person or of ``to``", more=point_names)
    ] = "left_hand"
    person: Who = 0
    to: Annotated[
        int | None, Param("whose the other part is: 1, 2, 3 ...; the same person's if not said", 1)
    ] = None
    confidence: Sure = SEEN

    def process(self, pose: Pose | Landmarks) -> float | None:
        """Return the distance in body lengths, 0 and up."""
        person = find(pose, self.person)
        other = person if self.to is None else find(pose, self.to)
        if person is None or other is None or (self.to is not None and other is person):
            return None
        body = Body(person.points, pose.aspect, self.confidence, pose.skeleton)
        also = body
        if other is not person:
            also = Body(other.points, pose.aspect, self.confidence, pose.skeleton)
        return distance(body, self.one, also, self.other)
