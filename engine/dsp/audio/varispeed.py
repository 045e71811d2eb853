"""Play sound a little faster or slower, by as much as two clocks differ.

A Kaiser-windowed sinc interpolates between samples (J. O. Smith, "Digital Audio Resampling"). At
the speed 1 what comes out is what went in, to the bit, 8 samples later: where nothing drifts
nothing is changed. Why not samples left out or put in, with a cross-fade: each is heard as a dent
in a held tone, and a tone played a ten-thousandth faster is not.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

TAPS: Final = 16
DELAY: Final = TAPS // 2
"""How many samples it is behind."""
_PHASES: Final = 512
_BETA: Final = 8.0


def _kernels() -> NDArray[np.float32]:
    """Return the interpolating kernels, shape (_PHASES + 1, TAPS): one for each place between."""
    places = np.arange(_PHASES + 1)[:, None] / _PHASES
    away = np.arange(TAPS)[None, :] - (DELAY - 1) - places
    window = np.i0(_BETA * np.sqrt(np.clip(1 - (away / DELAY) ** 2, 0, None))) / np.i0(_BETA)
    return (np.sinc(away) * window).astype(np.float32)


_KERNELS: Final = _kernels()
_STEPS: Final = np.diff(_KERNELS, axis=0)


class Varispeed:
    """Resamples a stream of float32 samples, shape (n,), by a ratio near 1 that may change."""

    def __init__(self) -> None:
        self._kept = np.zeros(TAPS - 1, np.float32)
        self._place = 0.0

    def feed(self, samples: Samples, speed: float) -> Samples:
        """Return what comes out for more samples, played at a speed: 1.0001 is a bit faster."""
        sound = np.concatenate([self._kept, samples])
        count = max(0, int(np.ceil((len(samples) - self._place) / speed)))
        places = self._place + speed * np.arange(count)
        at = places.astype(np.intp)
        phases = (places - at) * _PHASES
        near = phases.astype(np.intp)
        weights = _KERNELS[near] + (phases - near)[:, None].astype(np.float32) * _STEPS[near]
        windows = np.lib.stride_tricks.sliding_window_view(sound, TAPS)[at]
        self._kept = sound[len(sound) - (TAPS - 1) :]
        self._place += speed * count - len(samples)
        out: Samples = np.einsum("ij,ij->i", windows, weights, dtype=np.float32)
        return out
