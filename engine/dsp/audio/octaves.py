"""Choose the octave: the shortest lag that explains the same sound as well as the best one.

A sound that repeats after one period repeats after two as well, and a longer lag has a longer
window and may look better by chance. So all divisors of the best lag are judged by the very same
newest samples, and the shortest wins whose residual is not larger than chance allows. Where none
is as good, a shorter one is still told, as doubtful, if what it leaves lies below it: a string that
is plucked shakes the body of its guitar, which for some tens of ms looks like a common period.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.dsp.audio.lag_peaks import LagPeaks, vertex
from engine.dsp.audio.lag_products import STEP, LagProducts, Lags, without
from engine.dsp.audio.low_pass import ANALYSIS_RATE

BANDWIDTH: Final = 1800.0
"""Hz of white noise that the low-pass lets through: it gives the degrees of freedom."""
MARGIN: Final = 0.06
"""What a longer lag must explain more, at least: stiff strings do not repeat any better."""
SIGMAS: Final = 2.5
"""And how many standard deviations of the residual that chance may add."""
_WHOLE: Final = 0.04
"""How far the ratio of two lags may be from a whole number."""
_LIKE: Final = 0.25
"""What a shorter lag may leave unexplained to be looked at."""
_RARER: Final = 400
_RARE: Final = 0.25
"""Samples (60 Hz): beyond, a lag must explain more, and at twice that so much more: a slapped
string is stiff, and repeats better after three of its periods; hardly any sound is that low."""
_SEVERAL: Final = 0.4
"""What a note among several leaves unexplained."""
_RIVAL: Final = 0.2
_WAITS: Final = 0.12
"""What a shorter lag may leave unexplained to give cause for doubt; and to wait for, at first."""

_BELOW: Final = 0.33
"""Which part of what a shorter lag leaves lies below its tone, where that is the thump of a body or
hum, and no partial of a lower tone."""


class Octave(NamedTuple):
    """Which peak is meant, whether a shorter lag is nearly as good, and whether to wait for it."""

    peak: int
    doubt: bool
    wait: bool


def deviation(steps: Lags | int) -> NDArray[np.float64]:
    """Return the relative standard deviation of what noise leaves unexplained in windows."""
    freedom = np.maximum(2 * BANDWIDTH * np.asarray(steps) * STEP / ANALYSIS_RATE, 6)
    return np.asarray(np.sqrt(2 / freedom))


def _rest_lies_below(sound: LagProducts, lag: float, steps: int) -> bool:
    """Whether what does not repeat after a lag lies below the tone of that lag.

    Of a lower tone partials would be left between the multiples of this one as well. What is left
    is held against its mean over the lag, which takes all of those multiples away.
    """
    whole = int(lag)
    past = sound.newest()
    count = min(max(steps * STEP, 2 * whole), len(past) - 2 * whole - 2)
    rest = without(past[-count - 2 * whole - 1 :], lag)
    sums = np.cumsum(rest)
    mean = (sums[whole:] - sums[:-whole]) / whole
    return bool(mean @ mean >= _BELOW * (rest[whole:] @ rest[whole:]))


def _sounds_like_several(peaks: LagPeaks, chosen: int) -> bool:
    """Whether a lag may be what two or three notes have in common, and the pitch of none.

    Then one of them, a third or less of it, repeats much of the sound by itself; and what is in
    common is low. A formant does so as well, so it is no more than cause for doubt.
    """
    ratio = float(peaks.lag[chosen]) / peaks.lag
    times = np.maximum(np.round(ratio), 1)
    whole = (times >= 3) & (np.abs(ratio / times - 1) < _WHOLE)
    return bool((whole & (peaks.left < _SEVERAL)).any())


def choose_octave(
    sound: LagProducts, peaks: LagPeaks, best: int, steps: int, noise: float
) -> Octave:
    """Return the peak that is as good as the best one and shortest.

    They are compared in the newest ``steps``; ``noise`` is the part of the sound that is noise.
    """
    lag, left = peaks.lag, peaks.left
    rumble = _RARE * min(max((float(lag[best]) - _RARER) / _RARER, 0.0), 1.0)
    at = np.flatnonzero((lag < lag[best] * 0.7) & (left < _LIKE + rumble))
    ratio = lag[best] / lag[at]
    at = at[np.abs(ratio / np.round(ratio) - 1) < _WHOLE]
    if not len(at):
        return Octave(best, _sounds_like_several(peaks, best), False)
    at = at[np.argsort(lag[at])]
    near = np.round(lag[[*at, best]]).astype(np.intp) + np.array([[-1], [0], [1]])
    own = int(sound.windows[0, int(lag[best])])
    heights = np.concatenate([sound.ncc(steps, near), sound.ncc(own, near[:, :-1])], axis=1)
    residuals = 1 - vertex(*heights)[1]
    same, whole, short = residuals[: len(at)], float(residuals[len(at)]), residuals[len(at) + 1 :]
    likely = (lag[at] <= _RARER) & (same < whole + rumble)
    if likely.any():
        whole = max(whole, float(same[likely].min()))
    allowed = (whole + MARGIN) * (1 + SIGMAS * deviation(steps)) - MARGIN
    good = (same < allowed) | (short < 0.03 + noise)
    least = np.minimum(same, short)
    if good.any():
        shortest = lag[at[np.argmax(good)]]
        same_lag = at[np.abs(lag[at] / shortest - 1) < _WHOLE]
        chosen = int(same_lag[np.argmin(left[same_lag] / np.sqrt(peaks.steps[same_lag]))])
        rivals = lag[at] <= lag[chosen] * 1.03
    else:
        for place in at[least < _WAITS]:
            if _rest_lies_below(sound, float(lag[place]), steps):
                return Octave(int(place), True, False)
        chosen, rivals = best, np.ones(len(at), np.bool_)
    several = _sounds_like_several(peaks, chosen)
    doubt = bool((rivals & (least < _RIVAL) & (least > 2 * left[best] + 0.02)).any())
    return Octave(chosen, doubt or several, not good.any() and float(least.min()) < _WAITS)
