"""One number of one part of a body."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from engine.core.landmarks import Landmarks, Pose
from engine.core.node import Node
from engine.core.parameter import Param
from engine.core.skeletons import Skeleton, point_names
from engine.dsp.landmarks.body import SEEN, Body
from engine.dsp.landmarks.parts import Part
from engine.dsp.landmarks.people import Sure, Who, find


class Joint(Node):
    """Take one part of a body out of a pose: how high a hand is, where the head is.

    ``axis`` says which number. "height" is relative to the body: 0 at the hip or below, 1 with the
    arm stretched straight up; it stays the same however near the camera somebody stands, and works
    behind a table too. "x" is 0 at the left of the picture and 1 at the right, "y" 0 at the bottom
    and 1 at the top; "confidence" is how surely the part is seen, 0 to 1. "z" is how much nearer to
    the camera the part is than the middle of the hips (of a hand: the wrist; of a face: its
    middle), in picture widths, below 0 further away: of networks with depth alone, BlazePose,
    `hands` and `face`; ``normalise`` makes it 0 to 1.

    Left and right are the person's own. Besides the 17 joints of a pose there are "left_hand" and
    "right_hand" (the wrists), "left_foot" and "right_foot" (the ankles), and the middles "head",
    "shoulders", "elbows", "hands", "hips", "knees" and "feet". Of hands and faces it takes the
    points by their names, such as "thumb_tip"; "height" is then 0 at the lowest point and 1 at the
    highest.

    Gives nothing while the part is not seen; ``empty`` on the box says what then becomes of it.
    """

    joint: Annotated[Part, Param("which part of the body", more=point_names)] = "right_hand"
    axis: Annotated[
        Literal["height", "x", "y", "z", "confidence"],
        Param("height on the body, place in the picture, how near, or how surely it is seen"),
    ] = "height"
    person: Who = 0
    confidence: Sure = SEEN

    def lacks(self, skeleton: Skeleton) -> Mapping[str, str]:
        """Return what a skeleton has not: the part, or a depth."""
        found = dict(super().lacks(skeleton))
        if self.axis == "z" and not skeleton.depth:
            found["axis"] = 'no "z": the points of BlazePose, `hands` and `face` have a depth'
        return found

    def process(self, pose: Pose | Landmarks) -> float | None:
        """Return the number: 0 to 1, but for a depth.

        Raises UnknownName for a part, or a depth, that the skeleton has not.
        """
        person = find(pose, self.person)
        if person is None:
            return None
        body = Body(person.points, pose.aspect, self.confidence, pose.skeleton)
        if self.axis == "confidence":
            return body.sureness(self.joint)
        if self.axis == "height":
            return body.height(self.joint)
        if self.axis == "z":
            return body.depth(self.joint)
        place = body.position(self.joint)
        if place is None:
            return None
        return min(1.0, max(0.0, place[0] if self.axis == "x" else place[1]))
