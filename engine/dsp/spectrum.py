"""Power by frequency of the newest moment of a sound.

Why the window leans: it rises for three quarters of its length and falls in the last, so that what
has just been heard counts most. What is told is 15 ms old and not 20, as with an even one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.dsp.hops import Samples

WINDOW: Final = 0.04
"""Seconds."""
HOP: Final = 0.005
LAG: Final = 0.015
"""Seconds: how old the middle of what the window weighs is."""
_RISE: Final = 0.75

Powers = NDArray[np.float64]


def powers(samples: Samples, rate: int) -> Powers:
    """Give the mean square in each bin of 25 Hz; all of them add up to that of the sound.

    ``samples`` may be shorter than the window, as at the beginning: silence came before. A constant
    part, as of a bad cable, is left out.
    """
    shape = leaning(round(WINDOW * rate))
    weights = shape[len(shape) - len(samples) :]
    middle = np.dot(weights, samples) / weights.sum() if len(samples) else 0.0
    spectrum = np.fft.rfft((samples - middle) * weights, len(shape))
    found = np.square(spectrum.real) + np.square(spectrum.imag)
    return np.asarray(found * _per_bin(len(shape)), np.float64)


@lru_cache(maxsize=64)
def bins(low: float, high: float, rate: int) -> slice:
    """Give the bins from ``low`` to ``high`` Hz: one at least, none below 20 Hz."""
    last = round(WINDOW * rate) // 2
    first = min(max(round(max(low, 20.0) * WINDOW), 1), last)
    return slice(first, max(first, min(round(min(high, rate) * WINDOW), last)) + 1)


@lru_cache(maxsize=8)
def _per_bin(size: int) -> float:
    shape = leaning(size)
    return 2 / (size * float(np.dot(shape, shape)))


@lru_cache(maxsize=8)
def leaning(size: int) -> Powers:
    """Return the window, shape (size,); do not write to it."""
    place = (np.arange(size) + 0.5) / max(size, 1)
    part = np.where(place < _RISE, place / _RISE, (1 - place) / (1 - _RISE))
    shape = np.asarray(np.sin(np.pi / 2 * part) ** 2, np.float64)
    shape.flags.writeable = False
    return shape
