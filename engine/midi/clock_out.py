"""When the pulses of a MIDI clock are due: 24 to a quarter note, at even times."""

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

    def set(self, bpm: float, now: int) -> None:
        """Set the tempo in beats per minute, clipped to 10 to 999; 0 or less stops the clock."""
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
        self._last = self._due if now - self._due < _TOO_LATE * self._gap else float(now)
        self._due = self._last + self._gap
