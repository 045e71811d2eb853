"""Low-pass sound of any rate and give it at one rate, with next to no delay.

The kernel is a Hann window (13 samples wide at the rate that is given, 0.54 ms). It is half as long
as it is wide behind the newest sample; no other filter of that delay is as flat where it stops.
Samples at any rate are weighed by where they lie below the kernel, so one table does for all.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

Samples = NDArray[np.float32]

ANALYSIS_RATE: Final = 24000
"""Samples a second that are given."""
_PHASES: Final = 256
"""Places between two samples at which the kernel is known."""


def low_pass(window: Samples, rate: int, count: int, width: float, ahead: float = 0.0) -> Samples:
    """Return the newest ``count`` samples at ``ANALYSIS_RATE`` of a window of sound.

    ``window``: float32, shape (n,), at ``rate`` Hz; what it lacks in front is silence. ``width`` is
    that of the kernel in seconds: its amplitude is halved at ``1 / width``, gone at ``2 / width``.
    ``ahead`` is where the newest sample is due, in samples after the end of the window (-1 to 1).
    """
    first, weights, span = _kernel(rate, count, width, round(ahead * _PHASES))
    lacking = span - len(window)
    if lacking > 0:
        window = np.concatenate((np.zeros(lacking, np.float32), window))
    heard = window[len(window) - span :]
    passed: Samples = np.einsum("ij,ij->i", heard[first], weights)
    return passed


@lru_cache(maxsize=1024)
def _kernel(
    rate: int, count: int, width: float, ahead: int
) -> tuple[NDArray[np.intp], Samples, int]:
    """Return which samples each result is made of, counted from the start, and their weights.

    Also how many samples there are. The weights of each result have the sum 1.
    """
    reach = max(width * rate, 2.0)
    ends = ahead / _PHASES - np.arange(count - 1, -1, -1) * (rate / ANALYSIS_RATE)
    taps = int(np.ceil(reach)) + 1
    newest = np.floor(ends).astype(np.intp)
    places = np.minimum(newest, -1)[:, None] - np.arange(taps - 1, -1, -1)
    away = (places + 1 - ends[:, None] + reach / 2) / reach
    weights = np.where(np.abs(away) < 0.5, 0.5 + 0.5 * np.cos(2 * np.pi * away), 0.0)
    weights /= weights.sum(axis=1, keepdims=True)
    span = int(-places.min())
    return places + span, weights.astype(np.float32), span
