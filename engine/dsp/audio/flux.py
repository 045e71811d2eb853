"""How much a sound becomes more: the spectral flux, and the moments at which it peaks.

Flux is the sum of what each frequency gained since the moment before (Dixon, "Onset detection
revisited", DAFx 2006), here of the logarithm of its strength, so that a soft note counts in a loud
room. Peaks are picked without looking ahead (Böck, Krebs & Schedl, ISMIR 2012).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.dsp.audio.spectrum import Powers

COMPRESSION: Final = 300.0
BACK: Final = 2
"""Hops: what is now is held against what was 10 ms ago."""
MEMORY: Final = 80
"""Hops of which the usual flux is known: 0.4 s."""
TIMES: Final = 1.8
"""How many times the usual flux a peak must have."""
PATIENCE: Final = 3
"""Hops in which a peak may still rise."""


class Flux:
    """Follows the strength of every frequency from hop to hop."""

    def __init__(self) -> None:
        self._before: list[Powers] = []

    def step(self, power: Powers) -> float:
        """Take the powers of a hop; gives the mean gain of all frequencies, 0 or more."""
        now = np.log1p(COMPRESSION * np.sqrt(power))
        gained = 0.0
        if self._before and len(self._before[0]) == len(now):
            gained = float(np.maximum(now - self._before[0], 0.0).mean())
        self._before = [*self._before, now][-BACK:]
        return gained


class Peaks:
    """Finds the moments at which flux stands out from what was usual."""

    def __init__(self) -> None:
        self._usual: list[float] = []
        self._top: float | None = None
        self._waited = 0

    def step(self, flux: float, above: float) -> float | None:
        """Take the flux of a hop; gives that of a peak once it no longer rises.

        ``above`` is how far it must stand out.
        """
        usual = float(np.mean(self._usual)) if self._usual else 0.0
        self._usual = [*self._usual, flux][-MEMORY:]
        if self._top is None:
            if flux > above + TIMES * usual:
                self._top, self._waited = flux, 0
            return None
        self._waited += 1
        if flux > self._top and self._waited < PATIENCE:
            self._top = flux
            return None
        top, self._top = max(self._top, flux), None
        return top
