"""What a body says: where its parts are, how high, how far apart, how large, how lively.

Everything here reads the joints of one person, shape (17, 3) as in ``Person``, and the picture's
``aspect`` (width over height). Lengths are in picture heights: an x is first multiplied by the
aspect, so that a length is the same whichever way it points.

Why proportions: a camera does not know how far away somebody stands, so a length in the picture
means nothing by itself. It is measured against the body it belongs to, whose parts have much the
same proportions in everyone: fractions of the stature after Drillis & Contini (1966), as printed
in Winter, Biomechanics and Motor Control of Human Movement, 4th ed. (2009), fig. 4.1.

What is not seen gives ``None``, never a guess: joints below the asked ``confidence`` do not count.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from engine.core.clock import SECOND
from engine.core.errors import UnknownName
from engine.core.messages import JOINTS, Ns

Joints = NDArray[np.float32]

Part = Literal[
    "nose",
    "left_eye",
    "right_eye",
    "left_ear",
    "right_ear",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
    "left_hand",
    "right_hand",
    "left_foot",
    "right_foot",
    "head",
    "shoulders",
    "elbows",
    "hands",
    "hips",
    "knees",
    "feet",
]
"""Every name that a performer may give to a part of a body."""

PARTS: Final[Mapping[str, tuple[int, ...]]] = {
    **{name: (index,) for index, name in enumerate(JOINTS)},
    "left_hand": (9,),
    "right_hand": (10,),
    "left_foot": (15,),
    "right_foot": (16,),
    "head": (0, 1, 2, 3, 4),
    "shoulders": (5, 6),
    "elbows": (7, 8),
    "hands": (9, 10),
    "hips": (11, 12),
    "knees": (13, 14),
    "feet": (15, 16),
}
"""The joints that a part is the middle of. A hand is its wrist and a foot its ankle: a pose of 17
joints has no fingers and no toes."""

SEEN: Final = 0.3
"""A joint that is less sure than this is taken as not seen, unless asked otherwise."""

# In statures. Shoulders are joint centres, as people mark them in photographs; the bony breadth is
# wider, and so is the most that a seen distance between the shoulders can stand for.
TRUNK: Final = 0.288
ARM: Final = 0.186 + 0.146
SHOULDERS: Final = 0.220
BREADTH: Final = 0.259
FACE: Final = 0.112
REACH: Final = TRUNK + ARM
SPAN: Final = 2 * ARM + SHOULDERS

_SMALLEST = 0.01  # picture heights; what is smaller than a few pixels has no proportions


def parts(name: str) -> tuple[int, ...]:
    """Give the indices of the joints that ``name`` is the middle of; raises UnknownName."""
    try:
        return PARTS[name]
    except KeyError:
        raise UnknownName("joint", name, PARTS) from None


def sureness(joints: Joints, part: str) -> float:
    """Say how surely a part is seen, 0 to 1: the mean over its joints; raises UnknownName."""
    rows = [joints[index, 2].item() for index in parts(part)]
    return sum(_unit(sure) for sure in rows) / len(rows)


def position(joints: Joints, part: str, confidence: float = SEEN) -> tuple[float, float] | None:
    """Give (x, y) of a part, each 0 to 1 within the picture; None when it is not seen.

    A part of several joints is the middle of those that are seen, the surer ones counting more, so
    that it does not jump while one of them fades. Raises UnknownName.
    """
    x = y = total = 0.0
    for index in parts(part):
        its_x, its_y, sure = joints[index].tolist()
        if sure > 0 and sure >= confidence and math.isfinite(its_x + its_y + sure):
            x, y, total = x + sure * its_x, y + sure * its_y, total + sure
    return (x / total, y / total) if total else None


def stature(joints: Joints, aspect: float, confidence: float = SEEN) -> float | None:
    """Say how tall this body would stand, in picture heights; None without a shoulder.

    It does not depend on arms or legs, so that it keeps still while they move. Where several
    lengths are seen the longest counts, for what points towards the camera only looks shorter.
    """
    shoulders = position(joints, "shoulders", confidence)
    if shoulders is None:
        return None
    hips = position(joints, "hips", confidence)
    width = _between(joints, aspect, "left_shoulder", "right_shoulder", confidence)
    if hips is not None:
        tall = max(_distance(shoulders, hips, aspect) / TRUNK, width / BREADTH)
    else:
        neck = _between(joints, aspect, "shoulders", "head", confidence)
        tall = max(width / SHOULDERS, neck / FACE)
    return tall if tall > _SMALLEST else None


def height(joints: Joints, part: str, aspect: float, confidence: float = SEEN) -> float | None:
    """Say how high a part is, relative to its own body: 0 at the hip or below, 1 at full reach.

    Full reach is where the wrist is when the arm is stretched straight up: one trunk and one arm
    above the hips. On the way, a shoulder is at about 0.46 and the face at 0.65. Plumb heights are
    measured, whichever way the body leans. When the hips are hidden, behind a table or below the
    picture, they are taken to be one trunk's length under the shoulders. Raises UnknownName.
    """
    place = position(joints, part, confidence)
    tall = stature(joints, aspect, confidence)
    if place is None or tall is None:
        return None
    return _unit((place[1] - _hip_level(joints, tall, confidence)) / (REACH * tall))


def apart(
    joints: Joints, aspect: float, one: str, other: str, confidence: float = SEEN
) -> float | None:
    """Say how far apart two parts are: 0 together, 1 like two wrists with both arms spread wide.

    None when either, or the shoulders that it is measured against, are not seen. Raises
    UnknownName.
    """
    first = position(joints, one, confidence)
    second = position(joints, other, confidence)
    tall = stature(joints, aspect, confidence)
    if first is None or second is None or tall is None:
        return None
    return _unit(_distance(first, second, aspect) / (SPAN * tall))


def centre(joints: Joints, confidence: float = SEEN) -> tuple[float, float] | None:
    """Give (x, y) of the middle of the trunk, 0 to 1; None when nothing is seen.

    Without hips it is the middle of the shoulders and the other way round; without either, the
    middle of whatever is seen.
    """
    ends = [position(joints, part, confidence) for part in ("shoulders", "hips")]
    seen = [end for end in ends if end is not None]
    if not seen:
        anything = (position(joints, part, confidence) for part in JOINTS)
        seen = [place for place in anything if place is not None]
    if not seen:
        return None
    xs, ys = zip(*seen, strict=True)
    return sum(xs) / len(seen), sum(ys) / len(seen)


def size(joints: Joints, confidence: float = SEEN) -> float | None:
    """Say how much of the picture a body fills, along whichever side it fills more: 0 to 1."""
    seen = [place for part in JOINTS if (place := position(joints, part, confidence)) is not None]
    if not seen:
        return None
    xs, ys = zip(*seen, strict=True)
    return _unit(max(max(xs) - min(xs), max(ys) - min(ys)))


class Energy:
    """How much a body moves, from 0 for standing still to almost 1 for all of it going wild.

    It is the mean speed of the joints that are seen, the surer ones counting more, in body lengths
    a second: 0.1 (one waving hand) gives 0.2, 0.5 gives 0.63, 1 (the whole body at a run) 0.86. A
    joint slower than STILL counts as still, which hides the trembling of a pose model.

    Why low-passed positions rather than differences of frames: a difference divided by a shorter
    time makes the same trembling look faster, so a faster camera would show a livelier dancer.
    """

    STEADY: Final = 0.1  # seconds over which positions are steadied
    RELEASE: Final = 0.25  # seconds; it rises at once and falls slowly, so it does not flicker
    STILL: Final = 0.1  # body lengths a second
    FASTEST: Final = 5.0  # what is faster is a joint that was mistaken for another
    LIVELY: Final = 0.5  # the mean speed that makes 1 - 1/e
    GAP: Final = 0.5  # seconds without a reading after which it begins anew

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget the past: the next reading begins anew."""
        self._at: Ns | None = None
        self._tall: float | None = None
        self._level: float | None = None
        self._places = np.zeros((len(JOINTS), 2))
        self._known = np.zeros(len(JOINTS), dtype=bool)

    def update(
        self, joints: Joints, aspect: float, at: Ns, confidence: float = SEEN
    ) -> float | None:
        """Take the joints of one moment; None until two moments can be compared."""
        gap = (at - self._at) / SECOND if self._at is not None else math.inf
        if gap <= 0:
            return self._level
        if gap > self.GAP:
            self.reset()
        self._tall = stature(joints, aspect, confidence) or self._tall
        if self._tall is None:
            return None
        self._at = at
        moving = self._speed(joints, aspect, gap, confidence)
        if moving is None:
            return None
        now = -math.expm1(-moving / self.LIVELY)
        fallen = (self._level or 0.0) * math.exp(-gap / self.RELEASE)
        self._level = max(now, fallen)
        return self._level

    def _speed(self, joints: Joints, aspect: float, gap: float, confidence: float) -> float | None:
        """Move the steadied positions on; give the mean speed in body lengths a second."""
        assert self._tall is not None
        sure = joints[:, 2].astype(np.float64)
        known = (sure > 0) & (sure >= confidence) & np.isfinite(joints).all(axis=1)
        places = np.where(known[:, None], joints[:, :2] * (aspect, 1.0), 0.0)
        both = known & self._known
        moved = -math.expm1(-gap / self.STEADY) * (places - self._places)
        self._places = np.where(both[:, None], self._places + moved, places)
        self._known = known
        if not both.any():
            return None
        speeds = np.hypot(*moved[both].T) / (gap * self._tall)
        counted = np.clip(speeds - self.STILL, 0.0, self.FASTEST)
        return float(np.average(counted, weights=sure[both]))


def _hip_level(joints: Joints, tall: float, confidence: float) -> float:
    hips = position(joints, "hips", confidence)
    if hips is not None:
        return hips[1]
    shoulders = position(joints, "shoulders", confidence)
    assert shoulders is not None, "a stature is known only with shoulders"
    return shoulders[1] - TRUNK * tall


def _between(joints: Joints, aspect: float, one: str, other: str, confidence: float) -> float:
    """Give the distance of two parts, 0 when either is not seen."""
    first = position(joints, one, confidence)
    second = position(joints, other, confidence)
    return _distance(first, second, aspect) if first and second else 0.0


def _distance(one: tuple[float, float], other: tuple[float, float], aspect: float) -> float:
    return math.hypot((one[0] - other[0]) * aspect, one[1] - other[1])


def _unit(value: float) -> float:
    """Bring a number into 0 to 1; what is no number becomes 0."""
    return 0.0 if math.isnan(value) else min(1.0, max(0.0, value))
