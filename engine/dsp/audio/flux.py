"""Spectral flux, and the peaks in it: onset detection.

Flux is the sum of the positive changes of each frequency since an earlier hop (Dixon, "Onset
detection revisited", DAFx 2006), here of the logarithm of its magnitude, so that a soft note counts
in a loud room. Peaks are picked without look-ahead (Böck, Krebs & Schedl, ISMIR 2012).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.dsp.audio.spectrum import Powers

COMPRESSION: Final = 300.0
FLUX_HOPS: Final = 2
"""Hops: flux is measured against the spectrum of 10 ms ago."""
MEAN_HOPS: Final = 80
"""Hops over which the mean flux is taken: 0.4 s."""
THRESHOLD_FACTOR: Final = 1.8
"""A peak must exceed the mean flux by this factor."""
MAX_RISE_HOPS: Final = 3
"""Hops for which a peak may keep rising before it is reported."""


class Flux:
    """Computes the spectral flux of successive hops."""

    def __init__(self) -> None:
        self._previous: list[Powers] = []

    def step(self, power: Powers) -> float:
        """Return the flux of a hop: the mean gain over all frequencies, 0 or more.

        ``power``: float64, shape (bins,), the mean square in each bin.
        """
        now = np.log1p(COMPRESSION * np.sqrt(power))
        gain = 0.0
        if self._previous and len(self._previous[0]) == len(now):
            gain = float(np.maximum(now - self._previous[0], 0.0).mean())
        self._previous = [*self._previous, now][-FLUX_HOPS:]
        return gain


class Peaks:
    """Picks the hops in which flux stands out from its recent mean."""

    def __init__(self) -> None:
        self._recent: list[float] = []
        self._top: float | None = None
        self._waited = 0

    def step(self, flux: float, above: float) -> float | None:
        """Return the flux of a peak once it has stopped rising, else None.

        ``above`` is the margin over the scaled mean that a peak must exceed.
        """
        mean = float(np.mean(self._recent)) if self._recent else 0.0
        self._recent = [*self._recent, flux][-MEAN_HOPS:]
        if self._top is None:
            if flux > above + THRESHOLD_FACTOR * mean:
                self._top, self._waited = flux, 0
            return None
        self._waited += 1
        if flux > self._top and self._waited < MAX_RISE_HOPS:
            self._top = flux
            return None
        top, self._top = max(self._top, flux), None
        return top
