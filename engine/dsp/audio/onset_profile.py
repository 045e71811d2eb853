"""How a sound begins and goes on: its spectrum in five stretches from its onset."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.dsp.audio.hops import Samples

RATE: Final = 32000
"""Samples a second that it takes; cymbals differ above what 16000 can hold."""
STRETCHES: Final = (0, 2, 6, 15, 40, 100)
"""Where they begin and end, in steps of 10 ms from the onset."""
_FRAME: Final = 1024
_STEP: Final = 320
_BANDS: Final = 40
_KEPT: Final = 13
COUNT: Final = _KEPT * (len(STRETCHES) - 1)
_DEEPEST: Final = 60.0
"""dB below the loudest at which nothing more is told apart."""
_BEGINS: Final = 25.0
"""dB below the loudest from which on it has begun."""
_FLOOR: Final = 1e-9


def onset_profile(samples: Samples) -> NDArray[np.float32]:
    """Return 65 numbers, about -1 to 1, of the first seconds of a sound, float32 (n,) at RATE.

    The cepstrum (13 coefficients of 40 mel bands; Davis & Mermelstein 1980) of each stretch, in
    parts of 60 dB below the loudest band.
    """
    shortest = (STRETCHES[-1] + 1) * _STEP
    whole = np.pad(samples, (_FRAME // 2, max(_FRAME // 2, shortest - len(samples))))
    frames = np.lib.stride_tricks.sliding_window_view(whole, _FRAME)[::_STEP]
    spectrum = np.fft.rfft(frames * np.hanning(_FRAME))
    powers = spectrum.real**2 + spectrum.imag**2
    mel = 10 * np.log10(powers @ _mel().T + _FLOOR)
    mel = np.maximum(mel - mel.max(), -_DEEPEST)
    level = 10 * np.log10(powers.sum(axis=1) + _FLOOR)
    begin = int(np.argmax(level > level.max() - _BEGINS))
    after = np.vstack((mel[begin:], np.full((STRETCHES[-1], _BANDS), -_DEEPEST)))
    profile = np.stack([after[first:last].mean(axis=0) for first, last in pairwise(STRETCHES)])
    return (profile @ _cosines().T / _DEEPEST).ravel().astype(np.float32)


@lru_cache(maxsize=1)
def _cosines() -> NDArray[np.float64]:
    """Return the first rows of an orthonormal DCT-II, float64 (13, 40)."""
    rows, columns = np.arange(_KEPT)[:, None], np.arange(_BANDS)[None]
    waves = np.cos(np.pi * rows * (2 * columns + 1) / (2 * _BANDS)) * np.sqrt(2 / _BANDS)
    waves[0] /= np.sqrt(2)
    return np.asarray(waves)


@lru_cache(maxsize=1)
def _mel() -> NDArray[np.float64]:
    """Return the triangles of the bands, float64 (40, bins), from 40 to 15000 Hz."""
    bins = np.fft.rfftfreq(_FRAME, 1 / RATE)
    ends = 2595 * np.log10(1 + np.array([40, 15000]) / 700)
    points = 700 * (10 ** (np.linspace(ends[0], ends[1], _BANDS + 2) / 2595) - 1)
    rise = (bins - points[:-2, None]) / np.diff(points)[:-1, None]
    fall = (points[2:, None] - bins) / np.diff(points)[1:, None]
    return np.asarray(np.maximum(0, np.minimum(rise, fall)))
