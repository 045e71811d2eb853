"""Brightness of a sound: low for "oo", high for "ee" or a hiss.

It is the spectral centroid, the best single predictor of perceived brightness (Grey and Gordon
1978, doi 10.1121/1.381843). Amplitudes are weighted, not powers, which the fundamental would
dominate (Peeters et al. 2011, doi 10.1121/1.3642604). The scale is logarithmic, as hearing is.
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
"""Hz: a centroid of DARK or less is 0, of BRIGHT or more is 1."""

_LOWEST, _HIGHEST = 50.0, 8000.0
"""Hz: below is rumble; above telephone bandwidth, the microphone decides."""

Numbers = NDArray[np.float64]


def brightness(samples: NDArray[np.float32], rate: int) -> float | None:
    """Return the brightness of a sound, 0 to 1; None for silence.

    ``samples``: float32, shape (n,), at ``rate`` Hz; 20 ms or more of a single vowel.
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
    """Return the analysis window, the frequencies (Hz) of the bins used, and their slice."""
    hz = np.asarray(np.fft.rfftfreq(size, 1 / rate), np.float64)
    heard = slice(*np.searchsorted(hz, (_LOWEST, min(_HIGHEST, rate / 2))))
    return np.hanning(size), hz[heard], heard
