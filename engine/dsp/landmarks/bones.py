"""Turns points of a body with depth into rotations of bones, against a T-pose.

Coordinates are those of Unity, VRM and VRChat: x to the body's own right in rest, y up, z to the
front, left-handed. In rest a body stands upright, looks along z, arms spread and palms down; each
bone then is not turned. A quaternion is (x, y, z, w), of length 1, relative to the parent's.

Each bone is turned by two directions (TRIAD: Black, "A passive system for determining the attitude
of a satellite", 1964): the first exactly, the second as near as it goes. Of a limb the second is
the hinge of its elbow or knee; where it is nearly straight and so has none, the one that it would
have in rest, turned along with its parent, takes over by degrees.

Why plain numbers: twenty short products are five times as fast as with numpy.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

Vector = tuple[float, float, float]
Quaternion = tuple[float, float, float, float]

IDENTITY: Final[Quaternion] = (0.0, 0.0, 0.0, 1.0)
X: Final[Vector] = (1.0, 0.0, 0.0)
Y: Final[Vector] = (0.0, 1.0, 0.0)
Z: Final[Vector] = (0.0, 0.0, 1.0)
LEFT: Final[Vector] = (-1.0, 0.0, 0.0)
DOWN: Final[Vector] = (0.0, -1.0, 0.0)

STRAIGHT: Final = 0.1
BENT: Final = 0.4
"""Sines of the angle of an elbow or knee: below the first it has no hinge, from the second on its
own alone."""


@dataclass(frozen=True, slots=True)
class Bone:
    """A bone by its name in Unity's HumanBodyBones, and where it begins in rest.

    ``offset`` is from where its parent begins, in statures: fractions after Drillis & Contini (see
    ``body``), those of head, neck and spine rounded.
    """

    name: str
    parent: str
    offset: Vector


def _sides(*bones: Bone) -> tuple[Bone, ...]:
    """Return bones of the left side and of the right; "*" stands for the side."""
    return tuple(
        Bone(
            bone.name.replace("*", side),
            bone.parent.replace("*", side),
            (sign * bone.offset[0], *bone.offset[1:]),
        )
        for side, sign in (("Left", -1.0), ("Right", 1.0))
        for bone in bones
    )


BONES: Final[tuple[Bone, ...]] = (
    Bone("Hips", "", (0.0, 0.53, 0.0)),
    Bone("Spine", "Hips", (0.0, 0.06, 0.0)),
    Bone("Chest", "Spine", (0.0, 0.12, 0.0)),
    Bone("Neck", "Chest", (0.0, 0.13, 0.0)),
    Bone("Head", "Neck", (0.0, 0.05, 0.0)),
    *_sides(
        Bone("*UpperArm", "Chest", (0.11, 0.108, 0.0)),
        Bone("*LowerArm", "*UpperArm", (0.186, 0.0, 0.0)),
        Bone("*Hand", "*LowerArm", (0.146, 0.0, 0.0)),
        Bone("*UpperLeg", "Hips", (0.052, 0.0, 0.0)),
        Bone("*LowerLeg", "*UpperLeg", (0.0, -0.245, 0.0)),
        Bone("*Foot", "*LowerLeg", (0.0, -0.246, 0.0)),
    ),
)
"""The bones that follow from 33 points, each after its parent."""

PARENT: Final = {bone.name: bone.parent for bone in BONES}


def world_rotations(points: Mapping[str, Vector]) -> dict[str, Quaternion]:
    """Return how far each bone is turned, not relative to its parent; what is not seen is missing.

    ``points`` are those of BlazePose that are seen, by name.
    """
    return _Body(points).turned()


def local_rotations(points: Mapping[str, Vector]) -> dict[str, Quaternion]:
    """Return how far each bone is turned against its parent; missing where either is not seen."""
    world = world_rotations(points)
    return {
        name: product(conjugate(world[PARENT[name]]), turn) if PARENT[name] else turn
        for name, turn in world.items()
        if not PARENT[name] or PARENT[name] in world
    }


class _Body:
    """One body at one moment."""

    def __init__(self, points: Mapping[str, Vector]) -> None:
        self._points = points
        self._world: dict[str, Quaternion] = {}

    def turned(self) -> dict[str, Quaternion]:
        """Return all bones that follow from the points."""
        self._trunk()
        self._head()
        for side, out in (("left", LEFT), ("right", X)):
            hinge = Y if side == "left" else DOWN
            self._limb(side, "Chest", ("shoulder", "elbow", "wrist"), ("Arm", out, hinge))
            self._hand(side, out)
            self._limb(side, "Hips", ("hip", "knee", "ankle"), ("Leg", DOWN, X))
            self._foot(side)
        return self._world

    def _trunk(self) -> None:
        hips, shoulders = self._across("hip"), self._across("shoulder")
        low, high = (
            self._middle("left_hip", "right_hip"),
            self._middle("left_shoulder", "right_shoulder"),
        )
        if hips is None or shoulders is None or low is None or high is None:
            return
        up = minus(high, low)
        pelvis, chest = turn_of(hips, up, X, Y), turn_of(up, shoulders, Y, X)
        if pelvis is None or chest is None:
            return
        self._world["Hips"] = pelvis
        self._world["Spine"] = product(pelvis, half(product(conjugate(pelvis), chest)))
        self._world["Chest"] = chest

    def _head(self) -> None:
        chest, across = self._world.get("Chest"), self._across("ear")
        ears, eyes = self._middle("left_ear", "right_ear"), self._middle("left_eye", "right_eye")
        nose = self._points.get("nose")
        if chest is None or across is None or ears is None or eyes is None or nose is None:
            return
        # From the ears to the eyes is a little upwards, to the nose a little downwards.
        face = minus(middle(eyes, nose), ears)
        head = turn_of(across, face, X, Z)
        if head is not None:
            self._world["Neck"] = product(chest, half(product(conjugate(chest), head)))
            self._world["Head"] = head

    def _limb(
        self, side: str, parent: str, names: tuple[str, str, str], rest: tuple[str, Vector, Vector]
    ) -> None:
        """Turn the upper and the lower bone of a limb, which hang on a ``parent``."""
        base = self._world.get(parent)
        ends = [self._points.get(f"{side}_{name}") for name in names]
        if base is None or ends[0] is None or ends[1] is None:
            return
        word, out, hinge = rest
        upper = unit(minus(ends[1], ends[0]))
        if upper is None:
            return
        lower = unit(minus(ends[2], ends[1])) if ends[2] is not None else None
        carried = turned(between(turned(base, out), upper), turned(base, hinge))
        axis = _hinge(upper, lower, carried)
        name = side.capitalize()
        for bone, direction in ((f"{name}Upper{word}", upper), (f"{name}Lower{word}", lower)):
            found = turn_of(direction, axis, out, hinge) if direction is not None else None
            if found is None:
                return
            self._world[bone] = found

    def _hand(self, side: str, out: Vector) -> None:
        wrist, index = self._points.get(f"{side}_wrist"), self._points.get(f"{side}_index")
        pinky, name = self._points.get(f"{side}_pinky"), f"{side.capitalize()}LowerArm"
        if wrist is None or index is None or pinky is None or name not in self._world:
            return
        found = turn_of(minus(middle(index, pinky), wrist), minus(index, pinky), out, Z)
        if found is not None:
            self._world[f"{side.capitalize()}Hand"] = found

    def _foot(self, side: str) -> None:
        heel, toe = self._points.get(f"{side}_heel"), self._points.get(f"{side}_foot_index")
        knee, ankle = self._points.get(f"{side}_knee"), self._points.get(f"{side}_ankle")
        lower = f"{side.capitalize()}LowerLeg"
        if heel is None or toe is None or knee is None or ankle is None or lower not in self._world:
            return
        found = turn_of(minus(toe, heel), minus(knee, ankle), Z, Y)
        if found is not None:
            self._world[f"{side.capitalize()}Foot"] = found

    def _across(self, name: str) -> Vector | None:
        left, right = self._points.get(f"left_{name}"), self._points.get(f"right_{name}")
        return None if left is None or right is None else minus(right, left)

    def _middle(self, one: str, other: str) -> Vector | None:
        a, b = self._points.get(one), self._points.get(other)
        return None if a is None or b is None else middle(a, b)


def _hinge(upper: Vector, lower: Vector | None, carried: Vector) -> Vector:
    """Return the axis about which a limb is bent, or the one that it would be bent about."""
    if lower is None:
        return carried
    bent = cross(upper, lower)
    sine = math.sqrt(dot(bent, bent))
    weight = min(max((sine - STRAIGHT) / (BENT - STRAIGHT), 0.0), 1.0)
    if weight == 0.0:
        return carried
    own = (bent[0] / sine, bent[1] / sine, bent[2] / sine)
    mixed = tuple(weight * a + (1 - weight) * b for a, b in zip(own, carried, strict=True))
    return unit((mixed[0], mixed[1], mixed[2])) or carried


# -- vectors and quaternions -----------------------------------------------------------------------


def minus(a: Vector, b: Vector) -> Vector:
    """Return a - b."""
    return a[0] - b[0], a[1] - b[1], a[2] - b[2]


def middle(a: Vector, b: Vector) -> Vector:
    """Return the place half way between two."""
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2, (a[2] + b[2]) / 2


def dot(a: Vector, b: Vector) -> float:
    """Return the inner product."""
    return a[0] * b[0] + a[1] * b[1] + a[2] * b[2]


def cross(a: Vector, b: Vector) -> Vector:
    """Return the vector product."""
    return a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]


def unit(a: Vector) -> Vector | None:
    """Return the direction of a vector; None where it has none."""
    length = math.sqrt(dot(a, a))
    return (a[0] / length, a[1] / length, a[2] / length) if length > 1e-9 else None


def conjugate(q: Quaternion) -> Quaternion:
    """Return the turn back."""
    return -q[0], -q[1], -q[2], q[3]


def product(a: Quaternion, b: Quaternion) -> Quaternion:
    """Return the turn by ``b`` and then by ``a``."""
    ax, ay, az, aw = a
    bx, by, bz, bw = b
    return (
        aw * bx + ax * bw + ay * bz - az * by,
        aw * by - ax * bz + ay * bw + az * bx,
        aw * bz + ax * by - ay * bx + az * bw,
        aw * bw - ax * bx - ay * by - az * bz,
    )


def turned(q: Quaternion, v: Vector) -> Vector:
    """Return a vector, turned."""
    axis = (q[0], q[1], q[2])
    first = cross(axis, v)
    second = cross(axis, first)
    x, y, z = (2 * (q[3] * a + b) for a, b in zip(first, second, strict=True))
    return v[0] + x, v[1] + y, v[2] + z


def normal(q: Quaternion) -> Quaternion:
    """Return a quaternion of length 1; not turned for one that has none."""
    length = math.sqrt(sum(part * part for part in q))
    return (
        (q[0] / length, q[1] / length, q[2] / length, q[3] / length) if length > 1e-9 else IDENTITY
    )


def near(q: Quaternion, before: Quaternion) -> Quaternion:
    """Return the same turn by the quaternion that is nearer to the one before."""
    same = sum(a * b for a, b in zip(q, before, strict=True)) >= 0
    return q if same else (-q[0], -q[1], -q[2], -q[3])


def half(q: Quaternion) -> Quaternion:
    """Return half a turn's way, the shorter one."""
    x, y, z, w = near(q, IDENTITY)
    return normal((x, y, z, w + 1.0))


def between(a: Vector, b: Vector) -> Quaternion:
    """Return the shortest turn from one direction to another, both of length 1."""
    cosine = dot(a, b)
    if cosine < -0.999999:
        side = unit(cross(a, X)) or unit(cross(a, Y)) or Z
        return side[0], side[1], side[2], 0.0
    x, y, z = cross(a, b)
    return normal((x, y, z, 1.0 + cosine))


def turn_of(first: Vector, second: Vector, rest: Vector, rest_second: Vector) -> Quaternion | None:
    """Return the turn that brings ``rest`` to ``first``, and its second as near as it goes.

    None where either has no length, or both point the same way.
    """
    now, then = _axes(first, second), _axes(rest, rest_second)
    if now is None or then is None:
        return None
    return product(_quaternion(now), conjugate(_quaternion(then)))


def _axes(first: Vector, second: Vector) -> tuple[Vector, Vector, Vector] | None:
    a = unit(first)
    c = unit(cross(a, second)) if a is not None else None
    return None if a is None or c is None else (a, cross(c, a), c)


def _quaternion(axes: tuple[Vector, Vector, Vector]) -> Quaternion:
    """Return the turn to three axes, by the largest part (Shepperd, 1978)."""
    (xx, yx, zx), (xy, yy, zy), (xz, yz, zz) = axes  # xy: how much of x is in the image of y
    parts = (xx - yy - zz, yy - xx - zz, zz - xx - yy, xx + yy + zz)
    largest = max(range(4), key=parts.__getitem__)
    root = math.sqrt(max(parts[largest] + 1.0, 0.0)) / 2
    scale = 0.25 / root
    if largest == 3:
        return (zy - yz) * scale, (xz - zx) * scale, (yx - xy) * scale, root
    if largest == 0:
        return root, (xy + yx) * scale, (xz + zx) * scale, (zy - yz) * scale
    if largest == 1:
        return (xy + yx) * scale, root, (yz + zy) * scale, (xz - zx) * scale
    return (xz + zx) * scale, (yz + zy) * scale, root, (yx - xy) * scale
