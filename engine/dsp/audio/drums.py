"""Which drum was struck: kick, snare and hat told apart by where in the spectrum a stroke grows.

A stroke begins where the level of the low, the middle or the high bands rises above what they
usually do: spectral flux by bands (Bello et al., "A tutorial on onset detection in music signals",
2005), measured in dB and against the most of some hops ago, so that a tone that trembles is none
(SuperFlux: Böck & Widmer, DAFx 2013). 25 ms later the levels of 13 bands and how far each has risen
go through a layer of 24 units that was learned from drums of many kits, alone and over a bass
(``drum_weights``): a snare is more than a threshold in its band tells, since a kick clicks
there and a hat hisses there as well, and what two at once look like has to be learned.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from engine.dsp.audio.drum_weights import weights
from engine.dsp.audio.spectrum import Powers, bins

KINDS: Final = ("kick", "snare", "hat")
EDGES: Final = (25, 60, 100, 150, 250, 400, 700, 1200, 2000, 3500, 6000, 9000, 12000, 16000)
"""Hz: where one band ends and the next begins."""
GROUPS: Final = ((0, 4), (4, 9), (9, 13))
"""Low, middle and high bands."""
LEAST: Final = 3.0
"""dB by which a group of bands must rise."""
FACTOR: Final = 1.6
"""How far above its usual rise as well."""
USUAL_HOPS: Final = 60
"""Hops over which that is taken: 0.3 s."""
MOST_RISE: Final = 30.0
"""dB that count of one band."""
WAIT_HOPS: Final = 5
"""Hops from the beginning of a stroke until it is told: its first 40 ms say what it is."""
APART_HOPS: Final = 10
"""Hops from one stroke that is told until the next may begin."""
EARLIER: Final = (3, 4, 5)
"""Hops ago whose loudest a rise is measured against."""
LAG: Final = 0.032
"""Seconds from a stroke until it is told."""
CERTAIN: Final = 0.9
"""How sure a stroke is of which others are the softer ones ..."""
FADES: Final = 1.0
"""... and dB a second by which that is forgotten."""
_QUIETEST: Final = 1e-8
_LOUD: Final = -60.0
_KEPT: Final = 10

Levels = NDArray[np.float64]


class Drummed(NamedTuple):
    """How sure it is that each was struck, 0 to 1; ``hard`` how loud each is, in dB."""

    sure: Levels
    hard: Levels


class LoudestStroke:
    """How loud the loudest stroke of one drum was that was sure, while that is remembered.

    A pedal and a hat that is struck with a kick look like a snare to those who have not heard the
    snare of the kit. Beside it they are softer.
    """

    def __init__(self) -> None:
        self._level: float | None = None

    def passes(self, seconds: float) -> None:
        """Forget a little: of a loud passage nothing is left to hold the next one against."""
        if self._level is not None:
            self._level -= FADES * seconds

    def is_one(self, sure: float, hard: float, softer: float) -> bool:
        """Take a stroke; return whether it is sure or no more than ``softer`` dB below."""
        if sure >= CERTAIN:
            self._level = hard if self._level is None else max(self._level, hard)
            return True
        return self._level is None or hard >= self._level - softer


class DrumEar:
    """Finds strokes in the spectra of successive hops, and says of what."""

    def __init__(self) -> None:
        self._recent: list[Levels] = []
        self._usual = np.zeros(len(GROUPS))
        self._since = APART_HOPS
        self._begun: int | None = None
        self._loudest = _LOUD

    def step(self, power: Powers, rate: int) -> Drummed | None:
        """Return what was struck once that is known; ``power``: the mean square in each bin."""
        features = self.features(power, rate)
        if features is None:
            return None
        hidden = np.maximum(features @ weights().first, 0.0)
        sure = 1.0 / (1.0 + np.exp(-(np.append(hidden, 1.0) @ weights().second)))
        newest = np.max(self._recent[-4:], axis=0)
        hard = np.array([newest[:4].max(), newest[3:10].max(), newest[10:].max()])
        return Drummed(sure, hard)

    def features(self, power: Powers, rate: int) -> Levels | None:
        """Return what tells the drums apart, float64 (27,), where a stroke is to be told."""
        level = 10.0 * np.log10(_sums(power, rate) + _QUIETEST)
        if not self._recent:
            self._recent = [level] * _KEPT
        self._recent = [*self._recent, level][-_KEPT:]
        self._loudest = max(self._loudest, float(level.max()))
        self._since += 1
        if not self._stroke(level):
            return None
        newest = np.max(self._recent[-4:], axis=0)
        before = np.max(self._recent[-_KEPT : -_KEPT + 4], axis=0)
        rise = np.clip(newest - before, 0.0, 50.0)
        return np.concatenate(((newest - self._loudest) / 20, rise / 20, [1.0]))

    def _stroke(self, level: Levels) -> bool:
        """Whether a stroke that has begun is to be told at this hop."""
        earlier = np.max([self._recent[-1 - hops] for hops in EARLIER], axis=0)
        rise = np.clip(level - earlier, 0.0, MOST_RISE)
        rises = np.array([rise[first:last].mean() for first, last in GROUPS])
        told = False
        if self._begun is not None:
            self._begun += 1
            if self._begun >= WAIT_HOPS:
                self._begun, self._since, told = None, 0, True
        elif self._since >= APART_HOPS and bool((rises > LEAST + FACTOR * self._usual).any()):
            self._begun = 0
        self._usual += (rises - self._usual) / USUAL_HOPS
        return told


def _sums(power: Powers, rate: int) -> Levels:
    """Return the mean square in each band."""
    parts = (bins(low, high - 1, rate) for low, high in pairwise(EDGES))
    return np.array([power[part].sum() for part in parts])
