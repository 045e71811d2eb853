"""Poses as other tools expect them: PoseOSC (and VisionOSC), and Wekinator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from engine.core.messages import JOINTS, Ns, Pose
from engine.osc.address import check
from engine.osc.bundle import LIMIT, longest
from engine.osc.crowd import gather
from engine.osc.layout import Dialect, Layout, OscOptions
from engine.osc.pose_fields import chosen
from engine.osc.stencil import Stencil

_NUMBERS: Final = 1 + 3 * len(JOINTS)


class PoseOsc(Layout):
    """PoseOSC's ``/poses/arr``: width, height, how many; of each its score and 17 x (x, y, score).

    In pixels, y counted from the top: ``width`` is asked for, the height follows from the picture.
    As many people as one datagram carries, which is five under that address.
    """

    def __init__(self, address: str, options: OscOptions, dialect: Dialect) -> None:
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

    def encode(self, message: Pose, at: Ns) -> Sequence[bytes]:
        """Give the one message that holds everybody."""
        people = message.people[: len(self._stencils) - 1]
        height = round(self._width / message.aspect)
        stencil = self._stencils[len(people)]
        stencil.ints[stencil.places[:3]] = (self._width, height, len(people))
        if people:
            joints = gather(people).reshape(len(people), len(JOINTS), 3)
            pixels = joints * (self._width, -height, 1) + (0, height, 0)
            scores = joints[:, :, 2].mean(axis=1, keepdims=True)
            table = np.hstack((scores, pixels.reshape(len(people), -1)))
            stencil.floats[stencil.places[3:]] = table.reshape(-1)
        return stencil.pieces()

    def end(self) -> Sequence[bytes]:
        """Say that nobody is here any more."""
        return self.encode(Pose((), 16 / 9), Ns(0))

    def example(self) -> Sequence[bytes]:
        """Give the message of nobody: longer ones are never made."""
        return self._stencils[0].pieces()


class Wekinator(Layout):
    """Wekinator's inputs: always as many floats, x and y of each joint of each person.

    What is not known keeps its value, and so does somebody who is not there, for a model that was
    trained on a number of inputs takes no other number. Nothing is sent while nobody is there.
    """

    def __init__(self, address: str, options: OscOptions, dialect: Dialect) -> None:
        options.only("Wekinator's layout", "layout", "joints", "confidence", "people")
        check(address, ())
        self._rows = list(chosen(options).values())
        axes = 3 if options.confidence else 2
        shape = (options.people, len(self._rows), axes)
        self._stencil = Stencil([(address, "f" * int(np.prod(shape)))])
        self._places = self._stencil.places.reshape(shape)

    def encode(self, message: Pose, at: Ns) -> Sequence[bytes]:
        """Give the one message that holds every input."""
        people = [person for person in message.people if person.slot <= len(self._places)]
        for person in people:
            joints = gather((person,)).reshape(-1, 3)[self._rows]
            known = joints[:, 2] > 0
            places = self._places[person.slot - 1][known]
            self._stencil.floats[places] = joints[known, : places.shape[1]]
        return self._stencil.pieces() if people else ()

    def example(self) -> Sequence[bytes]:
        """Give the message, which is always as long."""
        return self._stencil.pieces()
