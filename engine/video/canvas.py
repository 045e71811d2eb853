"""Memory for the pictures that a box makes, which the processes of other boxes can read."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Frame
from engine.system.frame_pool import FrameStore

Picture = NDArray[np.uint8]
"""Blue-green-red, shape (h, w, 3)."""


class Canvas:
    """What one box draws its pictures on: each is made in its place, and none is copied to leave.

    ``copies`` counts those that were copied to be drawn into, or to lie in one piece.
    """

    def __init__(self) -> None:
        self._store = FrameStore()
        self.copies = 0

    def take(self, shape: tuple[int, ...]) -> Picture:
        """Return memory for a picture of a shape, (h, w, 3), with whatever was there before."""
        memory = self._store.take(shape)
        return np.empty(shape, np.uint8) if memory is None else memory

    def copy(self, image: Picture) -> Picture:
        """Return a picture that may be drawn into."""
        made = self.take(image.shape)
        np.copyto(made, image)
        self.copies += 1
        return made


def finished(frame: Frame, image: Picture) -> Frame:
    """Return the frame of a picture that was made from that of another; nobody writes into it."""
    image.flags.writeable = False
    return replace(frame, image=image)
