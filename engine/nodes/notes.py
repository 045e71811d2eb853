"""A voice becomes notes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Annotated, ClassVar, Literal, NamedTuple

from engine.core.clock import ns
from engine.core.errors import ParameterError
from engine.core.intonation import EQUAL, A4Hz, Tuning, TuningName, read_tuning
from engine.core.messages import Note, Ns, Pitch
from engine.core.node import Node
from engine.core.parameter import Param
from engine.core.tuning import A4_HZ, note_of
from engine.dsp.audio.attack import AttackLoudness
from engine.dsp.audio.keys import ALL, Keys
from engine.dsp.audio.level import unit_to_db
from engine.dsp.audio.melody import Melody, MelodyRules, Mode
from engine.dsp.audio.scales import parse_scale
from engine.dsp.audio.sounding import Sounding

PATIENCE = 0.25
"""Seconds without any reading after which a note ends."""
LATEST = 2.0
"""Seconds more that readings are waited for which have been seen to come late."""


class Voiced(NamedTuple):
    """A note that begins or ends, how far the voice is from it, and how far it swings."""

    notes: Note | None = None
    bend: float | None = None
    vibrato: float | None = None


class Notes(Node):
    """Play notes as a voice or an instrument does: each begins with its velocity, and ends.

    The first inlet takes a pitch. A note begins once a pitch has stayed for ``steady``, and ends
    when the voice stops, or when another one begins: there is never more than one. It ends by
    itself when no readings come any more. ``speed = "quick"`` begins it with the first reading that
    is likely, and replaces it where that was wrong; "sure" waits until the pitch is sure.

    ``mode`` is what becomes of a pitch that moves while it sounds:

    - "legato": another note takes over where it comes to rest, the ones in between do not sound;
    - "glide": the note stays, and ``bend`` goes along, up to ``widest``; each attack begins one;
    - "step": each note that it comes by is played, and ``bend`` is 0.

    ``bend`` is how many semitones the voice is from the note that plays, so both together are as
    smooth as the voice: give it to ``bend`` of ``midi_out``. ``vibrato`` is how far it swings to
    either side, in semitones, 0 without.

    While ``hold`` is on, as by a pedal, notes sound on and others join them; they end when it goes
    off. ``transpose`` moves what is played by semitones.

    The velocity follows ``loudness``, in decibels, from ``range[0]``, which plays 1, to
    ``range[1]``, which plays 127; connect the box ``loudness``. Without it the level of the pitch
    itself is taken. For a loudness of ``scale = "auto"`` say ``range = [0, 1]``.

    ``scale`` bends every note to the nearest of a scale: a root and a mode such as "D dorian",
    "F# minor", "Bb blues"; "chromatic" bends nothing. Raises ParameterError for one that is none.
    """

    UNITS: ClassVar[Mapping[str, str]] = {"bend": "semitones", "vibrato": "semitones"}

    lowest: Annotated[float, Param("what is lower is not played", 8, 12544, unit="Hz")] = 8.0
    highest: Annotated[float, Param("what is higher is not played", 8, 12544, unit="Hz")] = 12544.0
    mode: Annotated[Mode, Param("what becomes of a pitch that moves: see above")] = "legato"
    speed: Annotated[
        Literal["quick", "sure"], Param("begin with a likely pitch, or wait for a sure one")
    ] = "quick"
    scale: Annotated[str, Param('such as "D dorian"; "chromatic" is every note')] = "chromatic"
    tuning: TuningName = EQUAL
    a4: A4Hz = A4_HZ
    transpose: Annotated[int, Param("semitones that all is moved by", -60, 60)] = 0
    hold: Annotated[bool, Param("a pedal: notes sound on while it is on")] = False
    range: Annotated[list[float], Param("the loudness of the softest and of the hardest note")] = (
        field(default_factory=lambda: [-50.0, -10.0])
    )
    steady: Annotated[float, Param("how long a pitch must stay to be a note", 0, 1, unit="s")] = (
        0.005
    )
    shortest: Annotated[float, Param("no note is shorter", 0, 10, unit="s")] = 0.06
    hysteresis: Annotated[
        float, Param("semitones beyond the middle to the next note before it takes over", 0, 0.5)
    ] = 0.2
    widest: Annotated[
        float, Param('in the mode "glide", how far a note is bent at most', 0, 96, unit="semitones")
    ] = 12.0
    channel: Annotated[int, Param("MIDI channel", 1, 16)] = 1

    _melody: Melody = field(default_factory=Melody)
    _sounding: Sounding = field(default_factory=Sounding)
    _heard: Ns = Ns(0)
    _gave_up: Ns | None = None
    _late: Ns = Ns(0)
    _vibrato: float = 0.0
    _step: float = 1.0
    _loudness: float | None = None
    _louder: AttackLoudness = field(default_factory=AttackLoudness)
    _tuned: Tuning = field(default_factory=Tuning)
    _named: tuple[str, float] | None = None
    _keys: Keys = field(default_factory=Keys)

    def __post_init__(self) -> None:
        self._tuned = read_tuning(self.tuning, self.a4)
        self._check()

    @property
    def lag(self) -> float:
        """Seconds for which a pitch must stay beyond its first reading."""
        return self.steady

    def process(self, pitch: Pitch, loudness: float | None = None, *, at: Ns) -> Iterator[Voiced]:
        """Yield the notes that end and begin with a reading, and how the one that sounds moves."""
        self._check()
        yield from _played(self._sounding.pedal(self.hold))
        if self._gave_up is not None:  # sung before that, so it was late and not missing
            late = 2 * (self._gave_up - at)  # by how much is not known; this is found in few steps
            self._late = Ns(max(self._late, min(late, ns(LATEST))))
            self._gave_up = None
        self._heard = at
        if not (math.isfinite(pitch.hz) and math.isfinite(pitch.note)):
            return
        self._hear(pitch.level, loudness, at)
        self._step = 1.0 if self._in_semitones else pitch.step / 100
        now = self._melody.read(pitch, self._height(pitch), at / 1e9, self._rules())
        if now is None or not 0 <= now + self.transpose <= 127:
            yield from _played(self._sounding.end(at, ns(self.shortest)))
            yield from self._moved()
        elif now != self._sounding.sung or self._melody.again:
            yield from self._begin(now, at)
        else:
            self._sounding.goes_on()
            yield from self._moved()

    def on_hold(self, hold: bool) -> Iterator[Voiced]:
        """End what the pedal held, when it goes up."""
        yield from _played(self._sounding.pedal(hold))

    def wake(self) -> Ns | None:
        """Return when the sounding note ends if no more readings come."""
        if not self._sounding.any:
            return None
        silent = self._patient()
        if not self._sounding.is_ending:
            return silent
        return Ns(min(silent, self._sounding.earliest(ns(self.shortest))))

    def on_wake(self, at: Ns) -> Iterator[Voiced]:
        """End a note that has reached its shortest length, or all when readings have stopped."""
        if at >= self._patient():
            self._melody = Melody()
            self._gave_up = at
            yield from _played(self._sounding.end_all(at))
        elif self._sounding.is_ending:
            yield from _played(self._sounding.end(at, ns(self.shortest)))

    def reset(self) -> None:
        """Forget the sounding notes; the engine silences the outputs."""
        self._melody = Melody()
        self._sounding = Sounding()
        self._gave_up = None

    def _patient(self) -> Ns:
        """Return until when a further reading is waited for."""
        return Ns(self._heard + ns(PATIENCE) + self._late)

    def _rules(self) -> MelodyRules:
        return MelodyRules(
            lowest=self.lowest * 0.97,
            highest=self.highest * 1.03,
            keys=self._keys,
            hysteresis=self.hysteresis,
            steady=self.steady,
            mode=self.mode,
            quick=self.speed == "quick",
            widest=self.widest,
        )

    def _begin(self, sung: int, at: Ns) -> Iterator[Voiced]:
        """Yield the end of the note before, the bend of the new one, and then that itself."""
        yield from _played(self._sounding.end(at))
        yield from self._moved()
        note = Note(sung + self.transpose, self._velocity(), self.channel)
        yield from _played(self._sounding.begin(sung, note, at))

    def _moved(self) -> Iterator[Voiced]:
        """Yield how far the voice is from the note that plays, and how far it swings."""
        vibrato = self._melody.vibrato * self._step
        swings = None if vibrato == self._vibrato else vibrato
        self._vibrato = vibrato
        bend = self._melody.bend
        if bend is not None or swings is not None:
            yield Voiced(None, None if bend is None else bend * self._step, swings)

    def _height(self, pitch: Pitch) -> float:
        """Return a pitch in semitones; where it is not tuned here, in the keys of its box."""
        return note_of(pitch.hz) if self._in_semitones and pitch.hz > 0 else pitch.note

    @property
    def _in_semitones(self) -> bool:
        """Whether heights are semitones, and not keys as the box of the pitch has them."""
        return self._keys.tuning is not None

    def _hear(self, level: float, loudness: float | None, at: Ns) -> None:
        if loudness is not None:
            self._louder.hear(level, loudness, at / 1e9)
            self._loudness = loudness if math.isfinite(loudness) else min(self.range)

    def _velocity(self) -> int:
        quiet, loud = self.range
        strength = self._melody.strength
        if self._loudness is None:
            level = unit_to_db(strength)
        elif min(self.range) < 0:
            level = self._louder.of(strength)
        else:  # no decibels, so nothing that a level could be added to
            level = self._loudness
        part = (level - quiet) / (loud - quiet)
        return round(1 + 126 * min(max(part, 0.0), 1.0))

    def _check(self) -> None:
        """Apply what was changed. Raise ParameterError for a bad value; the last one stays."""
        if self._named != (self.scale, self.a4):
            self._named = self.scale, self.a4
            self._keys = self._named_keys()
        if len(self.range) != 2 or self.range[0] == self.range[1]:
            given, self.range = self.range, [-50.0, -10.0]
            raise ParameterError(f"range: expected two different numbers, got {given}")

    def _named_keys(self) -> Keys:
        """Return the keys of the scale and tuning; raise ParameterError where they do not fit."""
        classes = parse_scale(self.scale)
        self._tuned = self._tuned.tuned_to(self.a4)
        steps = len(self._tuned.degrees)
        if classes != ALL and steps != len(ALL):
            raise ParameterError(
                f'scale: "{self.scale}" is of twelve notes an octave, and the tuning has {steps} '
                f'steps: write scale = "chromatic", or another tuning'
            )
        return Keys(classes, None if self._tuned == Tuning() else self._tuned)


def _played(notes: Iterator[Note]) -> Iterator[Voiced]:
    return (Voiced(note) for note in notes)
