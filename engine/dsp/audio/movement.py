"""How much the colour of a sound moves: a drone or a hum stands still, speech never does."""

from __future__ import annotations

from collections import deque
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.dsp.audio.hops import Samples
from engine.dsp.audio.rfft import rfft

BANDS: Final = 12
LOWEST: Final = 90.0
HIGHEST: Final = 7900.0
"""Hz of the bands."""
_FLOOR: Final = 1e-9
"""Power of a band, full scale being about 1, below which nothing is told apart."""


class Movement:
    """Keeps the levels of the bands over the last ``steps`` windows, all of one length."""

    def __init__(self, steps: int) -> None:
        self._levels: deque[NDArray[np.float64]] = deque(maxlen=steps)

    def step(self, samples: Samples, rate: int) -> float | None:
        """Return by how many dB a band moves, the median of all bands; None until steps are full.

        ``samples``: float32 (n,), of any n. Moving is the standard deviation over time.
        """
        shape, edges = _bands(len(samples), rate)
        bins = rfft(samples * shape)
        powers = np.add.reduceat(bins.real**2 + bins.imag**2, edges[:-1])
        self._levels.append(10 * np.log10(powers + _FLOOR))
        if len(self._levels) < (self._levels.maxlen or 1):
            return None
        return float(np.median(np.std(self._levels, axis=0)))


@lru_cache(maxsize=8)
def _bands(size: int, rate: int) -> tuple[NDArray[np.float64], NDArray[np.intp]]:
    """Return a Hann window of unit gain, and the first bin of each band and past the last."""
    shape = np.hanning(size) * (2 / max(size, 1))
    edges = np.geomspace(LOWEST, HIGHEST, BANDS + 1) * size / rate
    return shape, np.unique(np.clip(edges.astype(np.intp), 1, size // 2))
