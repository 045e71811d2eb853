"""Counts the beats of a metronome, and those that are not where they belong: a gap in the sound.

Why by the sound itself: what a driver says of gaps is a guess. It tells that it came too late, not
whether a sample was lost by that, and not what was lost behind it.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

_LOUD: Final = 0.01
"""The least amplitude of a beat, of full scale; between beats a metronome is silent."""
_PAUSE: Final = 0.2
"""The least part of the time from beat to beat that is silent."""


class Beats:
    """Counts beats that are ``apart`` samples from one to the next.

    ``heard`` counts them; ``displaced``, those that are not that far from the one before. One
    sample that is lost, or comes twice, brings the beat after it forward, or back.
    """

    def __init__(self, apart: int) -> None:
        self.heard = self.displaced = 0
        self._apart = apart
        self._at = 0
        self._sounded: int | None = None
        """The last sample that was loud, of all that came."""
        self._began: int | None = None
        """The first sample of the last beat."""

    def add(self, samples: NDArray[np.float32]) -> None:
        """Add the next samples, float32 of shape (n,)."""
        loud = self._at + np.flatnonzero(np.abs(samples) > _LOUD)
        self._at += len(samples)
        if not len(loud):
            return
        # What was loud at first may be the middle of a beat.
        before = loud[0] if self._sounded is None else self._sounded
        for began in loud[np.diff(loud, prepend=before) > _PAUSE * self._apart].tolist():
            self._begin(began)
        self._sounded = int(loud[-1])

    def _begin(self, at: int) -> None:
        self.heard += 1
        self.displaced += self._began is not None and at - self._began != self._apart
        self._began = at
