"""Where to look for a hand: from a palm, from its own points a picture ago, or from a body's arm.

The squares are those of MediaPipe (Zhang et al., "MediaPipe Hands", 2020): turned so that the
fingers point up, and about twice as large as the palm. That of an arm is ours.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.core.landmarks import Landmarks
from engine.core.skeletons import HAND_21
from engine.dsp.image.turned import TurnedSquare, around, upright

Floats = NDArray[np.float32]

SIDES: Final = ("left", "right")
SURE: Final = 0.3
"""Points of an arm that are less sure than this say nothing of its hand."""
_PALM_WRIST, _PALM_MIDDLE = 2, 4
_CARRYING: Final = (0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18)
"""Points that stay when fingers curl."""
_WRIST, _INDEX, _MIDDLE, _RING = (
    HAND_21.index[name]
    for name in ("wrist", "index_finger_mcp", "middle_finger_mcp", "ring_finger_mcp")
)
_HAND: Final = 0.74
"""A hand in forearms (Drillis & Contini 1966)."""
_REACH: Final = 2.0
"""The side of the square in hands."""
_SHORTEST: Final = 0.45
"""A forearm that points to the camera looks shorter than this part of an upper arm, and is not."""


class Wrist(NamedTuple):
    """A hand that a body says is there: where to look, and whose and which it is."""

    region: TurnedSquare
    side: str
    x: float
    y: float


def from_palm(found: Floats, mirrored: bool) -> TurnedSquare:
    """Return where the hand of a palm is; ``found`` is a box and seven points, (9, 2) in pixels."""
    low, high = found[0], found[1]
    middle = (low + high) / 2
    angle = upright(found[_PALM_WRIST], found[_PALM_MIDDLE])
    side = float((high - low).max())
    return TurnedSquare(float(middle[0]), float(middle[1]), side, angle, mirrored).shifted(0.5, 2.6)


def from_points(points: Floats, mirrored: bool) -> TurnedSquare:
    """Return where a hand is to be looked for next, of its 21 points, (21, 2) or more in pixels."""
    flat = points[:, :2]
    knuckles = (flat[_INDEX] + flat[_RING]) / 4 + flat[_MIDDLE] / 2
    angle = upright(flat[_WRIST], knuckles)
    return around(flat[_CARRYING, :], angle, 1.0, mirrored).shifted(0.1, 2.0)


def from_bodies(bodies: Landmarks, width: int, height: int, mirrored: bool) -> list[Wrist]:
    """Return the hands that bodies with wrists and elbows have; none where these are not sure."""
    found = []
    index = bodies.skeleton.index
    if not {f"{side}_{joint}" for side in SIDES for joint in ("elbow", "wrist")} <= {*index}:
        return []
    for body in bodies.seen:
        pixels = body.points[:, :2] * (width, -height) + (0, height)
        for side in SIDES:
            rows = [index[f"{side}_{joint}"] for joint in ("shoulder", "elbow", "wrist")]
            if min(body.points[rows[1:], -1]) < SURE:
                continue
            shoulder, elbow, wrist = pixels[rows]
            forearm = float(np.hypot(*(wrist - elbow)))
            upper = float(np.hypot(*(elbow - shoulder)))
            known = body.points[rows[0], -1] >= SURE
            length = max(forearm, _SHORTEST * upper if known else 0.0)
            hand = _HAND * length
            away = (wrist - elbow) / max(forearm, 1e-6) * hand * 0.45
            middle = wrist + away
            angle = upright(elbow, wrist) if forearm > 0.2 * length else 0.0
            x, y = middle.tolist()
            region = TurnedSquare(x, y, _REACH * hand, angle, mirrored)
            found.append(Wrist(region, side, float(wrist[0]), float(wrist[1])))
    return found


def near(one: TurnedSquare, other: TurnedSquare) -> bool:
    """Whether two squares are of the same hand: their middles lie close, for the larger of them."""
    return one.is_near(other, 0.3)
