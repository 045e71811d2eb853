"""Landmarks as the inputs of Wekinator."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from engine.core.landmarks import Landmarks
from engine.core.messages import Ns
from engine.core.skeletons import Skeleton
from engine.osc.address import check
from engine.osc.landmarks import chosen, gather
from engine.osc.landmarks_fields import axes_sent
from engine.osc.layout import Dialect, Layout, OscOptions
from engine.osc.stencil import Stencil


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
