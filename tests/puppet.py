"""A puppet of bones in Unity's axes: rotations go in, the points of BlazePose come out."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np

from engine.core.landmarks import Instance, Landmarks
from engine.core.skeletons import BLAZEPOSE_33
from engine.dsp.landmarks.bones import BONES, IDENTITY, Quaternion, Vector, product, turned

STATURE = 1.7
ON_BONES: Mapping[str, tuple[str, Vector]] = {
    "nose": ("Head", (0.0, 0.03, 0.06)),
    **{
        name: (bone.replace("*", side), (sign * at[0], at[1], at[2]))
        for side, sign in (("Left", -1.0), ("Right", 1.0))
        for name, bone, at in (
            (f"{side.lower()}_ear", "Head", (0.045, 0.05, 0.0)),
            (f"{side.lower()}_eye", "Head", (0.02, 0.07, 0.05)),
            (f"{side.lower()}_shoulder", "*UpperArm", (0.0, 0.0, 0.0)),
            (f"{side.lower()}_elbow", "*LowerArm", (0.0, 0.0, 0.0)),
            (f"{side.lower()}_wrist", "*Hand", (0.0, 0.0, 0.0)),
            (f"{side.lower()}_index", "*Hand", (0.06, 0.0, 0.02)),
            (f"{side.lower()}_pinky", "*Hand", (0.06, 0.0, -0.02)),
            (f"{side.lower()}_hip", "*UpperLeg", (0.0, 0.0, 0.0)),
            (f"{side.lower()}_knee", "*LowerLeg", (0.0, 0.0, 0.0)),
            (f"{side.lower()}_ankle", "*Foot", (0.0, 0.0, 0.0)),
            (f"{side.lower()}_heel", "*Foot", (0.0, -0.039, -0.03)),
            (f"{side.lower()}_foot_index", "*Foot", (0.0, -0.039, 0.1)),
        )
    },
}
"""Where points are fixed to bones, in statures."""


def about(axis: Vector, degrees: float) -> Quaternion:
    """Return a turn about an axis of length 1."""
    half = math.radians(degrees) / 2
    x, y, z = (math.sin(half) * part for part in axis)
    return x, y, z, math.cos(half)


def points_of(
    turns: Mapping[str, Quaternion], root: Vector = (0.0, 0.0, 0.0), stature: float = STATURE
) -> dict[str, Vector]:
    """Return the points of a puppet whose bones are turned against their parents, in metres."""
    places: dict[str, Vector] = {"": root}
    world: dict[str, Quaternion] = {"": IDENTITY}
    for bone in BONES:
        step = turned(world[bone.parent], scaled(bone.offset, stature))
        places[bone.name] = plus(places[bone.parent], step)
        world[bone.name] = product(world[bone.parent], turns.get(bone.name, IDENTITY))
    return {
        name: plus(places[bone], turned(world[bone], scaled(at, stature)))
        for name, (bone, at) in ON_BONES.items()
    }


def seen_by_camera(
    points: Mapping[str, Vector],
    *,
    mirrored: bool = False,
    aspect: float = 16 / 9,
    metre: float = 0.4,
    low: float = 0.1,
    slot: int = 1,
    id_: int = 1,
) -> Landmarks:
    """Return the landmarks of a puppet that looks at the camera; a metre is so many heights."""
    rows = np.zeros((len(BLAZEPOSE_33.points), 4), np.float32)
    for name, (x, y, z) in points.items():
        side = x if mirrored else -x
        rows[BLAZEPOSE_33.index[name]] = (
            *(0.5 + side * metre / aspect, low + y * metre, z * metre / aspect),
            0.9,
        )
    return Landmarks(BLAZEPOSE_33, (Instance(slot, id_, rows),), aspect)


def plus(a: Vector, b: Vector) -> Vector:
    """Return a + b."""
    return a[0] + b[0], a[1] + b[1], a[2] + b[2]


def scaled(a: Vector, by: float) -> Vector:
    """Return a vector, so many times as long."""
    return a[0] * by, a[1] * by, a[2] * by
