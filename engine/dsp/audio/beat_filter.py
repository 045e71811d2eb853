"""Where in the beat we are, and how fast it goes: a forward filter over every tempo and phase.

The bar pointer model (Whiteley, Cemgil & Godsill, ISMIR 2006) in the state space of Krebs, Böck &
Widmer, "An efficient state-space model for joint tempo and meter tracking" (ISMIR 2015): a beat of
each length has one state for each 10 ms of it, a state leads to the next, and only at a beat may
the length change. Here it is filtered forward alone, so each answer knows the past and nothing
else; and a state expects a beat by how near it is to one, in ms and not in parts of a beat, since
that is how wide the peaks of BeatNet's network are.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

STEP: Final = 0.010
"""Seconds of a state."""
WIDTH: Final = 0.025
"""Seconds: the standard deviation of what is a beat around one."""
SURE, DOUBT = 0.9, 0.015
"""How likely the network is to say "beat" on one, and far from one."""
WEIGHT: Final = 0.5
"""How much an answer of the network counts: it says each 20 ms what is asked each 10."""
STEADY: Final = 120.0
"""How seldom the tempo changes; exp(-STEADY times the change of a beat's length)."""
FORGETS: Final = 2e-4
"""What part of a step's belief begins anew, so that another tempo is found."""
PREFERRED, SPREAD = 120.0, 0.5
"""Beats a minute that are most common, and the standard deviation in octaves."""
FAVOURS: Final = 3.0
"""How much a tempo counts that repeats better; exp(FAVOURS times what repeats more) ..."""
REPEATS, PLAIN = 0.2, 0.4
"""... as far as the best of them repeats: not at all, and wholly."""
NEAR: Final = 0.08
"""How much a length may differ for its states to count as one answer."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Pulse:
    """What is believed: ``period`` in seconds, ``phase`` 0 to 1 since the last beat.

    ``belief`` is how much of all belief is near that period and agrees on the phase, 0 to 1.
    """

    period: float
    phase: float
    belief: float


class BeatFilter:
    """Follows a beat between ``lowest`` and ``highest`` beats a minute.

    ``periods``: the seconds of each length of a beat, the shortest first, float64 (n,).
    """

    def __init__(self, lowest: float, highest: float) -> None:
        self._space = _space(lowest, highest)
        self.periods: Floats = np.asarray(self._space.lengths * STEP)
        self._belief = self._space.prior.copy()
        self._before = 0.0

    def step(self, activation: float) -> Pulse:
        """Go on by two states with how likely a beat is now, 0 to 1; return what is believed."""
        self._advance((self._before + activation) / 2)
        self._advance(activation)
        self._before = activation
        return self._pulse()

    def favour(self, fits: Floats) -> None:
        """Believe more in lengths that fit better; ``fits``: how well each of ``periods`` does."""
        best = float(fits.max())
        plain = min(max((best - REPEATS) / (PLAIN - REPEATS), 0.0), 1.0)
        belief = self._belief * np.repeat(
            np.exp(FAVOURS * plain * (fits - best)), self._space.lengths
        )
        self._belief = belief / belief.sum()

    def begin(self, pulse: Pulse) -> None:
        """Begin with what is known of a beat."""
        space = self._space
        lengths = np.repeat(space.lengths, space.lengths) * STEP
        apart = np.angle(space.turns * np.exp(-2j * np.pi * pulse.phase)) / (2 * np.pi)
        away = (apart * pulse.period / WIDTH) ** 2 + ((lengths / pulse.period - 1) / 0.03) ** 2
        belief = np.exp(-0.5 * away) + 1e-9
        self._belief = belief / belief.sum()

    def _advance(self, activation: float) -> None:
        space, now = self._space, np.empty_like(self._belief)
        now[1:] = self._belief[:-1]
        now[space.begins] = self._belief[space.ends] @ space.changes
        beat = min(max(activation, 0.02), 0.98)
        now *= (space.expects * (2 * beat - 1) + (1 - beat)) ** WEIGHT
        total = float(now.sum())
        if not total > 0.0:
            now, total = space.prior.copy(), 1.0
        self._belief = (1 - FORGETS) / total * now + FORGETS * space.prior

    def _pulse(self) -> Pulse:
        space = self._space
        by_length = np.add.reduceat(self._belief, space.begins)
        best = int(by_length.argmax())
        around = slice(max(0, best - 2), best + 3)
        length = np.average(space.lengths[around], weights=by_length[around])
        near = np.abs(space.lengths / space.lengths[best] - 1) < NEAR
        first, last = np.flatnonzero(near)[[0, -1]]
        states = slice(space.begins[first], space.ends[last] + 1)
        turn = np.dot(self._belief[states], space.turns[states])
        phase = float(np.angle(turn) / (2 * np.pi) % 1.0)
        return Pulse(STEP * float(length), phase, float(np.abs(turn)))


@dataclass(frozen=True)
class _Space:
    """The states: those of a length in steps follow one another, from a beat on."""

    lengths: NDArray[np.intp]
    begins: NDArray[np.intp]
    ends: NDArray[np.intp]
    expects: Floats
    turns: NDArray[np.complex128]
    changes: Floats
    prior: Floats


@lru_cache(maxsize=4)
def _space(lowest: float, highest: float) -> _Space:
    least = max(2, int(np.ceil(60 / (highest * STEP) - 1e-6)))
    most = max(least, int(np.floor(60 / (lowest * STEP) + 1e-6)))
    lengths = np.arange(least, most + 1)
    begins = np.concatenate(([0], np.cumsum(lengths)[:-1]))
    phase = np.concatenate([np.arange(length) / length for length in lengths])
    away = np.minimum(phase, 1 - phase) * np.repeat(lengths, lengths) * STEP
    changes = np.exp(-STEADY * np.abs(lengths[None, :] / lengths[:, None] - 1))
    octaves = np.log2(60 / (lengths * STEP * PREFERRED)) / SPREAD
    each = np.exp(-0.5 * octaves**2) / lengths
    prior = np.repeat(each, lengths)
    return _Space(
        lengths=lengths,
        begins=begins,
        ends=begins + lengths - 1,
        expects=DOUBT + (SURE - DOUBT) * np.exp(-0.5 * (away / WIDTH) ** 2),
        turns=np.exp(2j * np.pi * phase),
        changes=changes / changes.sum(axis=1, keepdims=True),
        prior=prior / prior.sum(),
    )
