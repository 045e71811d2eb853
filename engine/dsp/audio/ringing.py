"""The pitch of a new note while an old one rings on: a string that was plucked, a bow that left.

What repeats after ``A`` is gone from ``x(t) - x(t - A)``: with the period of the old note taken
away so, the new one repeats by itself some two periods after it has begun, where both together
repeat only after a period that they have in common, or not at all. By de Cheveigné 1993 (doi
10.1121/1.405712), who cancels one voice to hear the other.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from engine.dsp.audio.lag_products import Sums, without

LEAVES: Final = 0.1
"""What a new note may leave unexplained of what is left of the sound."""
LOUD: Final = 0.1
"""The least part of the sound, in power, that the old note must leave."""
HARMONICS: Final = 6
"""Up to this multiple of its period or of its frequency nothing is told: it may be the old one."""
APART: Final = 0.03
"""By which part a period must differ from those, and from one a moment ago to be another."""
AS_GOOD: Final = 0.08
"""How much less than the best lag a shorter one may explain that it is a multiple of."""
_WINDOWS: Final = ((8, 220), (220, 480))
"""Lags, from and below, that are looked for in a window that is a little longer: down to 50 Hz."""
_LONGER: Final = 30
_LEAST: Final = 1e-30


class Found(NamedTuple):
    """A period in samples, and which part of what is left it does not explain."""

    lag: float
    left: float


def pitch_beside(sound: Sums, old: float) -> Found | None:
    """Return the period of what sounds beside a note of ``old`` samples; None where none shows.

    ``sound`` is float64 (n,), the newest 132 ms.
    """
    rest = without(sound, old)
    if np.square(rest[-_WINDOWS[0][1] :]).sum() < LOUD * np.square(sound[-_WINDOWS[0][1] :]).sum():
        return None
    tops = np.concatenate([_peaks(rest, first, last) for first, last in _WINDOWS], axis=1)
    if not tops.size:
        return None
    lags, heights = tops
    chosen = int(np.argmax(heights >= heights.max() - AS_GOOD))
    best = Found(float(lags[chosen]), 1.0 - float(heights[chosen]))
    return None if best.left > LEAVES or _is_of(best.lag, old) else best


def _peaks(sound: Sums, first: int, last: int) -> Sums:
    """Return the lags from ``first`` to ``last`` that repeat best, and how well, shape (2, n)."""
    window = last + _LONGER
    past = sound[-window - last :]
    products = np.correlate(past, past[-window:])[::-1]
    sums = np.concatenate([[0.0], np.cumsum(past * past)])
    energies = (sums[window:] - sums[:-window])[::-1]
    curve = products / (np.sqrt(energies * energies[0]) + _LEAST)
    below = np.flatnonzero(curve < 0)
    begin = max(first, int(below[0])) if len(below) else last
    inner = curve[begin + 1 : -1]
    tops = np.flatnonzero((inner > curve[begin:-2]) & (inner >= curve[begin + 2 :])) + begin + 1
    before, height, after = curve[tops - 1], curve[tops], curve[tops + 1]
    place = (before - after) / (2 * (before - 2 * height + after) - _LEAST)
    return np.stack([tops + place, height])


def _is_of(lag: float, old: float) -> bool:
    """Whether a period is a multiple of the old note's, or of one of its harmonics."""
    ratio = max(lag, old) / min(lag, old)
    times = round(ratio)
    return times <= HARMONICS and abs(ratio / times - 1) < APART
