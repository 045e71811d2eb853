"""The format of FaceOSC (Kyle McDonald, ofxFaceTracker): one face.

``/found i``; while it is 1: ``/pose/position ff`` (pixels), ``/pose/scale f``, ``/pose/orientation
fff`` (radians), ``/gesture/mouth/width`` and ``height``, ``eyebrow/left`` and ``right``,
``eye/left`` and ``right``, ``jaw``, ``nostrils`` f, and ``/raw`` 66 x ff (pixels, y from the top).

Gestures are distances of the same pairs of points as in ``ofxFaceTracker::getGesture``, on a face
that is turned to the front and scaled so that the outer corners of its eyes are 23 units apart,
about as they are in FaceTracker's mean face. Expect the same direction and size, not the same
number. Left and right are those of the picture, as FaceTracker has them.

Angles turn as FaceTracker's do, whose z is away from the camera, and as the receivers expect that
FaceOSC comes with: a face looks down, to the left of the picture, and leans to the right of it,
where they are positive. Level is where the bridge of the nose is over the chin, as in FaceTracker's
mean face; ``face.pitch`` goes by the forehead, and so reads about 4 degrees less far up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.landmarks import Landmarks
from engine.core.messages import Ns
from engine.core.skeletons import FACE_468
from engine.osc.foreign.base import Foreign, in_pixels
from engine.osc.foreign.face_points import SARAGIH_66
from engine.osc.packer import packer

_GESTURES: Final = {
    "mouth/width": (48, 54),
    "mouth/height": (61, 64),
    "eyebrow/left": (38, 20),
    "eyebrow/right": (43, 23),
    "eye/left": (38, 41),
    "eye/right": (43, 46),
    "jaw": (33, 8),
    "nostrils": (31, 35),
}
_EYES: Final = (36, 45)
_EYES_APART: Final = 23.0
"""How far apart the outer corners of the eyes are taken to be in FaceTracker's mean face."""


class FaceOsc(Foreign):
    """One face, below the key of the cable."""

    TOOL = "FaceOSC"
    SKELETONS = (FACE_468,)
    OPTIONS = ("width",)

    def encode(self, message: Landmarks, at: Ns) -> Sequence[bytes]:
        """Return the messages of a face, or that none is found."""
        doubt = "of a face not all 66 points are known: it is not found"
        rows = self._whole(message, "face", at, SARAGIH_66, doubt)
        if rows is None:
            self._here = False
            return self._nobody()
        places = in_pixels(rows, self._options.width, message.aspect)
        axes = _axes(places)
        if axes is None:
            return self._nobody()
        self._here = True
        scale = float(np.linalg.norm(places[_EYES[1]] - places[_EYES[0]])) / _EYES_APART
        middle = places[:, :2].mean(axis=0)
        pieces = [
            self._found(1),
            self._pack("pose/position", *middle),
            self._pack("pose/scale", scale),
            self._pack("pose/orientation", *_turned(axes)),
        ]
        for name, (first, last) in _GESTURES.items():
            length = float(np.linalg.norm(places[last] - places[first])) / scale
            pieces.append(self._pack(f"gesture/{name}", length))
        return [*pieces, self._pack("raw", *places[:, :2].ravel())]

    def example(self) -> Sequence[bytes]:
        """Return the longest message."""
        return [self._pack("raw", *[0.0] * 2 * len(SARAGIH_66))]

    def _nobody(self) -> list[bytes]:
        return [self._found(0)]

    def _found(self, found: int) -> bytes:
        return packer(self._below("found"), "i").pack(found)

    def _pack(self, name: str, *numbers: float) -> bytes:
        return packer(self._below(name), "f" * len(numbers)).pack(*map(float, numbers))


def _axes(places: NDArray[np.floating]) -> NDArray[np.floating] | None:
    """Return where a face's own right of picture, down and front point, as rows; None if flat."""
    across = places[_EYES[1]] - places[_EYES[0]]
    down = places[8] - places[27]
    front = np.cross(across, down)
    lengths = np.linalg.norm(across), np.linalg.norm(front)
    if not all(lengths):
        return None
    across, front = across / lengths[0], front / lengths[1]
    return np.stack([across, np.cross(front, across), front])


def _turned(axes: NDArray[np.floating]) -> tuple[float, float, float]:
    """Return pitch, yaw and roll: how far it looks down, to the left, and leans to the right."""
    front, across = axes[2], axes[0]
    pitch = math.atan2(front[1], front[2])
    yaw = math.atan2(-front[0], math.hypot(front[1], front[2]))
    return pitch, yaw, math.atan2(across[1], across[0])
