"""Power spectrum of the newest moment of a sound.

Why the window is asymmetric: it rises over three quarters of its length and falls in the last, so
that the newest sound weighs most. Its centre of mass is 15 ms old, not 20 as with a symmetric one.
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
"""Seconds: age of the window's centre of mass."""
_RISE: Final = 0.75
_NEAR: Final = 120
"""Bins in which a DC offset leaks; beyond them it is below -120 dB."""

Powers = NDArray[np.float64]
Band = tuple[float, float]
"""Lowest and highest frequency in Hz."""


class Spectrum:
    """Computes the power spectrum of successive windows, reusing its buffers.

    ``samples``: float32, shape (n,); shorter than the window at the start of a stream, where
    silence is assumed before them. A DC offset is removed.
    """

    def __init__(self) -> None:
        self._allocate(0)

    def powers(self, samples: Samples, rate: int) -> Powers:
        """Return the mean square per 25 Hz bin, float64; their sum is that of the sound."""
        squares = self._squares(samples, rate)
        return np.asarray(squares[::2] + squares[1::2], np.float64)

    def band_powers(self, samples: Samples, rate: int, bands: tuple[Band, ...]) -> list[float]:
        """Return the mean square in each band."""
        squares = self._squares(samples, rate)
        # Every second sum is of the bins between two bands.
        sums: list[float] = np.add.reduceat(squares, _edges(bands, rate))[::2].tolist()
        return sums

    def _squares(self, samples: Samples, rate: int) -> Powers:
        """Return the squared real and imaginary part of each bin, valid until the next call."""
        size = round(WINDOW * rate)
        if size != len(self._windowed):
            self._allocate(size)
        silent = size - len(samples)
        shape, constant = _shape(size, len(samples))
        np.multiply(samples, shape, out=self._windowed[silent:])
        if silent:
            self._windowed[:silent] = 0
        bins = rfft(self._windowed, self._bins)
        bins[:_NEAR] -= bins[0].real * constant
        self._parts *= self._parts
        return self._parts

    def _allocate(self, size: int) -> None:
        """Allocate the buffers of a window size once: fresh memory would be cold in the cache."""
        self._windowed = np.zeros(size)
        self._bins = np.zeros(size // 2 + 1, np.complex128)
        self._parts = self._bins.view(np.float64)


@lru_cache(maxsize=64)
def bins(low: float, high: float, rate: int) -> slice:
    """Return the slice of bins from ``low`` to ``high`` Hz: at least one, none below 20 Hz."""
    last = round(WINDOW * rate) // 2 - 1
    first = min(max(round(max(low, 20.0) * WINDOW), 1), last)
    return slice(first, max(first, min(round(min(high, rate) * WINDOW), last)) + 1)


@lru_cache(maxsize=64)
def _edges(bands: tuple[Band, ...], rate: int) -> NDArray[np.intp]:
    """Return the start and stop of each band among the squares."""
    parts = [bins(low, high, rate) for low, high in bands]
    return 2 * np.array([edge for part in parts for edge in (part.start, part.stop)], np.intp)


@lru_cache(maxsize=64)
def _shape(size: int, length: int) -> tuple[Powers, NDArray[np.complex128]]:
    """Return the last ``length`` values of the window, scaled so that squares sum to the mean
    square.

    Also return the window's own spectrum in the lowest bins, relative to the first: the shape that
    a DC offset leaves there.
    """
    whole = asymmetric_window(size)
    shape = (whole * np.sqrt(2 / (size * np.dot(whole, whole))))[size - length :]
    constant = rfft(np.concatenate((np.zeros(size - length), shape)))[:_NEAR]
    return shape, constant / (constant[0] or 1)


@lru_cache(maxsize=8)
def asymmetric_window(size: int) -> Powers:
    """Return the window, float64, shape (size,); read-only."""
    place = (np.arange(size) + 0.5) / max(size, 1)
    part = np.where(place < _RISE, place / _RISE, (1 - place) / (1 - _RISE))
    shape = np.asarray(np.sin(np.pi / 2 * part) ** 2, np.float64)
    shape.flags.writeable = False
    return shape
