"""How far a joint is bent."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from engine.core.errors import ParameterError
from engine.core.landmarks import Landmarks, Pose
from engine.core.node import Node
from engine.core.parameter import Param
from engine.core.skeletons import Skeleton, point_names
from engine.dsp.landmarks.body import SEEN, Body
from engine.dsp.landmarks.measures import angle, neighbours
from engine.dsp.landmarks.parts import Part
from engine.dsp.landmarks.people import Sure, Who, find

_SAY = 'say where the lines lead, such as one = "left_hand", other = "right_hand"'
_ENDS = f'joint: "{{}}" is not between two bones: {_SAY}'


class Angle(Node):
    """Measure the angle at a joint, in degrees: 180 with the arm stretched, 90 with it bent square.

    It is the angle between the two bones of the joint, as seen in the picture: at an elbow those to
    the shoulder and the wrist, at a knee those to the hip and the ankle, at a shoulder those to the
    hip and the elbow. ``one`` and ``other`` name other parts to which the two lines lead. Left and
    right are the body's own. Of hands it takes the joints of fingers, such as "index_finger_pip".

    Gives nothing while one of the three is not seen, or a bone points straight at the camera.
    """

    joint: Annotated[Part, Param("where it is measured", more=point_names)] = "right_elbow"
    one: Annotated[
        Part | None, Param("where the one line leads; the limb's if not said", more=point_names)
    ] = None
    other: Annotated[
        Part | None, Param("where the other line leads; the limb's if not said", more=point_names)
    ] = None
    person: Who = 0
    confidence: Sure = SEEN

    def __post_init__(self) -> None:
        if not (self.one and self.other) and not any(
            neighbours(each, self.joint) for each in [*Skeleton.known.values()]
        ):
            raise ParameterError(_ENDS.format(self.joint))

    def lacks(self, skeleton: Skeleton) -> Mapping[str, str]:
        """Return what a skeleton has not: a part, or two bones at the joint."""
        found = dict(super().lacks(skeleton))
        if not found and not (self.one and self.other) and not neighbours(skeleton, self.joint):
            found["joint"] = f'no two bones at "{self.joint}": {_SAY}'
        return found

    def process(self, pose: Pose | Landmarks) -> float | None:
        """Return the angle, 0 to 180 degrees."""
        one, other = self._ends(pose.skeleton)
        person = find(pose, self.person)
        if person is None:
            return None
        body = Body(person.points, pose.aspect, self.confidence, pose.skeleton)
        return angle(body, one, self.joint, other)

    def _ends(self, skeleton: Skeleton) -> tuple[str, str]:
        if self.one and self.other:
            return self.one, self.other
        found = neighbours(skeleton, self.joint)
        if found is None:
            raise ParameterError(_ENDS.format(self.joint))
        return self.one or found[0], self.other or found[1]
