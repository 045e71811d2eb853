"""What BeatNet's network listens to: a logarithmic spectrogram, and how it has grown.

Each 20 ms a window of 64 ms at 22.05 kHz becomes 136 bands, 24 an octave from 30 Hz on, of which
the logarithm is taken, and how much each has grown since the window before: 272 numbers, as madmom
computes them (Böck et al. 2016, "madmom: a new Python audio and music signal processing library",
``FilteredSpectrogram`` and ``SpectrogramDifference``); held against madmom's own in
``models/beatnet``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

RATE: Final = 22050
"""Samples a second."""
WINDOW: Final = 1411
"""Samples of one window: 64 ms."""
HOP: Final = 441
"""Samples from one window to the next: 20 ms."""
BANDS: Final = 136
_LINES: Final = WINDOW // 2
_A_OCTAVE: Final = 24
_LOWEST, _HIGHEST, _TUNED = 30.0, 17000.0, 440.0

Floats = NDArray[np.float64]


class BeatFeatures:
    """Computes the features of successive windows."""

    def __init__(self) -> None:
        self._before: Floats | None = None

    def step(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the features of a window, float32 (272,): bands, and how much they have grown.

        ``samples``: float32 (n,) at RATE; of fewer than WINDOW the rest before them is silent.
        """
        window = np.zeros(WINDOW)
        newest = samples[-WINDOW:]
        window[WINDOW - len(newest) :] = newest
        spectrum = np.abs(np.fft.rfft(window * _hann()))[:_LINES]
        bands = np.log10(1.0 + spectrum @ filters())
        grown = np.maximum(bands - self._before, 0.0) if self._before is not None else 0.0 * bands
        self._before = bands
        return np.concatenate((bands, grown)).astype(np.float32)


@lru_cache(maxsize=1)
def _hann() -> Floats:
    return np.asarray(np.hanning(WINDOW))


@lru_cache(maxsize=1)
def filters() -> Floats:
    """Return the triangular filters, float64 (lines, BANDS); each sums to 1."""
    low = np.floor(np.log2(_LOWEST / _TUNED) * _A_OCTAVE)
    high = np.ceil(np.log2(_HIGHEST / _TUNED) * _A_OCTAVE)
    centres = _TUNED * 2.0 ** (np.arange(low, high) / _A_OCTAVE)
    centres = centres[(centres >= _LOWEST) & (centres <= _HIGHEST)]
    lines = np.unique(_nearest(np.fft.fftfreq(2 * _LINES, 1.0 / RATE)[:_LINES], centres))
    made = np.zeros((_LINES, BANDS))
    for band, (start, top, stop) in enumerate(zip(lines, lines[1:], lines[2:], strict=False)):
        peak, end = (start, start + 1) if stop - start < 2 else (top, stop)
        made[start:peak, band] = np.linspace(0, 1, peak - start, endpoint=False)
        made[peak:end, band] = np.linspace(1, 0, end - peak, endpoint=False)
    return np.asarray(made / made.sum(axis=0))


def _nearest(lines: NDArray[Any], wanted: Floats) -> NDArray[np.intp]:
    """Return the index of the line nearest to each frequency."""
    after = np.clip(lines.searchsorted(wanted), 1, len(lines) - 1)
    lower = wanted - lines[after - 1] < lines[after] - wanted
    return np.asarray(after - lower, np.intp)
