"""Landmarks in the formats of PoseOSC (and VisionOSC) and of Wekinator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from engine.core.errors import ParameterError
from engine.core.landmarks import Landmarks, Pose
from engine.core.messages import Ns
from engine.core.skeletons import COCO_17, Skeleton
from engine.osc.address import check
from engine.osc.bundle import LIMIT, longest
from engine.osc.landmarks import chosen, gather, numbers
from engine.osc.landmarks_fields import axes_sent
from engine.osc.layout import Dialect, Layout, OscOptions
from engine.osc.stencil import Stencil

_NUMBERS: Final = 1 + numbers(COCO_17)


class PoseOsc(Layout):
    """PoseOSC's ``/poses/arr``: width, height, how many; of each its score and 17 x (x, y, score).

    In pixels, y from the top: ``width`` is an option, the height follows from the picture. As many
    people as fit into one datagram, which are five under that address.
    """

    def __init__(
        self, address: str, options: OscOptions, dialect: Dialect, skeleton: Skeleton
    ) -> None:
        if skeleton is not COCO_17:
            raise ParameterError("PoseOSC's layout takes poses of 17 joints alone")
        options.only("PoseOSC's layout", "layout", "width")
        check(address, ())
        self._width = options.width
        self._stencils: list[Stencil] = []
        while True:
            tags = "iii" + "f" * _NUMBERS * len(self._stencils)
            stencil = Stencil([(address, tags)])
            if longest(stencil.pieces()[0]) > LIMIT:
                break
            self._stencils.append(stencil)

    def encode(self, message: Landmarks, at: Ns) -> Sequence[bytes]:
        """Return the one message that holds everyone."""
        people = message.seen[: len(self._stencils) - 1]
        height = round(self._width / message.aspect)
        stencil = self._stencils[len(people)]
        stencil.ints[stencil.places[:3]] = (self._width, height, len(people))
        if people:
            joints = gather(COCO_17, people).reshape(len(people), len(COCO_17.points), 3)
            pixels = joints * (self._width, -height, 1) + (0, height, 0)
            scores = joints[:, :, 2].mean(axis=1, keepdims=True)
            table = np.hstack((scores, pixels.reshape(len(people), -1)))
            stencil.floats[stencil.places[3:]] = table.reshape(-1)
        return stencil.pieces()

    def end(self) -> Sequence[bytes]:
        """Return the message that says that nobody is here any more."""
        return self.encode(Pose((), 16 / 9), Ns(0))

    def example(self) -> Sequence[bytes]:
        """Return the message of nobody; longer ones are never made."""
        return self._stencils[0].pieces()


class Wekinator(Layout):
    """Wekinator's inputs: a fixed number of floats, x and y (and z) of each point of each one.

    Unknown points and absent people keep their values, since a model that was trained on a number
    of inputs takes no other number. Nothing is sent while nobody is there.
    """

    def __init__(
        self, address: str, options: OscOptions, dialect: Dialect, skeleton: Skeleton
    ) -> None:
        options.only("Wekinator's layout", "layout", "joints", "confidence", "people")
        check(address, ())
        self._skeleton = skeleton
        self._rows = list(chosen(skeleton, options).values())
        shape = (options.people, len(self._rows), len(axes_sent(skeleton, options)))
        self._stencil = Stencil([(address, "f" * int(np.prod(shape)))])
        self._places = self._stencil.places.reshape(shape)

    def encode(self, message: Landmarks, at: Ns) -> Sequence[bytes]:
        """Return the one message that holds every input."""
        people = [person for person in message.seen if person.slot <= len(self._places)]
        for person in people:
            joints = gather(self._skeleton, (person,))
            joints = joints.reshape(-1, len(self._skeleton.axes))[self._rows]
            known = joints[:, -1] > 0
            places = self._places[person.slot - 1][known]
            self._stencil.floats[places] = joints[known, : places.shape[1]]
        return self._stencil.pieces() if people else ()

    def example(self) -> Sequence[bytes]:
        """Return the message; its length is fixed."""
        return self._stencil.pieces()
