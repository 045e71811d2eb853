"""The newest stretch of a melody's pitch: where it stays, where it moves, and where it jumped.

Everything is counted in seconds, so that it is the same whatever the time between two readings.
"""

from __future__ import annotations

from collections import deque
from typing import Final

MEMORY: Final = 0.12
"""Seconds that are remembered."""
JUMP: Final = 0.4
"""Semitones between two readings of one moment from which on it is no glide."""
JUMP_RATE: Final = 30.0
"""Semitones a second: what a quick glide may add to that between two readings."""
SLOPE_SPAN: Final = 0.005
"""Seconds over which the speed of a glide is measured."""


class Contour:
    """Pitch readings of one voice, in semitones and seconds; cleared where it pauses."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, float]] = deque()
        self._jumped: float | None = None

    def add(self, note: float, at: float) -> bool:
        """Add a reading; return whether the pitch has jumped there, or a pause was before it."""
        jumped = True  # as the first reading after a pause
        if self._points:
            before, last = self._points[-1]
            jumped = abs(note - last) > JUMP + JUMP_RATE * max(at - before, 0.0)
        if jumped:
            self._points.clear()
            self._jumped = at
        self._points.append((at, note))
        while at - self._points[0][0] > MEMORY:
            self._points.popleft()
        if self._jumped is not None and at - self._jumped > MEMORY:
            self._jumped = None
        return jumped

    def clear(self) -> None:
        """Note a pause: what comes next is no glide."""
        self._points.clear()

    @property
    def has_jumped(self) -> bool:
        """Whether it came to where it is by a jump or after a pause, a moment ago."""
        return self._jumped is not None

    def stays(self, within: float) -> float:
        """Return for how many seconds the pitch has stayed within so many semitones."""
        if not self._points:
            return 0.0
        newest, note = self._points[-1]
        lowest = highest = note
        since = newest
        for at, each in reversed(self._points):
            lowest, highest = min(lowest, each), max(highest, each)
            if highest - lowest > within:
                break
            since = at
        return newest - since

    def slope(self) -> float:
        """Return how fast the pitch moves, in semitones a second; 0 where that is not known yet."""
        if len(self._points) < 2:
            return 0.0
        newest, note = self._points[-1]
        for at, each in reversed(self._points):
            if newest - at >= SLOPE_SPAN - 1e-6:
                return (note - each) / (newest - at)
        return 0.0
