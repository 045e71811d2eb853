"""Where to look for a body that stands upright in its square, as BlazePose wants it.

The squares are those of MediaPipe (Bazarevsky et al., "BlazePose", 2020): around the middle of the
hips, turned by how far the body leans, and a quarter larger than the circle around all of it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import JOINTS
from engine.dsp.image.turned import TurnedSquare, upright

Floats = NDArray[np.float32]

SURE: Final = 0.2
"""A joint that is less sure than this says nothing of where a body is."""
TRUNK: Final = 0.3
"""How sure all four corners of a trunk must be: of legs alone MoveNet makes up some, less sure."""
SMALL: Final = 0.3
"""Who is smaller than this part of the shorter side is looked at more closely."""
PART: Final = 2.5
"""Side of a part of a picture, in lengths of the longest body in it."""
LEAST_PART: Final = 192.0
"""Pixels; a smaller part would show no more."""
MOST_PARTS: Final = 3
"""Who is in another part is missed meanwhile."""
_SCALE: Final = 1.25
_CROWN: Final = 1.15
"""What of a body lies beyond its furthest joint: the top of the head, the feet."""
_TRUNKS: Final = 2.4
"""Radius of a standing body in trunks, where legs are not seen."""
_SHOULDERS = [JOINTS.index("left_shoulder"), JOINTS.index("right_shoulder")]
_HIPS = [JOINTS.index("left_hip"), JOINTS.index("right_hip")]
_KNEES = [JOINTS.index("left_knee"), JOINTS.index("right_knee")]
_ABOVE = [JOINTS.index("nose"), *_SHOULDERS]


def from_joints(points: Floats, sure: Floats, mirrored: bool) -> TurnedSquare | None:
    """Return where a body is, of its 17 joints in pixels (17, 2); None without a trunk.

    ``sure`` (17,) are their confidences.
    """
    if min(sure[_SHOULDERS + _HIPS]) < TRUNK:
        return None
    hips, shoulders = points[_HIPS].mean(axis=0), points[_SHOULDERS].mean(axis=0)
    trunk = float(np.hypot(*(shoulders - hips)))
    apart = np.hypot(*(points[sure >= SURE] - hips).T)
    radius = max(float(apart.max()) * _CROWN, 0.75 * _TRUNKS * trunk)
    x, y = hips.tolist()
    return TurnedSquare(x, y, 2 * radius * _SCALE, upright(hips, shoulders), mirrored)


def has_legs_alone(sure: Floats) -> bool:
    """Whether of a body, ``sure`` (17,) in the order of JOINTS, knees are seen and no shoulders."""
    return bool(sure[_ABOVE].max() < SURE and sure[_KNEES].min() >= SURE)


def from_circle(middle: Floats, rim: Floats, mirrored: bool) -> TurnedSquare:
    """Return where a body is next, of the two points that the network adds: hips, and the rim."""
    radius = float(np.hypot(*(rim - middle)))
    x, y = middle.tolist()
    return TurnedSquare(x, y, 2 * radius * _SCALE, upright(middle, rim), mirrored)


def around(bodies: Sequence[Floats], width: int, height: int) -> list[tuple[int, int, int, int]]:
    """Return parts of a picture that hold some bodies, each its sure joints in pixels (n, 2).

    All of it where one is large or the parts would be many; none of nobody. Those who are near each
    other are in one part.
    """
    known = [body for body in bodies if len(body)]
    if not known:
        return []
    whole = [(0, 0, width, height)]
    tallest = max(float(np.ptp(body, axis=0).max()) for body in known)
    side = max(PART * tallest, LEAST_PART)
    if tallest > SMALL * min(width, height) or side > 0.75 * max(width, height):
        return whole
    parts: list[tuple[int, int, int, int]] = []
    waiting = sorted(known, key=lambda body: float(body[:, 0].mean()))
    while waiting:
        first = waiting[0].min(axis=0)
        group = [
            body
            for body in waiting
            if (body.max(axis=0) - first <= side - tallest).all()
            and (body.min(axis=0) - first >= tallest - side).all()
        ] or waiting[:1]
        waiting = [body for body in waiting if not any(body is one for one in group)]
        middle = (np.vstack(group).min(axis=0) + np.vstack(group).max(axis=0)) / 2
        left, top = (middle - side / 2).round().astype(int).tolist()
        left = min(max(left, 0), max(width - round(side), 0))
        top = min(max(top, 0), max(height - round(side), 0))
        parts.append((left, top, min(left + round(side), width), min(top + round(side), height)))
    return parts if len(parts) <= MOST_PARTS else whole


def tiles(width: int, height: int) -> list[tuple[int, int, int, int]]:
    """Return parts of a picture, (left, top, right, bottom): all of it, then squares that overlap.

    Somebody who is small in the whole is larger in a part.
    """
    whole = (0, 0, width, height)
    short, longer = min(width, height), max(width, height)
    if short < 64 or longer < 1.2 * short:
        return [whole]
    starts = np.linspace(0, longer - short, 3 if longer > 1.4 * short else 2).round().astype(int)
    if width > height:
        return [whole, *((int(at), 0, int(at) + short, short) for at in starts)]
    return [whole, *((0, int(at), short, int(at) + short) for at in starts)]
