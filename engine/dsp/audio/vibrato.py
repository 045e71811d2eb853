"""Vibrato: a pitch that goes to and fro around a centre, four to nine times a second.

Rates and depths as sung (Prame, JASA 96, 1994; Prame, JASA 102, 1997): 4 to 9 Hz, and from some
ten cents to a semitone and a half to either side.
"""

from __future__ import annotations

from collections import deque
from typing import Final

FASTEST, SLOWEST = 9.0, 3.5
"""Hz."""
SHALLOWEST: Final = 0.08
"""Semitones to either side below which a pitch trembles, and has no vibrato."""
DEEPEST: Final = 2.0
"""Semitones to either side beyond which it is a trill or a melody."""
TURN: Final = 0.05
"""Semitones that a pitch must come back to have turned ..."""
TURN_SHARE: Final = 0.08
"""... and which part of its last way: a wide vibrato trembles at its crests."""
SWAYS: Final = 0.22
"""The least part of its time that a pitch which sways is nearer to the centre than to its turning
points (a sine: a third). A trill stands at two notes, and passes what is between."""


class Vibrato:
    """Follows the turning points of one note's pitch, in semitones and seconds.

    ``depth`` is how far it goes to either side, in semitones, 0 without vibrato; ``centre`` the
    middle of the last two turning points while there is one, else None. ``plays`` is to be set
    where the pitch has come to another note: only what sways is a vibrato then.
    """

    def __init__(self) -> None:
        self.depth = 0.0
        self.centre: float | None = None
        self.plays = False
        self._recent: deque[tuple[float, float]] = deque()
        self._extreme: tuple[float, float] | None = None
        self._way = 0
        self._turns: list[tuple[float, float]] = []

    def add(self, note: float, at: float) -> None:
        """Take a reading of the pitch."""
        self._recent.append((at, note))
        while at - self._recent[0][0] > 2 / SLOWEST:
            self._recent.popleft()
        if self._extreme is None:
            self._extreme = (at, note)
            return
        when, extreme = self._extreme
        if self._way == 0:
            if abs(note - extreme) <= TURN:
                return
            self._way = 1 if note > extreme else -1
        if (note - extreme) * self._way >= 0:
            self._extreme = (at, note)
        elif abs(note - extreme) > max(TURN, TURN_SHARE * self._last_way):
            self._turned(when, extreme)
            self._way, self._extreme = -self._way, (at, note)
        self._judge(note, at)

    @property
    def _last_way(self) -> float:
        """How many semitones lie between the last two turning points."""
        return abs(self._turns[-1][1] - self._turns[-2][1]) if len(self._turns) > 1 else 0.0

    def _turned(self, at: float, note: float) -> None:
        self._turns = [*self._turns[-3:], (at, note)]

    def _judge(self, note: float, at: float) -> None:
        """Decide whether the last turning points are those of a vibrato that still goes on."""
        self.depth, self.centre = 0.0, None
        if len(self._turns) < 3 or at - self._turns[-1][0] > 1 / SLOWEST:
            return
        halves = [
            (late[0] - early[0], abs(late[1] - early[1]) / 2)
            for early, late in zip(self._turns, self._turns[1:], strict=False)
        ]
        regular = all(
            0.4 / FASTEST <= span <= 0.6 / SLOWEST and SHALLOWEST <= depth <= DEEPEST
            for span, depth in halves[-2:]
        )
        centre = (self._turns[-1][1] + self._turns[-2][1]) / 2
        depth = halves[-1][1]
        if self.plays and not self._sways(centre, depth):
            return
        if regular and abs(note - centre) <= 1.5 * depth + 0.3:
            self.depth, self.centre = sum(each for _, each in halves[-2:]) / 2, centre
            self.plays = False

    def _sways(self, centre: float, depth: float) -> bool:
        """Whether it was near the centre for as long as a sine is, between its turning points."""
        first, last = self._turns[-3][0], self._turns[-1][0]
        between = [note for at, note in self._recent if first <= at <= last]
        near = sum(abs(note - centre) < depth / 2 for note in between)
        return near >= SWAYS * len(between)
