"""The formats of PoseOSC and VisionOSC (Lingdong Huang): pixels, y from the top.

PoseOSC ``ARR`` and VisionOSC: ``/poses/arr``, ``/hands/arr``, ``/faces/arr`` = width i, height i,
how many i; of each its score f, and of each point x, y, score f. PoseOSC ``ADDR``: ``/nPoses i``,
``/videoWidth i``, ``/videoHeight i``, ``/poses/0/score f``, ``/poses/0/keypoints/leftWrist/x f``...

A point that is unknown is 0, 0 with a score of 0; ``ADDR`` sends its score alone, and so it does
once for each point of who has left: a receiver that goes by single addresses holds the last.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Ns
from engine.core.skeletons import COCO_17, FACE_468, HAND_21, Skeleton
from engine.osc.bundle import LIMIT, longest
from engine.osc.foreign.base import Foreign, check_own, height_of, score
from engine.osc.foreign.face_points import VISION_76
from engine.osc.layout import Dialect, OscOptions
from engine.osc.packer import packer
from engine.osc.stencil import Stencil


class PoseOsc(Foreign):
    """``/poses/arr`` of PoseOSC. As many people as fit into one packet: five."""

    TOOL = "PoseOSC"
    POINTS = COCO_17.points
    OPTIONS = ("width",)

    _aspect: float = 16 / 9
    """Of the picture that was told of last."""

    def __init__(
        self, address: str, options: OscOptions, dialect: Dialect, skeleton: Skeleton
    ) -> None:
        super().__init__(address, options, dialect, skeleton)
        self._order = self._places()
        self._stencils: list[Stencil] = []
        while True:
            tags = "iii" + "f" * (1 + 3 * len(self._order)) * len(self._stencils)
            stencil = Stencil([(address, tags)])
            if longest(stencil.pieces()[0]) > LIMIT:
                break
            self._stencils.append(stencil)

    def encode(self, message: Landmarks, at: Ns) -> Sequence[bytes]:
        """Return the one message that holds everyone."""
        self._here, self._aspect = bool(message.seen), message.aspect
        return self._write(self._some(message, len(self._stencils) - 1))

    def example(self) -> Sequence[bytes]:
        """Return the longest message."""
        return self._stencils[-1].pieces()

    def _places(self) -> list[int]:
        """Return the rows of the points in the order of the tool; -1 for one that has none."""
        return [self._skeleton.index[name] for name in COCO_17.points]

    def _nobody(self) -> list[bytes]:
        return self._write(())

    def _write(self, seen: tuple[Instance, ...]) -> list[bytes]:
        height = height_of(self._options.width, self._aspect)
        stencil = self._stencils[len(seen)]
        stencil.ints[stencil.places[:3]] = (self._options.width, height, len(seen))
        if seen:
            stencil.floats[stencil.places[3:]] = np.concatenate([self._of(e, height) for e in seen])
        return stencil.pieces()

    def _of(self, one: Instance, height: int) -> NDArray[np.float64]:
        rows = np.vstack([self._rows(one), np.zeros((1, len(self._skeleton.axes)), np.float32)])
        x, y, sure = rows[self._order][:, (0, 1, -1)].T
        known = sure > 0
        pixels = np.stack([x * self._options.width, np.where(known, (1 - y) * height, 0), sure])
        return np.concatenate([[sure[[p >= 0 for p in self._order]].mean()], pixels.T.ravel()])


class VisionOsc(PoseOsc):
    """The same of a body, of hands, or of faces, as its skeleton is; one face fits into a packet.

    Of the 76 points that VisionOSC has for a face it fills 65 itself; two of these, the pupils,
    the mesh of 468 points does not have.
    """

    TOOL = "VisionOSC"
    ADDRESSES = ("/poses/arr", "/hands/arr", "/faces/arr")
    SKELETONS = (HAND_21, FACE_468)

    def __init__(
        self, address: str, options: OscOptions, dialect: Dialect, skeleton: Skeleton
    ) -> None:
        super().__init__(address, options, dialect, skeleton)
        own = {HAND_21: "/hands/arr", FACE_468: "/faces/arr"}.get(skeleton, "/poses/arr")
        check_own(self.TOOL, address, (own,))

    def _places(self) -> list[int]:
        if self._skeleton is HAND_21:
            return [*range(len(HAND_21.points))]
        return [*VISION_76] if self._skeleton is FACE_468 else super()._places()


class PoseOscAddresses(Foreign):
    """PoseOSC's ``ADDR``: a message for each number, below the key of the cable."""

    TOOL = "PoseOSC"
    POINTS = COCO_17.points
    OPTIONS = ("width",)

    _count: int = 0
    """How many were sent last."""

    def encode(self, message: Landmarks, at: Ns) -> Sequence[bytes]:
        """Return the messages of everyone, the first of whom is 0."""
        self._here = bool(message.seen)
        before, self._count = self._count, message.count
        width = self._options.width
        height = height_of(width, message.aspect)
        pieces = self._counts(message.count, width, height)
        for index, one in enumerate(message.seen):
            rows = self._rows(one)
            pieces.append(packer(self._below(f"poses/{index}/score"), "f").pack(score(rows)))
            for name in COCO_17.points:
                numbers = rows[self._skeleton.index[name]].tolist()
                at_point = self._below(f"poses/{index}/keypoints/{_camel(name)}")
                if numbers[-1] > 0:
                    pieces.append(packer(f"{at_point}/x", "f").pack(numbers[0] * width))
                    pieces.append(packer(f"{at_point}/y", "f").pack((1 - numbers[1]) * height))
                pieces.append(packer(f"{at_point}/score", "f").pack(numbers[-1]))
        return pieces + self._gone(range(self._count, before))

    def example(self) -> Sequence[bytes]:
        """Return the messages of nobody; none is long."""
        return self._counts(0, 1, 1)

    def _nobody(self) -> list[bytes]:
        before, self._count = self._count, 0
        return [packer(self._below("nPoses"), "i").pack(0), *self._gone(range(before))]

    def _gone(self, indices: range) -> list[bytes]:
        names = ["score", *(f"keypoints/{_camel(name)}/score" for name in COCO_17.points)]
        return [
            packer(self._below(f"poses/{index}/{name}"), "f").pack(0.0)
            for index in indices
            for name in names
        ]

    def _counts(self, count: int, width: int, height: int) -> list[bytes]:
        said = {"nPoses": count, "videoWidth": width, "videoHeight": height}
        return [packer(self._below(name), "i").pack(number) for name, number in said.items()]


def _camel(name: str) -> str:
    """Return a name as PoseOSC writes it: "left_wrist" is "leftWrist"."""
    first, *more = name.split("_")
    return first + "".join(word.capitalize() for word in more)
