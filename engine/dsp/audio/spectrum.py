"""Power by frequency of the newest moment of a sound.

Why the window leans: it rises for three quarters of its length and falls in the last, so that what
has just been heard counts most. What is told is 15 ms old and not 20, as with an even one.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.dsp.audio.hops import Samples
from engine.dsp.audio.rfft import rfft

WINDOW: Final = 0.04
"""Seconds."""
HOP: Final = 0.005
LAG: Final = 0.015
"""Seconds: how old the middle of what the window weighs is."""
_RISE: Final = 0.75
_NEAR: Final = 120
"""Bins in which a constant part is seen: behind them it has less than -120 dB."""

Powers = NDArray[np.float64]
Band = tuple[float, float]
"""The lowest and the highest frequency, in Hz."""


class Spectrum:
    """Reckons the powers of one window after another.

    ``samples`` may be shorter than the window, as at the beginning: silence came before. A constant
    part, as of a bad cable, is left out.
    """

    def __init__(self) -> None:
        self._make_room(0)

    def powers(self, samples: Samples, rate: int) -> Powers:
        """Give the mean square in each bin of 25 Hz; all of them add up to that of the sound."""
        squares = self._square(samples, rate)
        return np.asarray(squares[::2] + squares[1::2], np.float64)

    def band_powers(self, samples: Samples, rate: int, bands: tuple[Band, ...]) -> list[float]:
        """Give the mean square in each band, all its bins together."""
        squares = self._square(samples, rate)
        # Every other sum is of what lies between the end of a band and the beginning of the next.
        sums: list[float] = np.add.reduceat(squares, _edges(bands, rate))[::2].tolist()
        return sums

    def _square(self, samples: Samples, rate: int) -> Powers:
        """Give the squares of the real and the imaginary part of each bin, until called again."""
        size = round(WINDOW * rate)
        if size != len(self._leant):
            self._make_room(size)
        silent = size - len(samples)
        shape, constant = _shape(size, len(samples))
        np.multiply(samples, shape, out=self._leant[silent:])
        if silent:
            self._leant[:silent] = 0
        bins = rfft(self._leant, self._bins)
        bins[:_NEAR] -= bins[0].real * constant
        self._parts *= self._parts
        return self._parts

    def _make_room(self, size: int) -> None:
        """Make room once for all windows of a size: found anew each time, it would be cold."""
        self._leant = np.zeros(size)
        self._bins = np.zeros(size // 2 + 1, np.complex128)
        self._parts = self._bins.view(np.float64)


@lru_cache(maxsize=64)
def bins(low: float, high: float, rate: int) -> slice:
    """Give the bins from ``low`` to ``high`` Hz: one at least, none below 20 Hz or at the end."""
    last = round(WINDOW * rate) // 2 - 1
    first = min(max(round(max(low, 20.0) * WINDOW), 1), last)
    return slice(first, max(first, min(round(min(high, rate) * WINDOW), last)) + 1)


@lru_cache(maxsize=64)
def _edges(bands: tuple[Band, ...], rate: int) -> NDArray[np.intp]:
    """Give where each band begins and ends among the squares."""
    parts = [bins(low, high, rate) for low, high in bands]
    return 2 * np.array([edge for part in parts for edge in (part.start, part.stop)], np.intp)


@lru_cache(maxsize=64)
def _shape(size: int, length: int) -> tuple[Powers, NDArray[np.complex128]]:
    """Give the last ``length`` of a window, such that squares add up to one, and its own spectrum.

    That is what a constant part is seen as, in the lowest bins, where the first has 1.
    """
    whole = leaning(size)
    shape = (whole * np.sqrt(2 / (size * np.dot(whole, whole))))[size - length :]
    constant = rfft(np.concatenate((np.zeros(size - length), shape)))[:_NEAR]
    return shape, constant / (constant[0] or 1)


@lru_cache(maxsize=8)
def leaning(size: int) -> Powers:
    """Return the window, shape (size,); do not write to it."""
    place = (np.arange(size) + 0.5) / max(size, 1)
    part = np.where(place < _RISE, place / _RISE, (1 - place) / (1 - _RISE))
    shape = np.asarray(np.sin(np.pi / 2 * part) ** 2, np.float64)
    shape.flags.writeable = False
    return shape
