"""How somebody looks, as long as they are followed: only in memory, and never told.

It is what does not change while somebody is hidden. Whoever finds people gives it, as numbers that
together are 1 long, and whose distance says how unlike two are (``engine.dsp.image.clothes``).
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np

from engine.dsp.landmarks.similarity import Floats

LEARNING: Final = 0.1
"""The part of each sight that goes into what is known."""
USUAL: Final = 0.01
"""Squared distance of two sights of one body, until it is known better."""
FREEDOM: Final = 4.0
"""Of Student's t: what is half hidden is unlike everybody, and still less unlike itself."""
BARELY: Final = 3
"""Sights after which they say something."""


class LastingLooks:
    """The mean of the sights of one body, and how far they lie from it."""

    def __init__(self) -> None:
        self._mean: Floats | None = None
        self._spread = USUAL
        self._sights = 0

    @property
    def known(self) -> bool:
        """Whether it was seen often enough to say something."""
        return self._sights >= BARELY

    def learn(self, looks: Floats) -> None:
        """Take in one sight (d,); what is NaN in it is not seen."""
        if self._mean is None or self._mean.shape != looks.shape:
            self._mean, self._spread, self._sights = looks.copy(), USUAL, 1
            return
        away = float(self._away(looks))
        if not math.isnan(away):
            self._spread += (min(away, 4 * self._spread) - self._spread) * LEARNING
            self._spread = max(self._spread, USUAL / 2)
        part = max(LEARNING, 1 / (self._sights + 1))
        moved = self._mean + (looks - self._mean) * part
        known = np.where(np.isnan(looks), self._mean, moved)
        self._mean = np.where(np.isnan(self._mean), looks, known)
        self._sights += 1

    def unlike(self, looks: Floats) -> Floats:
        """Return how unlikely sights (..., d) are, (...) in nats; NaN where nothing is known."""
        if not self.known:
            return np.full(looks.shape[:-1], np.nan)
        nats: Floats = 0.5 * (FREEDOM + 1) * np.log1p(self._away(looks) / self._spread / FREEDOM)
        return nats

    def differs(self, other: LastingLooks) -> float:
        """Return how unlike two who are known look, in nats; NaN where nothing is known."""
        if self._mean is None or other._mean is None or not other.known:
            return math.nan
        return min(float(self.unlike(other._mean)), float(other.unlike(self._mean)))

    def _away(self, looks: Floats) -> Floats:
        """Return the squared distances (...) of sights to the mean, by what is known of both.

        NaN where nothing is.
        """
        if self._mean is None or self._mean.shape != looks.shape[-1:]:
            return np.full(looks.shape[:-1], np.nan)
        squares = (looks - self._mean) ** 2
        known = np.isfinite(squares)
        share = known.sum(axis=-1) / max(len(self._mean), 1)
        total = np.where(known, squares, 0.0).sum(axis=-1)
        away: Floats = total / np.where(share > 0, share, np.nan)
        return away
