"""Bring sound to another rate, and play it a little faster or slower, as two clocks differ.

A Kaiser-windowed sinc interpolates between samples (J. O. Smith, "Digital Audio Resampling"). At
equal rates and the speed 1 what comes out is what went in, to the bit, 8 samples later: where
nothing drifts nothing is changed. Why not samples left out or put in, with a cross-fade: each is
heard as a dent in a held tone, and a tone played a ten-thousandth faster is not. Why not soxr: in a
stream its finer ones hold back 20 to 48 ms, and what is held back at the end of a phrase is lost.
"""

from __future__ import annotations

from functools import lru_cache
from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

DELAY: Final = 8
"""How many samples it is behind at equal rates; else twice as many, of the lower rate."""
_PHASES: Final = 512
_BETA: Final = 8.0
_EDGE: Final = 0.92
"""The highest tone that is kept, as a part of what the lower rate can hold."""


@lru_cache(maxsize=16)
def _kernels(step: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the interpolating kernels, one for each place between samples, and their differences.

    Shapes (_PHASES, taps); ``step`` is how many samples come in for one that goes out.
    """
    cutoff = 1.0 if step == 1 else _EDGE * min(1.0, 1.0 / step)
    half = DELAY if step == 1 else ceil(2 * DELAY * max(1.0, step))
    places = np.arange(_PHASES + 1)[:, None] / _PHASES
    away = np.arange(2 * half)[None, :] - (half - 1) - places
    window = np.i0(_BETA * np.sqrt(np.clip(1 - (away / half) ** 2, 0, None))) / np.i0(_BETA)
    kernels = (cutoff * np.sinc(cutoff * away) * window).astype(np.float32)
    return kernels[:-1], np.diff(kernels, axis=0)


class Varispeed:
    """Resamples a stream of float32 samples, shape (n,), from a rate to another, in Hz."""

    def __init__(self, rate: int, wanted: int) -> None:
        self._step = rate / wanted
        self._kernels, self._differences = _kernels(self._step)
        self._taps = self._kernels.shape[1]
        self._kept = np.zeros(self._taps - 1, np.float32)
        self._place = 0.0

    def feed(self, samples: Samples, speed: float = 1.0) -> Samples:
        """Return what comes out for more samples, played at a speed: 1.0001 is a bit faster."""
        sound = np.concatenate([self._kept, samples])
        self._kept = sound[len(sound) - (self._taps - 1) :]
        pace = self._step * speed
        count = max(0, ceil((len(samples) - self._place) / pace))
        places = self._place + pace * np.arange(count)
        self._place += pace * count - len(samples)
        if not count:
            return np.zeros(0, np.float32)
        at = places.astype(np.intp)
        phases = (places - at) * _PHASES
        near = phases.astype(np.intp)
        between = (phases - near).astype(np.float32)[:, None]
        weights = self._kernels[near] + between * self._differences[near]
        windows = np.lib.stride_tricks.sliding_window_view(sound, self._taps)[at]
        out: Samples = np.einsum("ij,ij->i", windows, weights, dtype=np.float32)
        return out
