"""Angles, distances and speeds of the parts of bodies, as seen in the picture.

Lengths are in body lengths (see ``body``), so that they stay the same however near the camera
somebody stands. What is not seen gives ``None``, never a guess.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple

from engine.core.clock import SECOND
from engine.core.messages import Ns
from engine.core.skeletons import Skeleton
from engine.dsp.landmarks.body import Body, Point, reshaped

_LIMBS: Final = (
    *(("shoulder", "elbow", "wrist"), ("elbow", "wrist", "index"), ("hip", "shoulder", "elbow")),
    *(("shoulder", "hip", "knee"), ("hip", "knee", "ankle"), ("knee", "ankle", "foot_index")),
)
_SHORTEST: Final = 0.01
"""What part of a body a bone must be long to have a direction: a bone towards the camera has
none."""


def neighbours(skeleton: Skeleton, joint: str) -> tuple[str, str] | None:
    """Return the parts that the two bones of a joint lead to; None where there are not just two.

    Of a body they are those of the limb, on its own side. Of anything else they follow from the
    bones of the skeleton.
    """
    side, _, name = joint.partition("_")
    for before, middle, after in _LIMBS if skeleton.is_body else ():
        ends = (f"{side}_{before}", f"{side}_{after}")
        if name == middle and {*ends, joint} <= {*skeleton.rows_of}:
            return ends
    ends_of = {
        other
        for bone in skeleton.bones
        for other, this in (bone, bone[::-1])
        if this == joint != other
    }
    if skeleton.is_body or len(ends_of) != 2:
        return None
    one, other = sorted(ends_of, key=skeleton.index.__getitem__)
    return one, other


def angle(body: Body, one: str, joint: str, other: str) -> float | None:
    """Return the angle at a joint between the bones to two parts, 0 to 180 degrees.

    0 is folded together, 180 stretched. None when one of the three is not seen, or a bone points so
    much to the camera that it has no direction. Raise UnknownName for parts that there are not.
    """
    first, middle, second = (body.position(part) for part in (one, joint, other))
    tall = body.stature
    if first is None or middle is None or second is None or tall is None:
        return None
    bones = [((end[0] - middle[0]) * body.aspect, end[1] - middle[1]) for end in (first, second)]
    if min(math.hypot(*bone) for bone in bones) < _SHORTEST * tall:
        return None
    (ax, ay), (bx, by) = bones
    return math.degrees(abs(math.atan2(ax * by - ay * bx, ax * bx + ay * by)))


def distance(body: Body, one: str, other_body: Body, other: str) -> float | None:
    """Return how far a part is from a part of the same or another body, in body lengths, 0 and up.

    Against two bodies it is measured by the mean of both. None when something is not seen.
    """
    first, second = body.position(one), other_body.position(other)
    tall, also_tall = body.stature, other_body.stature
    if first is None or second is None or tall is None or also_tall is None:
        return None
    apart = math.hypot((first[0] - second[0]) * body.aspect, first[1] - second[1])
    return apart / ((tall + also_tall) / 2)


class Velocity(NamedTuple):
    """How fast something moves, in body lengths a second: in all, to the right, and up."""

    speed: float
    across: float
    up: float


class SpeedMeter:
    """How fast one part of a body moves.

    Why low-passed positions rather than differences of pictures: a difference divided by a shorter
    time makes the same trembling look faster, so a faster camera would show a faster dancer.
    """

    GAP: Final = 0.5
    """Seconds without a reading after which it begins anew."""
    FASTEST: Final = 50.0
    """Body lengths a second; what is faster is a point that was mistaken for another."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the past: the next reading begins anew."""
        self._at: Ns | None = None
        self._aspect = 0.0
        self._place: Point = (0.0, 0.0)
        self._last: Velocity | None = None

    def update(self, body: Body, part: str, at: Ns, steady: float) -> Velocity | None:
        """Return the velocity of a part, steadied over so many seconds.

        None until two moments can be compared, and while the part or the size is not known.
        """
        place, tall = body.position(part), body.stature
        if place is None or tall is None:
            return None
        here = (place[0] * body.aspect, place[1])
        gap = (at - self._at) / SECOND if self._at is not None else math.inf
        if gap <= 0:
            return self._last
        if gap > self.GAP or reshaped(body.aspect, self._aspect):
            self._at, self._aspect, self._place, self._last = at, body.aspect, here, None
            return None
        follow = -math.expm1(-gap / steady) if steady > 0 else 1.0
        steps = [follow * (now - then) for now, then in zip(here, self._place, strict=True)]
        self._at = at
        self._place = (self._place[0] + steps[0], self._place[1] + steps[1])
        across, up = (min(max(step / gap / tall, -self.FASTEST), self.FASTEST) for step in steps)
        self._last = Velocity(math.hypot(across, up), across, up)
        return self._last
