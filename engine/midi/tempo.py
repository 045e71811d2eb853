"""Follows the tempo and the beats of a MIDI clock by its pulses."""

from __future__ import annotations

from collections import deque
from typing import Final

from engine.core.clock import SECOND
from engine.core.messages import Ns
from engine.midi.clock_out import PER_BEAT

_MINUTE: Final = 60 * SECOND


class TempoFollower:
    """Counts 24 pulses to a beat; the first pulse after a start is a beat."""

    def __init__(self) -> None:
        self._moments: deque[Ns] = deque(maxlen=PER_BEAT + 1)
        self._count = 0

    def start(self) -> None:
        """Count from here: the next pulse is a beat."""
        self._count = 0

    def locate(self, sixteenths: int) -> None:
        """Count from a place in the song: the next pulse is there."""
        self._count = sixteenths * PER_BEAT // 4

    def pulse(self, at: Ns) -> tuple[bool, float | None]:
        """Return whether a pulse is a beat and, on a beat, the tempo in beats per minute.

        The tempo is that of the last beat; None before a whole one came. A pause of a second
        restarts it.
        """
        if self._moments and at - self._moments[-1] > SECOND:
            self._moments.clear()
        self._moments.append(at)
        beat = self._count % PER_BEAT == 0
        self._count += 1
        lasted = self._moments[-1] - self._moments[0]
        whole = len(self._moments) > PER_BEAT and lasted > 0
        return beat, _MINUTE / lasted if beat and whole else None
