"""How bright a sound is: dark as "oo", bright as "ee" or a hiss.

It is the centroid of the spectrum, which people follow best of all when they judge how bright a
tone is (Grey and Gordon 1978, doi 10.1121/1.381843). Amplitudes are weighed, not powers, by which
the fundamental alone would decide (Peeters and others 2011, doi 10.1121/1.3642604), and the scale
is that of octaves, as ears hear.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.dsp.audio.rfft import rfft

DARK: Final = 250.0
BRIGHT: Final = 4000.0
"""Hz: a centroid here and below is 0, there and above 1."""

_LOWEST, _HIGHEST = 50.0, 8000.0
"""Hz: rumble is no voice, and what a telephone does not know either differs by the microphone."""

Numbers = NDArray[np.float64]


def brightness(samples: NDArray[np.float32], rate: int) -> float | None:
    """Give how bright sound is, 0 to 1; None for silence.

    ``samples``: shape (n,), at ``rate`` Hz; 20 ms or more of one vowel.
    """
    if len(samples) < 2:
        return None
    window, hz, heard = _bins(len(samples), rate)
    amplitudes = np.abs(rfft(samples * window)[heard])
    loud = float(amplitudes.sum())
    if not 0 < loud < math.inf:
        return None
    octaves = math.log2(float(np.dot(amplitudes, hz)) / loud / DARK)
    return min(max(octaves / math.log2(BRIGHT / DARK), 0.0), 1.0)


@lru_cache(maxsize=8)
def _bins(size: int, rate: int) -> tuple[Numbers, Numbers, slice]:
    """Give the window, and the frequencies and place of the bins that count."""
    hz = np.asarray(np.fft.rfftfreq(size, 1 / rate), np.float64)
    heard = slice(*np.searchsorted(hz, (_LOWEST, min(_HIGHEST, rate / 2))))
    return np.hanning(size), hz[heard], heard
