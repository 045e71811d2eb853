"""One person out of several."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, Literal, TypeVar, cast

from engine.core.landmarks import Instance, Landmarks, Pose
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.landmarks.body import Body
from engine.dsp.landmarks.people import find

Found = TypeVar("Found", bound=Pose | Landmarks)


def _number_fault(person: int | str) -> str:
    none = isinstance(person, int) and person < 1
    return f"expected a number of a person, 1, 2, 3 ..., got {person}" if none else ""


class Pick(Node):
    """Keep one person of a pose: the largest (who stands nearest), the leftmost, a certain number.

    What comes out is a pose with this person alone, always as person 1: an address such as
    /p1/left_hand then follows whoever is picked. When nobody fits it is a pose without people, so
    that what shows how many there are shows 0.

    A person who was picked stays picked until another one is larger, or further out, by ``stay``:
    two dancers of the same size do not take turns at every picture.
    """

    person: Annotated[
        int | Literal["largest", "leftmost", "rightmost", "centre", "first"],
        Param(
            "who is kept: by size, by place in the picture, or by number: 1, 2, 3 ...",
            fault=_number_fault,
        ),
    ] = "largest"
    stay: Annotated[
        float, Param("how much further another must be to take over, in parts of the picture", 0, 1)
    ] = 0.05

    _id: int | None = None

    def process(self, pose: Found) -> Found:
        """Return a pose of one person, or of none."""
        if self.person == "first":
            found = find(pose, 0)
        elif not isinstance(self.person, str):
            found = find(pose, self.person)
        else:
            found = max(pose.seen, key=lambda one: self._fitness(one, pose), default=None)
        self._id = found.id if found else None
        return cast(Found, pose.only(*(replace(found, slot=1),) if found else ()))

    def reset(self) -> None:
        """Forget the person who was picked."""
        self._id = None

    def _fitness(self, one: Instance, found: Landmarks) -> float:
        """Return how well a person fits; the one picked before gets ``stay`` in addition.

        The largest is the tallest, since a raised arm brings nobody nearer.
        """
        body = Body(one.points, found.aspect, skeleton=found.skeleton)
        centre = body.centre()
        if centre is None:
            return float("-inf")
        bonus = self.stay if one.id == self._id else 0.0
        if self.person == "largest":
            return bonus + (body.stature or 0.0)
        x = centre[0]
        return bonus + {"leftmost": -x, "rightmost": x}.get(str(self.person), -abs(x - 0.5))
