"""A take as BVH, the format of Biovision that programs of animation read.

Lengths are centimetres, y is up, a body in rest stands in a T-pose and looks along z, right-handed
as the format is. Bones are as long as those of an average body of the stature that is given; their
rotations are degrees about z, x and y in this order (see ``dsp.landmarks.bones``).

Frames have a fixed rate: between two pictures places are interpolated linearly, rotations along the
shorter arc. A format that has no word for what is not known is given the last that was.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.errors import SensoriumError
from engine.core.skeletons import Skeleton
from engine.dsp.landmarks.bones import (
    BONES,
    IDENTITY,
    Bone,
    Quaternion,
    Vector,
    local_rotations,
    middle,
    near,
    product,
    turned,
)
from engine.dsp.landmarks.metres import MeasuredBody
from engine.recording.exports.takes import Take

CENTIMETRES: Final = 100.0
FASTEST: Final = 240.0
LONGEST: Final = 10_000_000
"""How many frames a file may have: nine hours at 300 a second."""
_GAP: Final = 0.5
"""Seconds without a picture over which nothing is interpolated: the last frame stands."""
_HEAD: Final = frozenset({"nose", "left_ear", "right_ear", "left_eye", "right_eye"})
_ENDS: Final = {
    "Head": (0.0, 0.12, 0.0),
    "LeftHand": (-0.1, 0.0, 0.0),
    "RightHand": (0.1, 0.0, 0.0),
    "LeftFoot": (0.0, -0.039, 0.1),
    "RightFoot": (0.0, -0.039, 0.1),
}
"""Where a bone without a further one ends, in statures."""
_SIDES: Final = ("left", "right")
_LEG: Final = ("Hips", "*UpperLeg", "*LowerLeg", "*Foot")
_BONE: Final = {bone.name: bone for bone in BONES}


def _depth_first(parent: str = "") -> Iterator[Bone]:
    for bone in BONES:
        if bone.parent == parent:
            yield bone
            yield from _depth_first(bone.name)


_ORDER: Final = tuple(_depth_first())
"""The bones as the file has them: each with all that hangs on it before the next."""


class NoBody(SensoriumError):
    """Hands or faces, which have no skeleton in BVH; or a body that was never seen whole."""


@dataclass(frozen=True)
class BvhFile:
    """A take as frames: ``text`` is the file; ``held`` counts those with a bone that was held."""

    text: bytes
    frames: int
    rate: float
    held: int


def as_motion(take: Take, stature: float, rate: float | None) -> BvhFile:
    """Return the file of somebody, ``rate`` frames a second, else as many as pictures came.

    Raise NoBody for hands and faces, and where hips and shoulders were never seen together.
    """
    if not take.skeleton.is_body:
        raise NoBody(f'BVH takes bodies ("pose"), not "{take.skeleton.name}"; --csv takes any')
    rate = rate or _usual_rate(take.seconds)
    if (take.seconds[-1] - take.seconds[0]) * rate > LONGEST:
        raise NoBody(
            f"person {take.id}: that would be more than {LONGEST:,} frames; --fps is {rate:g}"
        )
    places, turns, held = _postures(take, stature)
    times, place_at, turn_at = _resampled(np.array(take.seconds), places, turns, rate)
    degrees = np.degrees(np.unwrap(_angles(turn_at), axis=0))
    rows = np.concatenate([place_at, degrees.reshape(len(times), -1)], axis=1)
    motion = "\n".join(" ".join(f"{number:.4f}" for number in row) for row in rows.tolist())
    head = "\n".join(["HIERARCHY", *_hierarchy(_ORDER[0], stature, 0), "MOTION"])
    text = f"{head}\nFrames: {len(times)}\nFrame Time: {1 / rate:.6f}\n{motion}\n"
    return BvhFile(text.encode("ascii"), len(times), rate, held)


def _usual_rate(seconds: list[float]) -> float:
    gaps = np.diff(seconds)
    return min(max(float(round(1 / np.median(gaps))), 1.0), FASTEST) if len(gaps) else 30.0


def _postures(take: Take, stature: float) -> tuple[NDArray[np.float64], NDArray[np.float64], int]:
    """Return the place of the hips (cm) and the rotations of all bones, for each picture."""
    body, last = MeasuredBody(stature), dict.fromkeys([bone.name for bone in BONES], IDENTITY)
    hips: Vector | None = None
    here: Vector | None = None
    lift = 0.0
    postures: list[tuple[Vector | None, list[Quaternion]]] = []
    held = 0
    possible = _possible(take.skeleton)
    for index in range(len(take.seconds)):
        found = take.found(index)
        points = body.update(found.seen[0], found, take.moment(index))
        if not take.skeleton.depth:
            points = {name: at for name, at in points.items() if name not in _HEAD}
        turns = local_rotations(points)
        if "Hips" in turns:
            x, y, z = middle(points["left_hip"], points["right_hip"])
            hips = x, y, z
        held += not possible <= turns.keys()
        for name, turn in turns.items():
            last[name] = near(turn, last[name])
        if hips is not None:
            lift = _lift(points, hips, last, stature, lift)
            here = (-hips[0] * CENTIMETRES, (hips[1] + lift) * CENTIMETRES, hips[2] * CENTIMETRES)
        postures.append((here, [last[bone.name] for bone in _ORDER]))
    if here is None:
        raise NoBody(f"person {take.id}: hips and shoulders were never seen together")
    first = next(place for place, _ in postures if place is not None)
    places = np.array([place or first for place, _ in postures])
    # Right-handed: mirrored in x.
    rotations = np.array([turns for _, turns in postures]) * (1, -1, -1, 1)
    return places, rotations, held


def _lift(
    points: Mapping[str, Vector],
    hips: Vector,
    turns: Mapping[str, Quaternion],
    stature: float,
    before: float,
) -> float:
    """Return by how much the hips have to be higher, so that the lower ankle is as high as it is.

    Why: legs of the average are not as long as those that are seen, and nobody shall hang or sink.
    """
    seen = [(points[f"{side}_ankle"][1], side) for side in _SIDES if f"{side}_ankle" in points]
    if not seen:
        return before
    height, side = min(seen)
    turn, below = IDENTITY, hips[1]
    for parent, bone in pairwise(_LEG):
        turn = product(turn, turns[parent.replace("*", side.capitalize())])
        x, y, z = _BONE[bone.replace("*", side.capitalize())].offset
        below += turned(turn, (x * stature, y * stature, z * stature))[1]
    return height - below


def _possible(skeleton: Skeleton) -> set[str]:
    """Return the bones that a skeleton can turn."""
    if skeleton.depth and "left_heel" in skeleton.index:
        return {bone.name for bone in BONES}
    return {bone.name for bone in BONES} - {*_ENDS, "Neck"}


def _resampled(
    seconds: NDArray[np.float64],
    places: NDArray[np.float64],
    turns: NDArray[np.float64],
    rate: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return the moments of the frames, and places and rotations at each."""
    count = max(math.floor((seconds[-1] - seconds[0]) * rate + 1e-6) + 1, 1)
    times = seconds[0] + np.arange(count) / rate
    before = np.clip(np.searchsorted(seconds, times + 1e-9, side="right") - 1, 0, len(seconds) - 1)
    after = np.minimum(before + 1, len(seconds) - 1)
    gap = seconds[after] - seconds[before]
    share = np.where(
        (gap > 0) & (gap <= _GAP), (times - seconds[before]) / np.where(gap > 0, gap, 1), 0.0
    ).clip(0, 1)
    place_at = places[before] + share[:, None] * (places[after] - places[before])
    other = turns[after] * np.where(
        (turns[before] * turns[after]).sum(axis=-1, keepdims=True) < 0, -1, 1
    )
    turn_at = turns[before] + share[:, None, None] * (other - turns[before])
    lengths = np.linalg.norm(turn_at, axis=-1, keepdims=True)
    return times, place_at, turn_at / np.where(lengths > 0, lengths, 1)


def _angles(turns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return radians about z, x and y of quaternions, shape (frames, bones, 3)."""
    x, y, z, w = np.moveaxis(turns, -1, 0)
    about_x = np.arcsin(np.clip(2 * (y * z + w * x), -1, 1))
    about_y = np.arctan2(-2 * (x * z - w * y), 1 - 2 * (x * x + y * y))
    about_z = np.arctan2(-2 * (x * y - w * z), 1 - 2 * (x * x + z * z))
    return np.stack([about_z, about_x, about_y], axis=-1)


def _hierarchy(bone: Bone, stature: float, depth: int) -> Iterator[str]:
    tab = "\t" * depth
    yield f"{tab}{'JOINT' if depth else 'ROOT'} {bone.name}"
    yield f"{tab}{{"
    yield f"{tab}\t{_offset(bone.offset if depth else (0.0, 0.0, 0.0), stature)}"
    turns = "Zrotation Xrotation Yrotation"
    places = "" if depth else "Xposition Yposition Zposition "
    yield f"{tab}\tCHANNELS {3 if depth else 6} {places}{turns}"
    for child in BONES:
        if child.parent == bone.name:
            yield from _hierarchy(child, stature, depth + 1)
    if bone.name in _ENDS:
        yield from (
            f"{tab}\tEnd Site",
            f"{tab}\t{{",
            f"{tab}\t\t{_offset(_ENDS[bone.name], stature)}",
        )
        yield f"{tab}\t}}"
    yield f"{tab}}}"


def _offset(offset: tuple[float, float, float], stature: float) -> str:
    x, y, z = (number * stature * CENTIMETRES for number in offset)
    return f"OFFSET {0.0 - x:.4f} {y:.4f} {z:.4f}"
