"""The format of HandPose-OSC, which sends what TensorFlow.js' handpose finds: one hand, in pixels.

``/handInViewConfidence f``, ``/topLeft fff``, ``/bottomRight fff``, ``/landmarks`` 21 x fff, and
``/annotations/thumb``, ``indexFinger``, ``middleFinger``, ``ringFinger``, ``pinky`` 4 x fff,
``palmBase`` fff. y is from the top, z smaller is nearer.

It has no way to say that a point is unknown, so a hand is sent whole or not at all: one of which a
point is not known has a confidence of 0, as where none is seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from engine.core.landmarks import Landmarks
from engine.core.messages import Ns
from engine.core.skeletons import HAND_21
from engine.osc.foreign.base import Foreign, in_pixels, score
from engine.osc.packer import packer

_PARTS: Final = {
    "thumb": range(1, 5),
    "indexFinger": range(5, 9),
    "middleFinger": range(9, 13),
    "ringFinger": range(13, 17),
    "pinky": range(17, 21),
    "palmBase": range(1),
}


class HandPose(Foreign):
    """One hand, below the key of the cable."""

    TOOL = "HandPose-OSC"
    SKELETONS = (HAND_21,)
    OPTIONS = ("width",)

    def encode(self, message: Landmarks, at: Ns) -> Sequence[bytes]:
        """Return the messages of a hand."""
        doubt = "of a hand not all points are known, and it is sent whole or not"
        rows = self._whole(message, "hand", at, range(len(HAND_21.points)), doubt)
        self._here = rows is not None
        if rows is None:
            return self._nobody()
        places = in_pixels(rows, self._options.width, message.aspect) * (1, 1, -1)
        said = {
            "topLeft": [*places[:, :2].min(axis=0).tolist(), 0.0],
            "bottomRight": [*places[:, :2].max(axis=0).tolist(), 0.0],
            "landmarks": places.ravel().tolist(),
        }
        said |= {
            f"annotations/{name}": places[part].ravel().tolist() for name, part in _PARTS.items()
        }
        pieces = [packer(self._below(name), "f" * len(n)).pack(*n) for name, n in said.items()]
        return [self._confidence(score(rows)), *pieces]

    def example(self) -> Sequence[bytes]:
        """Return the longest message."""
        return [packer(self._below("landmarks"), "f" * 63).pack(*[0.0] * 63)]

    def _nobody(self) -> list[bytes]:
        return [self._confidence(0.0)]

    def _confidence(self, sure: float) -> bytes:
        return packer(self._below("handInViewConfidence"), "f").pack(sure)
