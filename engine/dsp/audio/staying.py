"""For how long each lag has repeated a sound that is new: a low string is noise while it is struck.

For several of its periods each of them repeats the one before only in part, and what is left is too
much for a pitch. But no chance, and no formant that dies away, stays at one lag for as long as a
period of a low note. What does stay is the period that a note which rings on has in common with the
next one; that is a multiple of the old note's, and not believed.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.dsp.audio.low_pass import ANALYSIS_RATE

LEAVES: Final = 0.10
"""What a lag that has stayed may leave unexplained (0 to 1) ..."""
GOES_ON: Final = 0.20
"""... and may once it has been told."""
PERIODS: Final = 1.0
"""Periods for which it must have stayed ..."""
LEAST: Final = 0.015 * ANALYSIS_RATE
"""... and samples at least ..."""
AGE: Final = 2.3
"""... in a sound that is so many of its periods old."""
SHORTEST: Final = ANALYSIS_RATE / 150
"""Samples: what is higher shows soon enough by itself."""
_NEAR: Final = 0.02
"""By which part a lag may differ from what it was at first: the pitch of two notes wavers."""
_COMMON: Final = 0.04
"""By which part a lag may differ from a multiple of the note's before."""

Lags = NDArray[np.float64]


class Staying:
    """Follows the lags at which a sound repeats, from reading to reading."""

    def __init__(self) -> None:
        self._first: Lags = np.empty(0)
        self._since: Lags = np.empty(0)

    def read(self, lags: Lags, at: int) -> Lags:
        """Return for how many samples each of ``lags`` has been there, float64 (n,).

        ``lags``: float64 (n,), those of one reading; ``at``: the sample of the reading.
        """
        first, since = lags.copy(), np.full(len(lags), float(at))
        if len(self._first) and len(lags):
            near = np.abs(lags[:, None] / self._first - 1) < _NEAR
            oldest = np.where(near, self._since, at).argmin(axis=1)
            there = near[np.arange(len(lags)), oldest]
            first[there], since[there] = self._first[oldest[there]], self._since[oldest[there]]
        self._first, self._since = first, since
        return at - since

    def clear(self) -> None:
        """Forget all: what comes next is another sound."""
        self._first = self._since = np.empty(0)


def has_stayed(lags: Lags, stays: Lags, age: int, rings: float | None) -> NDArray[np.bool_]:
    """Return which of ``lags`` have stayed long enough, bool (n,).

    ``stays``: for how many samples each is there; ``age``: how many the sound is old; ``rings``:
    the lag of a note that may ring on.
    """
    stayed = (stays >= np.maximum(PERIODS * lags, LEAST)) & (age > AGE * lags) & (lags >= SHORTEST)
    if rings is None:
        return np.asarray(stayed)
    times = np.round(lags / rings)
    common = (times >= 2) & (np.abs(lags / rings - times) < _COMMON * times)
    return np.asarray(stayed & ~common)
