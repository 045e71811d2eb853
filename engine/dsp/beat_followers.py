"""Where the music is, by what somebody taps, and by the pulses of a clock.

Both fit a line through the last moments, so that what jitters is evened out, and both leave out
what does not belong; what keeps on coming otherwise is believed at last.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

from engine.core.clock import SECOND
from engine.core.messages import Ns
from engine.dsp.beat_grid import FASTEST, SLOWEST

PER_BEAT: Final = 24
"""Pulses of a MIDI clock in a quarter note."""

_MINUTE: Final = 60 * SECOND
_BOUNCE: Final = SECOND // 10
"""A tap so soon after another is the same one."""
_PAUSE: Final = round(_MINUTE / 30)
"""Taps so far apart are no tempo: 30 beats a minute are the slowest."""
_TAPS: Final = 6
_OFF_BEAT: Final = 0.2
"""Beats: a tap so far from where one is due is left out."""
_MOST_MISSED: Final = 4
_ALIKE: Final = 0.15
"""Steps that differ by less than this part of them are alike."""
_OTHER: Final = 0.1
"""Two like steps that differ by more than this part from a beat are another tempo."""
_STRAY: Final = 2 / PER_BEAT
"""Beats: a pulse so far from where it is due does not count for the tempo."""
_BELIEVED: Final = 12
"""So many pulses astray one after another are the truth."""
_KNOWN: Final = 6
"""Pulses after which their tempo is known."""
_STANDS: Final = SECOND // 2


@dataclass(frozen=True, slots=True)
class Reading:
    """Where the music is at a moment: ``position`` in beats; ``bpm`` None where not known yet."""

    position: float
    bpm: float | None


class _Line:
    """The straight line of positions over moments, by least squares, through the last few."""

    def __init__(self, most: int) -> None:
        self._points: deque[tuple[Ns, float]] = deque(maxlen=most)

    def __len__(self) -> int:
        return len(self._points)

    def add(self, at: Ns, position: float) -> None:
        self._points.append((at, position))

    def clear(self) -> None:
        self._points.clear()

    def move(self, by: float) -> None:
        """Move all positions."""
        moved = [(at, position + by) for at, position in self._points]
        self._points.extend(moved)

    def at(self, at: Ns) -> Reading:
        """Return where the line is at a moment, and how steep; at least two points are needed."""
        first, count = self._points[0][0], len(self._points)
        times = [float(moment - first) for moment, _ in self._points]
        mean = sum(times) / count
        middle = sum(position for _, position in self._points) / count
        spread = sum((time - mean) ** 2 for time in times)
        both = zip(times, self._points, strict=True)
        slope = sum((time - mean) * (point[1] - middle) for time, point in both) / max(spread, 1.0)
        return Reading(middle + slope * (at - first - mean), slope * _MINUTE)


class TapFollower:
    """The tempo and the beats that somebody taps, from the third tap on.

    A pause of two seconds begins anew. A tap off the beat is left out, and of one or a few that are
    missing nothing is thought; two like steps one after another that are others are the new tempo.
    """

    def __init__(self) -> None:
        self._line = _Line(_TAPS)
        self._taps: deque[Ns] = deque(maxlen=3)
        self._last: tuple[Ns, float] = (Ns(0), 0.0)

    def tap(self, at: Ns) -> Reading | None:
        """Return where the music is; None while no tempo is known, and for a stray tap."""
        if self._taps and at - self._taps[-1] < _BOUNCE:
            return None
        if self._taps and at - self._taps[-1] > _PAUSE:
            self._taps.clear()
            self._line.clear()
        self._taps.append(at)
        if len(self._taps) < 3:
            return None
        first, second = self._taps[1] - self._taps[0], self._taps[2] - self._taps[1]
        alike = abs(first - second) <= _ALIKE * max(first, second)
        if len(self._line) < 3:
            return self._begin() if alike else None
        beat = _MINUTE / (self._line.at(at).bpm or FASTEST)
        if alike and abs((first + second) / 2 - beat) > _OTHER * beat:
            return self._begin()
        steps = (at - self._last[0]) / beat
        whole = round(steps)
        if not 1 <= whole <= _MOST_MISSED or abs(steps - whole) > _OFF_BEAT:
            return None
        return self._add(at, self._last[1] + whole)

    def _begin(self) -> Reading:
        self._line.clear()
        for number, at in enumerate(self._taps):
            reading = self._add(at, float(number))
        return reading

    def _add(self, at: Ns, position: float) -> Reading:
        self._line.add(at, position)
        self._last = (at, position)
        return self._line.at(at) if len(self._line) > 1 else Reading(position, None)


class ClockFollower:
    """The tempo and the beats of a MIDI clock: each pulse is a 24th of a beat, early or late."""

    def __init__(self) -> None:
        self._line = _Line(PER_BEAT)
        self._astray: list[tuple[Ns, float]] = []
        self._count = -1
        self._last: Ns | None = None

    def is_alive(self, at: Ns) -> bool:
        """Whether there was a pulse less than half a second before a moment."""
        return self._last is not None and at - self._last <= _STANDS

    @property
    def ends(self) -> Ns | None:
        """When it has ended if nothing more comes."""
        return None if self._last is None else Ns(self._last + _STANDS + 1)

    def locate(self, position: float) -> None:
        """Be at a position, in beats, by the next pulse."""
        count = round(position * PER_BEAT) - 1
        by = (count - self._count) / PER_BEAT
        self._line.move(by)
        self._astray = [(at, each + by) for at, each in self._astray]
        self._count = count

    def pulse(self, at: Ns) -> Reading | None:
        """Return where the music is; None for a pulse that came much too early or too late."""
        if self._last is not None and not self.is_alive(at):
            self._line.clear()
            self._astray.clear()
        self._last = at if self._last is None else max(at, self._last)
        self._count += 1
        position = self._count / PER_BEAT
        if len(self._line) < _KNOWN:
            self._line.add(at, position)
            return Reading(position, None)
        if abs(self._line.at(at).position - position) > _STRAY:
            self._astray.append((at, position))
            if len(self._astray) < _BELIEVED:
                return None
            self._line.clear()
            for each in self._astray:
                self._line.add(*each)
        else:
            self._line.add(at, position)
        self._astray.clear()
        reading = self._line.at(at)
        known = reading.bpm is not None and SLOWEST / 2 <= reading.bpm <= 2 * FASTEST
        return reading if known else Reading(position, None)
