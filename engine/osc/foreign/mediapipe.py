"""The formats of cansik/mediapipe-osc: parts of the picture, y from the top, z smaller is nearer.

``/mediapipe/pose`` 1 i, 33 x (x, y, z, visibility f); ``/mediapipe/hands`` how many i, of each 21 x
(x, y, z, visibility f); ``/mediapipe/faces`` how many i, of each x, y, width, height, score f.
Where nobody is seen it is 0 i alone. A point that is unknown is all 0, its visibility too.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Ns
from engine.core.skeletons import BLAZEPOSE_33, COCO_17, FACE_468, HAND_21, Skeleton
from engine.osc.bundle import LIMIT, longest
from engine.osc.foreign.base import Foreign, check_own, score
from engine.osc.layout import Dialect, OscOptions
from engine.osc.packer import packer

_ADDRESS = {
    COCO_17: "/mediapipe/pose",
    BLAZEPOSE_33: "/mediapipe/pose",
    HAND_21: "/mediapipe/hands",
    FACE_468: "/mediapipe/faces",
}


class MediaPipe(Foreign):
    """One person, all hands that fit into a packet (three), or the boxes of faces.

    Of a body of 17 joints the 16 other points stay unknown, and there is no z.
    """

    TOOL = "mediapipe-osc"
    ADDRESSES = ("/mediapipe/pose", "/mediapipe/hands", "/mediapipe/faces")
    SKELETONS = (COCO_17, BLAZEPOSE_33, HAND_21, FACE_468)

    def __init__(
        self, address: str, options: OscOptions, dialect: Dialect, skeleton: Skeleton
    ) -> None:
        super().__init__(address, options, dialect, skeleton)
        check_own(self.TOOL, address, (_ADDRESS[skeleton],))
        self._body = address == "/mediapipe/pose"
        self._each = 5 if skeleton is FACE_468 else 4 * (33 if self._body else 21)
        self._most = 1
        while not self._body and longest(self._blank(self._most + 1)) <= LIMIT:
            self._most += 1

    def encode(self, message: Landmarks, at: Ns) -> Sequence[bytes]:
        """Return the one message that holds everyone."""
        seen: Sequence[Instance]
        if self._body:
            first = self._one(message, "body", at)
            seen = [first] if first else []
        else:
            seen = self._some(message, self._most)
        self._here = bool(seen)
        numbers = [number for one in seen for number in self._of(one).ravel().tolist()]
        tags = "i" + "f" * len(numbers)
        return [packer(self._address, tags).pack(len(seen), *numbers)]

    def example(self) -> Sequence[bytes]:
        """Return the longest message."""
        return [self._blank(self._most)]

    def _nobody(self) -> list[bytes]:
        return [self._blank(0)]

    def _blank(self, count: int) -> bytes:
        numbers = [0.0] * (count * self._each)
        return packer(self._address, "i" + "f" * len(numbers)).pack(count, *numbers)

    def _of(self, one: Instance) -> NDArray[np.float32]:
        rows = self._rows(one)
        known = rows[:, -1:] > 0
        rows[:, 1] = np.where(known[:, 0], 1 - rows[:, 1], 0)
        if self._skeleton is FACE_468:
            places = rows[known[:, 0], :2]
            if not len(places):
                return np.zeros(5, np.float32)
            first, last = places.min(axis=0), places.max(axis=0)
            return np.array([*first, *(last - first), score(rows)], np.float32)
        if self._skeleton is COCO_17:
            rows = np.insert(rows, 2, 0, axis=1)
            every = np.zeros((len(BLAZEPOSE_33.points), 4), np.float32)
            every[[BLAZEPOSE_33.index[name] for name in COCO_17.points]] = rows
            return every
        rows[:, 2] = -rows[:, 2]
        return rows
