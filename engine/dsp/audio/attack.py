"""How hard a note is struck, how loud that is, and whether one that sounds is struck again.

A level of the newest few milliseconds beats with the waves of a low note, so what counts is the
loudest of the last period.
"""

from __future__ import annotations

import math
from collections import deque
from typing import Final

from engine.dsp.audio.level import unit_to_db

SHORTEST: Final = 0.010
"""Seconds: the level is the loudest of at least so long."""
PERIODS: Final = 1.2
"""Periods of the note over which the loudest counts."""
DIP: Final = 0.1
"""Level (0 to 1) by which a note must fall, and rise again, to be struck again: 6 dB."""
QUICK: Final = 0.035
"""Seconds: what is older was before the attack."""
RISES: Final = 0.07
"""Seconds: a rise that takes longer is a swell or a tremolo."""
BEFORE: Final = 0.15
"""Seconds before a dip that tell how loud it was."""
STEEP: Final = 1.8
"""How many times quicker an attack rises than the sound before it came down and lay low: two
strings that beat, and a choir, come up as they go down."""
LOUDER: Final = 0.05
"""Level (0 to 1) by which an attack may exceed what was before, and no beat does: 3 dB."""
LOW: Final = 0.01
"""Level (0 to 1) above the bottom of a dip that is still its bottom."""
ATTACK: Final = 0.06
"""Seconds of levels that tell how hard a note is struck ..."""
BEFORE_IT: Final = 0.2
"""... but for what is so much louder than a level after it (0 to 1; 12 dB): the note before."""
AHEAD: Final = 0.010
"""Seconds by which a rising attack is thought on: a note begins before it is at its loudest."""
LIMIT: Final = 0.1
"""The most that this adds, as a level: 6 dB."""
EVEN: Final = 0.02
"""Level (0 to 1) between two readings of a sound that neither begins nor ends."""
LEARNS: Final = 0.3
"""Seconds in which is learned how another measure of loudness differs."""


class Attack:
    """The envelope of one voice, as levels of 0 to 1 (60 dB)."""

    def __init__(self) -> None:
        self._raw: deque[tuple[float, float]] = deque()
        self._levels: deque[tuple[float, float]] = deque()
        self._peak = 0.0
        self._fallen = False

    def hear(self, level: float, hz: float, at: float) -> None:
        """Take the level of a reading at a second; ``hz`` is the pitch, 0 where there is none."""
        self._raw.append((at, level))
        span = max(SHORTEST, PERIODS / hz) if hz > 0 else SHORTEST
        while at - self._raw[0][0] > max(span, SHORTEST):
            self._raw.popleft()
        self._levels.append((at, max(each for _, each in self._raw)))
        while at - self._levels[0][0] > BEFORE + QUICK:
            self._levels.popleft()
        now = self._levels[-1][1]
        if now > self._peak and not self._fallen:
            self._peak = now
        if now <= self._peak - DIP:
            self._fallen = True

    def begin(self) -> None:
        """Note that a note begins here: only what comes later may be struck again."""
        self._peak = self._levels[-1][1] if self._levels else 0.0
        self._fallen = False

    @property
    def is_struck(self) -> bool:
        """Whether the note fell, and is as loud as before as quickly as an attack brings it."""
        if not self._fallen or not self._levels:
            return False
        at, now = self._levels[-1]
        floor = min(level for when, level in self._levels if at - when <= 2 * RISES)
        leaves = max(when for when, level in self._levels if level <= floor + LOW)
        loud = max((level for when, level in self._levels if at - when > QUICK), default=floor)
        back = max(loud - DIP, floor + DIP)
        if now < back or at - leaves > RISES:
            return False
        return now >= loud + LOUDER or self._is_steep(leaves, back)

    def _is_steep(self, leaves: float, back: float) -> bool:
        """Whether the level was back from a dip quicker than it had gone there and lain there."""
        rises = (when for when, level in self._levels if when > leaves and level >= back)
        up = min(rises, default=leaves)  # a long block brings many readings at one moment
        falls = (when for when, level in self._levels if when < leaves and level >= back)
        down = max(falls, default=self._levels[0][0])
        return leaves - down >= STEEP * (up - leaves) - 1e-6

    @property
    def strength(self) -> float:
        """Return the level of the attack, 0 to 1: as loud as it will be, where it still rises."""
        if not self._levels:
            return 0.0
        at, now = self._levels[-1]
        before = next((level for when, level in self._levels if at - when <= AHEAD), now)
        return min(1.0, max(self._loudest(), now + min(max(now - before, 0.0), LIMIT)))

    def _loudest(self) -> float:
        """Return the loudest level of an attack, without that of a louder note before it."""
        newest, loudest = self._levels[-1]
        lowest = loudest
        for at, level in reversed(self._levels):
            if newest - at > ATTACK or level > lowest + BEFORE_IT:
                break
            loudest, lowest = max(loudest, level), min(lowest, level)
        return loudest


class AttackLoudness:
    """How loud an attack is by a loudness in dB that is measured beside the pitch.

    Why not that loudness itself: it looks at a window, which is still half full of silence when a
    quick note begins. So the level of the pitch counts, which is quicker, and as much more as the
    other one says while a sound goes on.
    """

    def __init__(self) -> None:
        self._above = 0.0
        self._level = 0.0
        self._at: float | None = None

    def hear(self, level: float, loudness: float, at: float) -> None:
        """Take the level of a reading, 0 to 1, and what the other measure says at that second."""
        before, self._level = self._level, level
        if not math.isfinite(loudness) or not 0 < level < 1 or abs(level - before) > EVEN:
            return
        passed = math.inf if self._at is None else max(at - self._at, 0.0)
        self._at = at
        self._above += (loudness - unit_to_db(level) - self._above) * min(passed / LEARNS, 1.0)

    def of(self, strength: float) -> float:
        """Return how loud an attack is, in dB as the other measure has it."""
        return unit_to_db(strength) + self._above
