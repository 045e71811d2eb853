"""VRChat's trackers: ``/tracking/trackers/1/position fff`` to 8, ``head``, and their rotations.

Positions are metres, rotations degrees about x, y and z in the order of Unity's Euler angles (z,
x, y), both in Unity's axes, and of the world. 1 hips, 2 chest, 3 and 4 feet, 5 and 6 knees, 7 and 8
elbows, left ones first. A tracker that is not seen is not sent; VRChat then does without it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Final

from engine.core.landmarks import Landmarks
from engine.core.messages import Ns
from engine.core.skeletons import BLAZEPOSE_33, Skeleton
from engine.dsp.landmarks.bones import Quaternion, Vector, middle, world_rotations
from engine.dsp.landmarks.metres import MeasuredBodies
from engine.osc.foreign.base import Foreign
from engine.osc.layout import Dialect, OscOptions
from engine.osc.packer import packer

BASE: Final = "/tracking/trackers"
_TRACKERS: Final = {
    "1": (("left_hip", "right_hip"), "Hips"),
    "2": (("left_shoulder", "right_shoulder"), "Chest"),
    "3": (("left_ankle",), "LeftFoot"),
    "4": (("right_ankle",), "RightFoot"),
    "5": (("left_knee",), "LeftLowerLeg"),
    "6": (("right_knee",), "RightLowerLeg"),
    "7": (("left_elbow",), "LeftUpperArm"),
    "8": (("right_elbow",), "RightUpperArm"),
    "head": (("left_ear", "right_ear"), "Head"),
}
"""Where each tracker sits: the middle of points, and the bone that it turns with."""


class VrChat(Foreign):
    """One performer (see ``one_performer``)."""

    TOOL = "VRChat"
    ADDRESSES = (BASE,)
    SKELETONS = (BLAZEPOSE_33,)
    OPTIONS = ("stature",)

    def __init__(
        self, address: str, options: OscOptions, dialect: Dialect, skeleton: Skeleton
    ) -> None:
        super().__init__(address, options, dialect, skeleton)
        self._bodies = MeasuredBodies(options.stature)

    def encode(self, message: Landmarks, at: Ns) -> Sequence[bytes]:
        """Return the messages of all trackers that are seen."""
        measured = self._bodies.update(message, at)
        one = self._one(message, "body", at)
        if one is None:
            return ()
        points = measured[one.id]
        turns = world_rotations(points)
        pieces = []
        for tracker, (names, bone) in _TRACKERS.items():
            place = _middle(points, names)
            if place is not None and bone in turns:
                pieces.append(packer(f"{BASE}/{tracker}/position", "fff").pack(*place))
                pieces.append(packer(f"{BASE}/{tracker}/rotation", "fff").pack(*euler(turns[bone])))
        return pieces

    def example(self) -> Sequence[bytes]:
        """Return the longest message."""
        return [packer(f"{BASE}/head/position", "fff").pack(0.0, 0.0, 0.0)]


def euler(q: Quaternion) -> Vector:
    """Return degrees about x, y, z as Unity has them: first about z, then x, then y."""
    x, y, z, w = q
    sine = min(max(2 * (w * x - y * z), -1.0), 1.0)
    return (
        math.degrees(math.asin(sine)),
        math.degrees(math.atan2(2 * (w * y + x * z), 1 - 2 * (x * x + y * y))),
        math.degrees(math.atan2(2 * (w * z + x * y), 1 - 2 * (x * x + z * z))),
    )


def _middle(points: Mapping[str, Vector], names: tuple[str, ...]) -> Vector | None:
    if any(name not in points for name in names):
        return None
    return middle(points[names[0]], points[names[-1]])
