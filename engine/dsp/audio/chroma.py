"""How strongly each of the twelve notes sounds, whatever its octave.

A pitch class profile of spectral peaks (Gómez 2006): each peak speaks for the note that it is
nearest to, less the further it is away, and for those that it may be an overtone of. What is not
clearly above the noise around it is no peak.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.dsp.audio.hops import Samples
from engine.dsp.audio.rfft import rfft

WINDOW: Final = 0.2
"""Seconds."""
LOWEST, HIGHEST = 60.0, 2500.0
"""Between them peaks count, in Hz."""
_OVERTONES: Final = 4
_DECAY: Final = 0.6
"""What a peak counts for as each next overtone."""
_ABOVE: Final = 5.0
"""How many times the noise around it a peak is."""
_SOFT: Final = 0.02
"""What is softer than this part of the strongest peak does not count: a side lobe."""
_BAND: Final = 2.0**0.5
"""Ratio of the frequencies between which the noise is one number."""

Classes = NDArray[np.float64]


def chroma(samples: Samples, rate: int, a4: float) -> Classes:
    """Return how strongly C, C sharp ... B sound: float64 (12,), 0 to 1.

    ``samples``: float32 (n,) at ``rate`` Hz, WINDOW seconds long or shorter. The strongest note has
    the share of the sound that is tones: 1 of clean ones, near 0 of noise.
    """
    size = round(WINDOW * rate)
    padded = np.zeros(size)
    padded[size - len(samples) :] = (samples - samples.mean()) * _hann(len(samples))
    magnitudes = np.abs(rfft(padded))
    low, high = (int(hz * WINDOW) for hz in (LOWEST, min(HIGHEST, rate * 0.45)))
    peaks, heights = _peaks(magnitudes, low, high)
    total = float(np.sum(magnitudes[low:high] ** 2))
    if not len(peaks) or not total:
        return np.zeros(12)
    near = sum(magnitudes[np.round(peaks).astype(int) + step] ** 2 for step in (-1, 0, 1))
    share = min(1.0, 1.1 * float(np.sum(near)) / total)
    classes = np.zeros(12)
    for overtone in range(1, _OVERTONES + 1):
        notes = 69.0 + 12.0 * np.log2(peaks / WINDOW / overtone / a4)
        whole = np.round(notes)
        weights = heights * _DECAY ** (overtone - 1) * np.cos(np.pi * (notes - whole)) ** 2
        np.add.at(classes, whole.astype(int) % 12, weights)
    return np.asarray(classes / classes.max() * share)


def _peaks(magnitudes: Classes, low: int, high: int) -> tuple[Classes, Classes]:
    """Return where peaks are, in bins and parts of one, and their heights."""
    inner = magnitudes[low:high]
    found = low + np.flatnonzero(
        (inner > magnitudes[low - 1 : high - 1])
        & (inner >= magnitudes[low + 1 : high + 1])
        & (inner > _ABOVE * _noise(magnitudes, low, high))
    )
    if not len(found):
        return np.zeros(0), np.zeros(0)
    found = found[magnitudes[found] > _SOFT * magnitudes[found].max()]
    before, at, after = (np.log(magnitudes[found + step] + 1e-12) for step in (-1, 0, 1))
    aside = 0.5 * (before - after) / np.minimum(before - 2 * at + after, -1e-9)
    return found + aside, magnitudes[found]


def _noise(magnitudes: Classes, low: int, high: int) -> Classes:
    """Return the noise around each bin: the median of its half octave."""
    floor = np.zeros(high - low)
    start = low
    while start < high:
        end = min(high, max(start + 8, round(start * _BAND)))
        floor[start - low : end - low] = np.median(magnitudes[start:end])
        start = end
    return floor


@lru_cache(maxsize=16)
def _hann(size: int) -> Classes:
    return np.hanning(size)
