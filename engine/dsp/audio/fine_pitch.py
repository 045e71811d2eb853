"""Find a lag more precisely, by the peak that lies several periods back.

An error in the place of a peak counts once for all periods up to it. The window is some 10 ms, so
that noise averages out, and no farther back than a vibrato is still the same pitch.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from engine.dsp.audio.lag_peaks import vertex
from engine.dsp.audio.lag_products import LONGEST, LagProducts

REACH: Final = 240
"""Samples: the farthest period that is looked at, 10 ms."""
_STEPS: Final = 4
"""The shortest window, in steps."""
_GROWTH: Final = 4
"""How many times farther each look is, so that no period is miscounted."""
_AROUND: Final = np.arange(-3, 4)
_APART: Final = 0.03
"""How much a lag may change, as a part of it."""
_LEAST_HEIGHT: Final = 0.5


def fine_lag(sound: LagProducts, lag: float, steps: int, lasts: float) -> float:
    """Return a lag, in samples, more precisely.

    ``steps``: the window in which it was found; ``lasts``: how many samples the sound is old.
    """
    first, steps = lag, max(steps, _STEPS)
    most = max(1, int(min(REACH, lasts - steps) / lag))
    periods = min(most, _GROWTH)
    while True:
        at = round(periods * lag) + _AROUND
        if at[0] < 1 or at[-1] > LONGEST:
            return lag
        heights = sound.ncc(steps, at)
        top = int(np.argmax(heights[1:-1])) + 1
        place, height = vertex(*heights[top - 1 : top + 2, None])
        found = (float(at[top]) + float(place[0])) / periods
        if height[0] < _LEAST_HEIGHT or abs(found / first - 1) > _APART:
            return lag
        lag = found
        if periods == most:
            return lag
        periods = min(most, periods * _GROWTH)
