"""Detects a camera that gives the very same picture again and again, as some do when they hang.

A sensor never gives the same numbers twice, but a still, a test card or a virtual camera may: so
this is only reported, and a camera of this machine is reopened for it once, until it moves.
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
"""How many points are compared across and down: all would take as long as the rest."""


class FreezeDetector:
    """Compares the pictures of one camera."""

    def __init__(self) -> None:
        self._last: Picture | None = None
        self._since: Ns | None = None
        self._reported = False
        self._reopened = False

    def restart(self) -> None:
        """Count from the next picture on: the camera was reopened."""
        self._since = None
        self._reported = False

    def check(self, image: Picture, at: Ns, remote: bool) -> str:
        """Return what one more picture means: "" for nothing, "late", "lost", or "running" again.

        ``image`` is uint8 of shape (height, width, 3).
        """
        points = image[:: _step(image.shape[0]), :: _step(image.shape[1])]
        if self._last is None or not np.array_equal(points, self._last):
            self._last, self._since, self._reopened = points.copy(), at, False
            was_reported, self._reported = self._reported, False
            return "running" if was_reported else ""
        if self._since is None:
            self._since = at
        if not self._reported and at - self._since >= LATE:
            self._reported = True
            return "late"
        if not (remote or self._reopened) and at - self._since >= LOST:
            self._reopened = True
            return "lost"
        return ""


def _step(size: int) -> int:
    return max(1, size // POINTS)
