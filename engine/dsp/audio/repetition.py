"""How well each tempo explains that music repeats itself: a witness that knows nothing of beats.

Where bands grow louder is compared with where they did a while ago (autocorrelation of spectral
flux; Ellis, "Beat tracking by dynamic programming", 2007). A tempo is as good as the mean over a
beat and all its octaves, as far as they have been heard: of three beats in the time of four, which
a single lag does not tell from it, only some are. So tempi an octave apart are worth the same.
"""

from __future__ import annotations

from collections import deque
from typing import Final

import numpy as np
from numpy.typing import NDArray

SPAN: Final = 6.0
"""Seconds that are looked back on."""
LEAST: Final = 2.0
"""Seconds before which nothing is said."""
GROUPS: Final = 4
"""Groups of bands, each of which counts by how much it moves."""
USED: Final = 0.72
"""The longest lag, as a part of what has been heard: of longer ones too little is compared."""
SHORTEST: Final = 0.175
"""Seconds: the shortest lag that is compared is between this and twice as long."""
_BLUR: Final = np.array([0.25, 0.5, 1.0, 0.5, 0.25])
"""What moves by two frames is still the same stroke."""

Floats = NDArray[np.float64]


class Repetition:
    """Remembers where bands have grown, frame after frame of ``frame`` seconds."""

    def __init__(self, frame: float) -> None:
        self._frame = frame
        self._grown: deque[Floats] = deque(maxlen=round(SPAN / frame))

    def add(self, grown: NDArray[np.float32]) -> None:
        """Take how much each band has grown, float32 (n,)."""
        parts = np.array_split(grown.astype(np.float64), GROUPS)
        self._grown.append(np.array([part.mean() for part in parts]))

    def of(self, periods: Floats) -> Floats:
        """Return how well the music repeats with each period, float64 (n,): -1 to 1.

        ``periods`` in seconds. 0 of all where too little has been heard, or nothing moved.
        """
        count = len(self._grown)
        if count * self._frame < LEAST:
            return np.zeros(len(periods))
        alike, lags = self._alike(), np.arange(count)
        total, times = np.zeros(len(periods)), np.zeros(len(periods))
        shortest = SHORTEST * 2.0 ** (np.log2(periods / SHORTEST) % 1.0) / self._frame
        for octave in range(int(np.log2(count * self._frame / SHORTEST)) + 1):
            lag = shortest * 2.0**octave
            usable = lag < USED * count
            total += usable * np.interp(lag, lags, alike)
            times += usable
        return np.asarray(total / np.maximum(times, 1.0))

    def _alike(self) -> Floats:
        """Return how alike what was heard is to itself so many frames earlier, 1 at 0."""
        grown = np.array(self._grown)
        count = len(grown)
        moved = np.stack([np.convolve(one, _BLUR, "same") for one in (grown - grown.mean(0)).T])
        power = np.abs(np.fft.rfft(moved, 2 * count)) ** 2
        products = np.fft.irfft(power)[:, :count].sum(axis=0)
        if not products[0] > 1e-9:
            return np.zeros(count)
        return np.asarray(products / products[0] / (1.02 - np.arange(count) / count))
