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
Spectrum = NDArray[np.complex128]


def spectrum(samples: Samples, rate: int) -> Spectrum:
    """Give the strength and phase in each bin of 25 Hz; the squares add up to the mean square.

    ``samples`` may be shorter than the window, as at the beginning: silence came before. A constant
    part, as of a bad cable, is left out.
    """
    shape, total = _shape(round(WINDOW * rate), len(samples))
    leant = samples.astype(np.float64)
    if total:
        leant -= np.dot(shape, leant) / total
    leant *= shape
    return np.fft.rfft(leant, round(WINDOW * rate))


def powers(samples: Samples, rate: int) -> Powers:
    """Give the mean square in each bin of 25 Hz; all of them add up to that of the sound."""
    pairs = spectrum(samples, rate).view(np.float64)
    pairs *= pairs
    return np.asarray(pairs[::2] + pairs[1::2], np.float64)


def power(part: Spectrum) -> float:
    """Give the mean square of a part of a spectrum, all its bins together."""
    return float(np.vdot(part, part).real)


@lru_cache(maxsize=64)
def bins(low: float, high: float, rate: int) -> slice:
    """Give the bins from ``low`` to ``high`` Hz: one at least, none below 20 Hz."""
    last = round(WINDOW * rate) // 2
    first = min(max(round(max(low, 20.0) * WINDOW), 1), last)
    return slice(first, max(first, min(round(min(high, rate) * WINDOW), last)) + 1)


@lru_cache(maxsize=64)
def _shape(size: int, length: int) -> tuple[Powers, float]:
    """Give the last ``length`` of a window, such that squares add up to one, and their sum."""
    whole = leaning(size)
    shape = (whole * np.sqrt(2 / (size * np.dot(whole, whole))))[size - length :]
    return shape, float(shape.sum())


@lru_cache(maxsize=8)
def leaning(size: int) -> Powers:
    """Return the window, shape (size,); do not write to it."""
    place = (np.arange(size) + 0.5) / max(size, 1)
    part = np.where(place < _RISE, place / _RISE, (1 - place) / (1 - _RISE))
    shape = np.asarray(np.sin(np.pi / 2 * part) ** 2, np.float64)
    shape.flags.writeable = False
    return shape
