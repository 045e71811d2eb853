"""Notices a camera that gives the very same picture again and again, as some do when they hang.

A sensor never gives the same numbers twice, but a still, a test card or a virtual camera may: so
this is only told, and a camera of this machine is opened again for it once, until it moves.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.core.clock import SECOND
from engine.core.messages import Ns
from engine.dsp.image.picture import Picture

LATE: Final = 3 * SECOND
LOST: Final = 6 * SECOND
POINTS: Final = 64
"""How many points are compared across and down: all of them would take as long as the rest."""


class FreezeDetector:
    """Compares the pictures of one camera."""

    def __init__(self) -> None:
        self._last: Picture | None = None
        self._since: Ns | None = None
        self._told = False
        self._tried = False

    def begin(self) -> None:
        """Count from the next picture on: the camera was opened again."""
        self._since = None
        self._told = False

    def look(self, image: Picture, at: Ns, far: bool) -> str:
        """Say what one more picture means: "" for nothing, "late", "lost", or "running" again."""
        points = image[:: _step(image.shape[0]), :: _step(image.shape[1])]
        if self._last is None or not np.array_equal(points, self._last):
            self._last, self._since, self._tried = points.copy(), at, False
            told, self._told = self._told, False
            return "running" if told else ""
        if self._since is None:
            self._since = at
        if not self._told and at - self._since >= LATE:
            self._told = True
            return "late"
        if not (far or self._tried) and at - self._since >= LOST:
            self._tried = True
            return "lost"
        return ""


def _step(size: int) -> int:
    return max(1, size // POINTS)
