"""A voice becomes notes."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator
from dataclasses import field
from typing import Annotated

from engine.core.clock import ns
from engine.core.errors import ParameterError
from engine.core.messages import Note, Ns, Pitch
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.audio.melody import Melody, Rules
from engine.dsp.audio.scales import Classes, parse_scale

READING = 0.016
"""Seconds between two readings of a pitch."""
PATIENCE = 0.25
"""Seconds without any reading after which a note ends."""
LATEST = 2.0
"""Seconds more that readings are waited for which have been seen to come late."""


class Notes(Node):
    """Play notes as a voice sings them: each begins with its velocity, and ends.

    The first inlet takes a pitch. A note begins once a pitch has stayed for ``steady``, and ends
    when the voice stops, or when another one begins: there is never more than one. It ends by
    itself when no readings come any more.

    The velocity follows ``loudness``, in decibels, from ``range[0]``, which plays 1, to
    ``range[1]``, which plays 127; connect the box ``loudness``. Without it the level of the pitch
    itself is taken. For a loudness of ``scale = "auto"`` say ``range = [0, 1]``.

    ``scale`` bends every note to the nearest of a scale: a root and a mode such as "D dorian",
    "F# minor", "Bb blues"; "chromatic" bends nothing. Raises ParameterError for one that is none.
    """

    lowest: Annotated[float, Param("what is lower is not played", 8, 12544, unit="Hz")] = 8.0
    highest: Annotated[float, Param("what is higher is not played", 8, 12544, unit="Hz")] = 12544.0
    scale: Annotated[str, Param('such as "D dorian"; "chromatic" is every note')] = "chromatic"
    range: Annotated[list[float], Param("the loudness of the softest and of the hardest note")] = (
        field(default_factory=lambda: [-50.0, -10.0])
    )
    steady: Annotated[float, Param("how long a pitch must stay to be a note", 0, 1, unit="s")] = (
        0.015
    )
    shortest: Annotated[float, Param("no note is shorter", 0, 10, unit="s")] = 0.06
    hysteresis: Annotated[
        float, Param("semitones beyond the middle to the next note before it takes over", 0, 0.5)
    ] = 0.2
    channel: Annotated[int, Param("MIDI channel", 1, 16)] = 1

    _melody: Melody = field(default_factory=Melody)
    _playing: Note | None = None
    _began: Ns = Ns(0)
    _heard: Ns = Ns(0)
    _gave_up: Ns | None = None
    _late: Ns = Ns(0)
    _ending: bool = False
    _levels: deque[float] = field(default_factory=lambda: deque(maxlen=4))
    _named: str | None = None
    _classes: Classes = frozenset()

    def __post_init__(self) -> None:
        self._check()

    @property
    def lag(self) -> float:
        """Seconds for which a pitch must stay beyond its first reading."""
        return READING * (self._rules().readings - 1)

    def process(self, pitch: Pitch, loudness: float | None = None, *, at: Ns) -> Iterator[Note]:
        """Yield the notes that end and begin with a reading."""
        self._check()
        if self._gave_up is not None:  # sung before that, so it was late and not missing
            late = 2 * (self._gave_up - at)  # by how much is not known; this is found in few steps
            self._late = Ns(max(self._late, min(late, ns(LATEST))))
            self._gave_up = None
        self._heard = at
        if not (math.isfinite(pitch.hz) and math.isfinite(pitch.note)):
            return
        level = 60 * pitch.level - 60 if loudness is None else loudness
        self._levels.append(level if math.isfinite(level) else self.range[0])
        before = self._melody.sounding
        now = self._melody.read(pitch, self._rules())
        again = now is not None and now == before and self._melody.repeated(pitch)
        if now is None or not 0 <= now <= 127:
            yield from self._end(at)
        elif self._playing is None or now != self._playing.note or again:
            yield from self._end(at, wait=False)
            yield self._begin(now, at)
        else:
            self._ending = False

    def wake(self) -> Ns | None:
        """Return when the sounding note ends if no more readings come."""
        if self._playing is None:
            return None
        silent = self._patient()
        return Ns(min(silent, self._earliest()) if self._ending else silent)

    def on_wake(self, at: Ns) -> Iterator[Note]:
        """End a note that has reached its shortest length, or whose readings have stopped."""
        gone = at >= self._patient()
        if gone:
            self._melody = Melody()
            self._gave_up = at
        if gone or self._ending:
            yield from self._end(at, wait=not gone)

    def reset(self) -> None:
        """Forget the sounding note; the engine silences the outputs."""
        self._melody = Melody()
        self._playing = None
        self._gave_up = None
        self._ending = False
        self._levels.clear()

    def _patient(self) -> Ns:
        """Return until when a further reading is waited for."""
        return Ns(self._heard + ns(PATIENCE) + self._late)

    def _rules(self) -> Rules:
        readings = 1 + math.ceil(self.steady / READING - 0.5)
        return Rules(
            self.lowest * 0.97, self.highest * 1.03, self._classes, self.hysteresis, readings
        )

    def _begin(self, note: int, at: Ns) -> Note:
        self._playing, self._began, self._ending = Note(note, 0, self.channel), at, False
        return Note(note, self._velocity(), self.channel)

    def _end(self, at: Ns, *, wait: bool = True) -> Iterator[Note]:
        """End the sounding note; one that is too short yet ends when it is long enough."""
        if self._playing is None:
            return
        self._ending = wait and at < self._earliest()
        if not self._ending:
            ended, self._playing = self._playing, None
            yield ended

    def _earliest(self) -> Ns:
        return Ns(self._began + ns(self.shortest))

    def _velocity(self) -> int:
        quiet, loud = self.range
        part = (max(self._levels) - quiet) / (loud - quiet)
        return round(1 + 126 * min(max(part, 0.0), 1.0))

    def _check(self) -> None:
        """Apply what was changed. Raise ParameterError for a bad value; the last one stays."""
        if self._named != self.scale:
            self._named = self.scale
            self._classes = parse_scale(self.scale)
        if len(self.range) != 2 or self.range[0] == self.range[1]:
            given, self.range = self.range, [-50.0, -10.0]
            raise ParameterError(f"range: expected two different numbers, got {given}")
