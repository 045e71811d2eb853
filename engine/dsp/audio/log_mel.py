"""The spectrogram that Whisper listens to: 80 mel bands, 100 frames a second, logarithmic.

Radford et al. 2022, arXiv 2212.04356; bands after Slaney's Auditory Toolbox (1998), each of the
same area.
"""

from __future__ import annotations

from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

RATE: Final = 16000
"""Samples a second that it takes."""
WINDOW: Final = 400
"""Samples of a frame, 25 ms."""
HOP: Final = 160
"""Samples from one frame to the next, 10 ms."""
BANDS: Final = 80
_FLOOR: Final = 1e-10
_RANGE: Final = 8.0
"""Powers of ten below the loudest that are told apart."""
_KNEE_HZ: Final = 1000.0
_KNEE: Final = 15.0
"""The mel of 1000 Hz, up to which the scale is straight."""
_STEP: Final = 27.0 / np.log(6.4)
"""Mels of a factor e beyond."""


def log_mel(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return the spectrogram of sound at RATE, float32 (n,), as float32 (BANDS, n // HOP).

    The sound is mirrored at both ends, so it must be longer than half a window; values are about
    -1 to 1, and nothing is more than 2 below the loudest.
    """
    padded = np.pad(samples, WINDOW // 2, mode="reflect")
    frames = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP][: len(samples) // HOP]
    power = np.abs(np.fft.rfft(frames * _hann(), axis=1)) ** 2
    levels = np.log10(np.maximum(power @ filters().T, _FLOOR))
    levels = np.maximum(levels, levels.max() - _RANGE)
    return np.asarray(((levels + 4.0) / 4.0).T, np.float32)


@cache
def filters() -> NDArray[np.float64]:
    """Return the weight of each frequency in each band, float64 (BANDS, WINDOW // 2 + 1)."""
    edges = _hz(np.linspace(0.0, _mel(RATE / 2), BANDS + 2))
    places = np.linspace(0.0, RATE / 2, WINDOW // 2 + 1)
    widths = np.diff(edges)
    below = (places - edges[:-2, None]) / widths[:-1, None]
    above = (edges[2:, None] - places) / widths[1:, None]
    triangles = np.maximum(0.0, np.minimum(below, above))
    return np.asarray(triangles * (2.0 / (edges[2:] - edges[:-2]))[:, None])


@cache
def _hann() -> NDArray[np.float64]:
    return np.asarray(np.hanning(WINDOW + 1)[:-1])


def _mel(hz: float) -> float:
    return float(_KNEE + _STEP * np.log(hz / _KNEE_HZ))


def _hz(mels: NDArray[np.float64]) -> NDArray[np.float64]:
    straight = mels * (_KNEE_HZ / _KNEE)
    return np.where(mels < _KNEE, straight, _KNEE_HZ * np.exp((mels - _KNEE) / _STEP))
