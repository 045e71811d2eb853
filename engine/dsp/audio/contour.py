"""The newest stretch of a melody's pitch: where it stays, where it moves, and where it jumped.

Everything is counted in seconds, so that it is the same whatever the time between two readings. A
pitch that jumps and comes back at once was never away: a reading or two may go astray.
"""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

MEMORY: Final = 0.12
"""Seconds that are remembered."""
JUMP: Final = 0.4
"""Semitones between two readings of one moment from which on it is no glide."""
JUMP_RATE: Final = 30.0
"""Semitones a second: what a quick glide may add to that between two readings."""
ASTRAY: Final = 0.012
"""Seconds after which a pitch that is back from a jump was never away."""
SLOPE_SPAN: Final = 0.005
"""Seconds over which the speed of a glide is measured."""
_BELS: Final = 6.0
"""Powers of ten from a level of 0 to one of 1."""


class _Point(NamedTuple):
    at: float
    note: float
    power: float


class Contour:
    """Pitch readings of one voice, in semitones and seconds; cleared where it pauses."""

    def __init__(self) -> None:
        self._points: deque[_Point] = deque()
        self._jumped: float | None = None
        self._left: deque[_Point] = deque()
        self._left_jumped: float | None = None

    def add(self, note: float, at: float, level: float = 0.0) -> bool:
        """Add a reading; return whether the pitch has jumped there, or a pause was before it.

        ``level``: how loud it is, 0 to 1 (60 dB).
        """
        jumped = not _goes_on(self._points, note, at)
        if jumped and _goes_on(self._left, note, at) and at - self._left[-1].at <= ASTRAY:
            self._points, self._jumped = self._left, self._left_jumped
            self._left = deque()
            jumped = False
        elif jumped:
            self._left, self._left_jumped = self._points, self._jumped
            self._points, self._jumped = deque(), at
        self._points.append(_Point(at, note, 10 ** (_BELS * level)))
        while at - self._points[0].at > MEMORY:
            self._points.popleft()
        if self._jumped is not None and at - self._jumped > MEMORY:
            self._jumped = None
        return jumped

    def clear(self) -> None:
        """Note a pause: what comes next is no glide."""
        self._points.clear()
        self._left.clear()

    @property
    def has_jumped(self) -> bool:
        """Whether it came to where it is by a jump or after a pause, a moment ago."""
        return self._jumped is not None

    def stays(self, within: float) -> float:
        """Return for how many seconds the pitch has stayed within so many semitones."""
        if not self._points:
            return 0.0
        newest = self._points[-1]
        lowest = highest = newest.note
        since = newest.at
        for at, note, _ in reversed(self._points):
            lowest, highest = min(lowest, note), max(highest, note)
            if highest - lowest > within:
                break
            since = at
        return newest.at - since

    def centre(self, span: float) -> float:
        """Return the mean pitch of the newest ``span`` seconds, each reading by its power.

        The pitch of two voices that beat runs away while both together are at their softest. By
        power it stays between them. 0 where there is none.
        """
        newest = [each for each in self._points if self._points[-1].at - each.at <= span]
        total = sum(each.power for each in newest)
        return sum(each.power * each.note for each in newest) / total if newest else 0.0

    def slope(self) -> float:
        """Return how fast the pitch moves, in semitones a second; 0 where that is not known yet."""
        if len(self._points) < 2:
            return 0.0
        newest = self._points[-1]
        for at, note, _ in reversed(self._points):
            if newest.at - at >= SLOPE_SPAN - 1e-6:
                return (newest.note - note) / (newest.at - at)
        return 0.0


def _goes_on(points: deque[_Point], note: float, at: float) -> bool:
    """Whether a pitch may have glided from the last of the points to a note; not from none."""
    if not points:
        return False
    return abs(note - points[-1].note) <= JUMP + JUMP_RATE * max(at - points[-1].at, 0.0)
