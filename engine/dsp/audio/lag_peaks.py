"""The lags at which a sound repeats itself best, and how much of it each leaves unexplained."""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.dsp.audio.lag_products import LONGEST, LagProducts, Numbers

_LEAST_HEIGHT: Final = 0.6
"""Lags are not looked at that repeat less of the sound."""
_THREE: Final = np.array([[-1], [0], [1]])


class LagPeaks(NamedTuple):
    """Lags that repeat, all arrays of shape (n,): see the fields."""

    lag: NDArray[np.float64]
    """Samples, between two where the peak lies there."""
    left: NDArray[np.float64]
    """Which part of the energy is not explained by a repeat after this lag: 0 to 0.4."""
    steps: NDArray[np.intp]
    """How long a window that was measured in."""
    window: NDArray[np.intp]
    """Which of the windows: 0 is the shortest."""


def vertex(
    before: Numbers, top: Numbers, after: Numbers
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the place (-0.5 to 0.5 or so) and height (at most 1) of the peaks of curves.

    A sinusoid is laid through three neighbours, which is exact for what the low-pass leaves of high
    notes, where a parabola is 2 % too low; among large lags both are the same.
    """
    a, b, c = (np.asarray(each, np.float64) for each in (before, top, after))
    cosine = (a + c) / (2 * np.where(b == 0, 1e-9, b))
    turn = np.maximum(np.arccos(np.minimum(np.maximum(cosine, -1.0), 1.0 - 1e-7)), 1e-4)
    slope = (c - a) / (2 * np.sin(turn))
    place = np.minimum(np.maximum(np.arctan2(slope, b) / turn, -1.0), 1.0)
    return place, np.minimum(np.hypot(b, slope), 1.0)


def find_peaks(sound: LagProducts, curves: Numbers) -> LagPeaks:
    """Return the peaks of each curve of a sound beyond its first dip below zero."""
    middle = curves[:, 1:-1]
    tops = (middle > curves[:, :-2]) & (middle >= curves[:, 2:]) & (middle > _LEAST_HEIGHT)
    for row, curve in zip(tops, curves, strict=True):
        below = curve[1:] < 0
        dip = int(below.argmax())
        row[: dip if below[dip] else LONGEST] = False
    window, lag = np.nonzero(tops)
    lag += 1
    near = lag + _THREE
    three, steps = curves[window, near], sound.windows[window, lag]
    edges = np.flatnonzero((sound.windows[window, near] != steps).any(axis=0))
    if len(edges):  # where windows become longer a step may look like a peak
        three[:, edges] = sound.ncc(steps[edges], near[:, edges])
    place, height = vertex(*three)
    real = (three[1] >= three[0]) & (three[1] >= three[2])
    found = LagPeaks(lag + place, 1.0 - height, steps, window)
    return found if real.all() else LagPeaks(*(each[real] for each in found))
