"""What the readings of a pitch are worth, held against the truth.

A reading counts from the moment at which it could be had. It is right within 50 cents of what
sounds at that moment; nothing is taken off for what a detector needs to hear it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.synthetic.tones import Truth

Numbers = NDArray[np.float64]
RIGHT: Final = 50.0
"""Cents."""
GRACE: Final = 0.04
"""Seconds after a tone in which a reading is neither right nor wrong: it tells of what was."""
SETTLED: Final = 0.15
"""Seconds for which a reading must stay right to be the answer to an onset."""
LEAST: Final = 0.05
_HOP: Final = 0.01
_MULTIPLES: Final = (2, 3, 4, 5, 6)


class Readings(NamedTuple):
    """All that was said of one sound: each (n,). ``hz`` is 0 where it was said that none is.

    ``at`` is the second at which it could be had, ``sure`` 1 where it was said to be sure.
    """

    at: Numbers
    hz: Numbers
    sure: Numbers


class Score(NamedTuple):
    """Sums over sounds, to be added up; see ``summary``."""

    readings: int
    right: int
    octaves: int
    sure: int
    sure_right: int
    hops: int
    answered: int
    rests: int
    false: int
    cents: Numbers
    onsets: Numbers


def score(truth: Truth, said: Readings, rate: int) -> Score:
    """Return what the readings of one sound are worth."""
    length = len(truth.hz)
    index = np.clip((said.at * rate).astype(int), 0, length - 1)
    hz = truth.hz[index]
    with np.errstate(divide="ignore", invalid="ignore"):
        cents = 1200 * np.log2(said.hz / hz)
    told = (said.hz > 0) & (hz > 0)
    right = told & (np.abs(cents) <= RIGHT)
    sure = told & (said.sure > 0)
    wrong = cents[told & ~right]
    octaves = sum(
        bool(np.min(np.abs(np.abs(value) - 1200 * np.log2(_MULTIPLES))) <= RIGHT) for value in wrong
    )
    at = np.arange(0.0, length / rate, _HOP)
    state = _state(said, at)
    there = truth.hz[np.minimum((at * rate).astype(int), length - 1)]
    rest = (there == 0) & ~_after_a_tone(truth, at, rate)
    return Score(
        int(told.sum()),
        int(right.sum()),
        octaves,
        int(sure.sum()),
        int((sure & right).sum()),
        int((there > 0).sum()),
        int(((there > 0) & (state > 0)).sum()),
        int(rest.sum()),
        int((rest & (state > 0)).sum()),
        np.abs(cents[right]),
        np.array([_onset(truth, said, right, onset, rate) for onset in truth.onsets]),
    )


def added(scores: Sequence[Score]) -> Score:
    """Return the sum of scores."""
    columns = list(zip(*scores, strict=True))
    counts: list[Any] = [int(sum(column)) for column in columns[:-2]]
    return Score(*counts, *(np.concatenate(column) for column in columns[-2:]))


def summary(total: Score, *, says_sure: bool) -> dict[str, tuple[float, str]]:
    """Return the columns of a table: name to value and unit. What does not apply is left out."""
    columns = {}
    if total.hops:
        columns["right"] = (_percent(total.right, total.readings), "%")
        columns["hops with a reading"] = (_percent(total.answered, total.hops), "%")
        columns["octave errors"] = (_percent(total.octaves, total.readings), "%")
    if total.hops and says_sure:
        columns["sure: right"] = (_percent(total.sure_right, total.sure), "%")
        columns["sure: share"] = (_percent(total.sure, total.readings), "%")
    if total.rests:
        columns["rests with a reading"] = (_percent(total.false, total.rests), "%")
    if len(total.onsets):
        columns["onset p50"] = (_quantile(total.onsets, 0.5), "ms")
        columns["onset p90"] = (_quantile(total.onsets, 0.9), "ms")
    if len(total.cents):
        columns["off p50"] = (float(np.median(total.cents)), "cents")
        columns["off p95"] = (float(np.quantile(total.cents, 0.95)), "cents")
    return columns


def _percent(part: int, whole: int) -> float:
    return 100 * part / whole if whole else 0.0


def _quantile(onsets: Numbers, share: float) -> float:
    """Return a quantile in ms, one that was measured: what is never answered stays infinite."""
    return 1e3 * float(np.sort(onsets)[min(len(onsets) - 1, math.ceil(share * len(onsets)) - 1)])


def _state(said: Readings, at: Numbers) -> Numbers:
    """Return what the newest reading was, in Hz, at each of some seconds; 0 before the first."""
    newest = np.searchsorted(said.at, at + 1e-9, side="right")
    return np.concatenate([[0.0], said.hz])[newest]


def _after_a_tone(truth: Truth, at: Numbers, rate: int) -> NDArray[np.bool_]:
    """Return whether a tone has sounded within GRACE before each of some seconds."""
    sounds = np.concatenate([[0], np.cumsum(np.nan_to_num(truth.hz, nan=1.0) > 0)])
    end = np.minimum((at * rate).astype(int), len(truth.hz))
    begin = np.maximum(end - round(GRACE * rate), 0)
    after: NDArray[np.bool_] = sounds[end] > sounds[begin]
    return after


def _onset(truth: Truth, said: Readings, right: NDArray[np.bool_], onset: int, rate: int) -> float:
    """Return the seconds from an onset to the first reading that is right and stays right.

    It does if whatever is said within SETTLED after it is right, or until the tone ends, which is
    LEAST later at the earliest. A reading of nothing is not right.
    """
    begin = onset / rate
    ends = np.flatnonzero(~(truth.hz[onset:] > 0))
    end = begin + (ends[0] if len(ends) else len(truth.hz) - onset) / rate
    wrong = said.at[(said.at > begin) & (said.at <= end) & ~right]
    for at in said.at[(said.at > begin) & (said.at <= end - LEAST) & right]:
        if not np.any((wrong >= at) & (wrong <= at + SETTLED)):
            return float(at) - begin
    return math.inf
