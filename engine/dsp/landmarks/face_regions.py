"""Where to look for a face: from the detector, from its own points a picture ago, or from a body.

The squares are those of MediaPipe (Kartynnik et al. 2019): level with the eyes, and one and a half
times as large as the face. That of a body's head is ours.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.landmarks import Landmarks
from engine.core.skeletons import FACE_468
from engine.dsp.image.turned import TurnedSquare, around, level

Floats = NDArray[np.float32]

SURE: Final = 0.3
_RIGHT, _LEFT = FACE_468.index["right_eye_outer"], FACE_468.index["left_eye_outer"]
_DETECTED_RIGHT, _DETECTED_LEFT = 2, 3
_SCALE: Final = 1.5
_EYES: Final = 5.0
"""The side of the square in distances between the eyes."""
_EARS: Final = 2.2
"""The same in distances between the ears."""
_NECK: Final = 1.4
"""The same in distances from the nose to the middle of the shoulders."""


def from_detected(found: Floats, mirrored: bool) -> TurnedSquare:
    """Return where a face is, of a box and six points, (8, 2) in pixels: the detector's eyes first.

    It takes the eye on the left of the picture for the right one, in a mirror too.
    """
    low, high = found[0], found[1]
    middle = (low + high) / 2
    angle = level(found[_DETECTED_RIGHT], found[_DETECTED_LEFT])
    side = float((high - low).max()) * _SCALE
    return TurnedSquare(float(middle[0]), float(middle[1]), side, angle, mirrored)


def from_points(points: Floats, mirrored: bool) -> TurnedSquare:
    """Return where a face is to be looked for next, of its points, (468, 2) or more in pixels."""
    flat = points[:, :2]
    ends = (_LEFT, _RIGHT) if mirrored else (_RIGHT, _LEFT)
    return around(flat, level(flat[ends[0]], flat[ends[1]]), _SCALE, mirrored)


def from_bodies(bodies: Landmarks, width: int, height: int, mirrored: bool) -> list[TurnedSquare]:
    """Return the faces of bodies whose nose and one eye at least are sure."""
    found = []
    index = bodies.skeleton.index
    heads = ("nose", "left_eye", "right_eye", "left_ear", "right_ear")
    if not {*heads} <= {*index}:
        return []
    for body in bodies.seen:
        pixels = body.points[:, :2] * (width, -height) + (0, height)
        place = {name: pixels[index[name]] for name in heads}
        sure = {name: body.points[index[name], -1] >= SURE for name in heads}
        if not sure["nose"] or not (sure["left_eye"] or sure["right_eye"]):
            continue
        sides = [_shoulders(body.points, pixels, index, place["nose"])]
        angle = 0.0
        for one, other, scale in (
            ("right_eye", "left_eye", _EYES),
            ("right_ear", "left_ear", _EARS),
        ):
            if sure[one] and sure[other]:
                apart = float(np.hypot(*(place[other] - place[one])))
                sides.append(scale * apart)
                first, second = (other, one) if mirrored else (one, other)
                if one == "right_eye" and apart > 0:
                    angle = level(place[first], place[second])
        if abs(angle) > math.radians(100):  # seen from behind, or upside down: not as eyes are
            angle = 0.0
        x, y = place["nose"].tolist()
        found.append(TurnedSquare(x, y, max(sides), angle, mirrored))
    return found


def _shoulders(points: Floats, pixels: Floats, index: Mapping[str, int], nose: Floats) -> float:
    """Return the side that the shoulders suggest; 0 where they are not sure."""
    if "left_shoulder" not in index or "right_shoulder" not in index:
        return 0.0
    rows = [index[f"{side}_shoulder"] for side in ("left", "right")]
    if min(points[rows, -1]) < SURE:
        return 0.0
    return _NECK * float(np.hypot(*(pixels[rows].mean(axis=0) - nose)))


def near(one: TurnedSquare, other: TurnedSquare) -> bool:
    """Whether two squares are of the same face: their middles lie close, for the larger of them."""
    return one.is_near(other, 0.35)
