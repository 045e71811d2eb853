"""Where to look for a body that stands upright in its square, as BlazePose wants it.

The squares are those of MediaPipe (Bazarevsky et al., "BlazePose", 2020): around the middle of the
hips, turned by how far the body leans, and a quarter larger than the circle around all of it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import JOINTS
from engine.dsp.image.turned import TurnedSquare, upright

Floats = NDArray[np.float32]

SURE: Final = 0.2
"""A joint that is less sure than this says nothing of where a body is."""
_SCALE: Final = 1.25
_CROWN: Final = 1.15
"""What of a body lies beyond its furthest joint: the top of the head, the feet."""
_TRUNKS: Final = 2.4
"""Radius of a standing body in trunks, where legs are not seen."""
_SHOULDERS = [JOINTS.index("left_shoulder"), JOINTS.index("right_shoulder")]
_HIPS = [JOINTS.index("left_hip"), JOINTS.index("right_hip")]


def from_joints(points: Floats, sure: Floats, mirrored: bool) -> TurnedSquare | None:
    """Return where a body is, of its 17 joints in pixels (17, 2); None without a trunk.

    ``sure`` (17,) are their confidences.
    """
    if min(sure[_SHOULDERS + _HIPS]) < SURE:
        return None
    hips, shoulders = points[_HIPS].mean(axis=0), points[_SHOULDERS].mean(axis=0)
    trunk = float(np.hypot(*(shoulders - hips)))
    apart = np.hypot(*(points[sure >= SURE] - hips).T)
    radius = max(float(apart.max()) * _CROWN, 0.75 * _TRUNKS * trunk)
    x, y = hips.tolist()
    return TurnedSquare(x, y, 2 * radius * _SCALE, upright(hips, shoulders), mirrored)


def from_circle(middle: Floats, rim: Floats, mirrored: bool) -> TurnedSquare:
    """Return where a body is next, of the two points that the network adds: hips, and the rim."""
    radius = float(np.hypot(*(rim - middle)))
    x, y = middle.tolist()
    return TurnedSquare(x, y, 2 * radius * _SCALE, upright(middle, rim), mirrored)


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
