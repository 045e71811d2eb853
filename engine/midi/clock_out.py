"""When the pulses of a MIDI clock are due: 24 to a quarter note, at even times.

Why a clock that follows beats waits for each of them: so there are 24 pulses from beat to beat,
never one more or less, whatever the tempo does, and what is sent before a beat, such as a start, is
there before its pulse.
"""

from __future__ import annotations

from typing import Final

PER_BEAT: Final = 24
SLOWEST: Final = 10.0
FASTEST: Final = 999.0
_MINUTE: Final = 60_000_000_000
_TOO_LATE: Final = 4


class ClockPulses:
    """The moments of a clock's pulses, in ns. A change of tempo moves the next pulse only."""

    def __init__(self) -> None:
        self._gap = 0.0
        self._last = 0.0
        self._due: float | None = None
        self._left: int | None = None
        self._late = 0
        self._beat = 0.0

    def beat(self, bpm: float, now: int) -> None:
        """Be at a beat now: its pulses are due, those of the last one that are left at once."""
        self._gap = _MINUTE / PER_BEAT / min(max(bpm, SLOWEST), FASTEST)
        self._late = self._left or 0
        self._left = PER_BEAT
        self._beat = self._due = float(now)

    def start(self) -> None:
        """Leave out what is left of a beat: a sequencer counts from here, by the next one."""
        if self._left is not None:
            self._left, self._late, self._due = 0, 0, None

    def set(self, bpm: float, now: int) -> None:
        """Set the tempo in beats per minute, clipped to 10 to 999; 0 or less stops the clock."""
        if self._left is not None:
            self._left, self._due = None, None
        if not bpm > 0:
            self._due = None
            return
        self._gap = _MINUTE / PER_BEAT / min(max(bpm, SLOWEST), FASTEST)
        self._due = max(float(now), self._last + self._gap) if self._due is not None else float(now)

    def due(self) -> int | None:
        """Return when the next pulse is due, in ns; None while the clock is stopped."""
        return None if self._due is None else round(self._due)

    def sent(self, now: int) -> None:
        """Take account of the pulse that was due being sent at ``now``.

        After a long sleep the clock continues from now, without catching up.
        """
        if self._due is None:
            return
        if self._left is not None:
            self._go_on(now)
            return
        self._last = self._due if now - self._due < _TOO_LATE * self._gap else float(now)
        self._due = self._last + self._gap

    def _go_on(self, now: int) -> None:
        """Go on within a beat, and wait at its end for the next one."""
        self._last = float(now)
        if self._late:
            self._late -= 1
            return
        self._left = (self._left or 0) - 1
        gone = PER_BEAT - self._left
        self._due = self._beat + gone * self._gap if self._left else None
