"""Reads the tempo, and where the beats are, from the pulses of a MIDI clock."""

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

    def pulse(self, at: Ns) -> tuple[bool, float | None]:
        """Take a pulse; tells whether it is a beat and, on a beat, how many come a minute.

        The tempo is that of the last beat; None before a whole one was heard. A pause of a second
        begins anew.
        """
        if self._moments and at - self._moments[-1] > SECOND:
            self._moments.clear()
        self._moments.append(at)
        beat = self._count % PER_BEAT == 0
        self._count += 1
        lasted = self._moments[-1] - self._moments[0]
        whole = len(self._moments) > PER_BEAT and lasted > 0
        return beat, _MINUTE / lasted if beat and whole else None
