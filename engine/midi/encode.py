"""Encode what a cable carries as MIDI: one encoder per kind of message.

A number is 0 to 1 and becomes the whole range of its message (0 to 127, or 0 to 16383 with 14
bits). It is taken as it is, in MIDI's own units, where it is an integer, such as a count, or where
the cable's own ``to`` reaches beyond 0 to 1. A switch is 0 or the full range.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final, Protocol

import mido  # type: ignore[import-untyped]

from engine.core.messages import Beat, Note, Trigger
from engine.midi.active_notes import PEDALS
from engine.midi.frames import AT_END, BEAT, BPM, MIDI, TEMPO
from engine.midi.mpe import REST, Dimension, Expression, MpeZone
from engine.midi.options import MidiOptions
from engine.midi.voices import Key, NoteOwners, begins
from engine.system.framing import pack_frame

SEVEN: Final = 127
FOURTEEN: Final = 16383
CENTRE: Final = 8192
DEFAULT_VELOCITY: Final = 100
"""The velocity of a note that a trigger begins, where its cable sets none."""

NUMBERS: Final = (float, int, bool)
Quantizer = Callable[[float], int]
"""Turns a number of a cable into the number that MIDI sends."""


class MidiEncoder:
    """Turns the messages of one cable into frames for the port process; the root of them all."""

    accepts: ClassVar[tuple[type, ...]] = NUMBERS
    options: ClassVar[tuple[str, ...]] = ("to",)

    def encode(self, message: Any) -> Sequence[bytes]:
        """Return the frames of a message; raise ValueError or TypeError for what cannot be sent."""
        raise NotImplementedError

    def strain(self, message: Any) -> str:
        """Return what is said of a message that goes farther than MIDI can say; "" of others."""
        return ""

    def timed_note(self, message: Any) -> Key | None:
        """Return the note of a message that ends by itself after ``length``; None for none."""
        return None

    def settle(self) -> Sequence[bytes]:
        """Return what waited for all of a moment; notes settle before what moves them."""
        return ()

    def end(self) -> Sequence[bytes]:
        """Return what ends everything that was begun, and forget it."""
        return ()

    def restore(self) -> Sequence[bytes]:
        """Return what brings a receiver that has just come back to the current state."""
        return ()

    def at_end(self) -> Sequence[bytes]:
        """Return what the port process shall send last, however the show ends."""
        return ()


class ControlEncoder(MidiEncoder):
    """A number that the receiver keeps: sent only when it changes."""

    def __init__(self, quantize: Quantizer, spell: Callable[[int], Sequence[mido.Message]]) -> None:
        self._quantize = quantize
        self._spell = spell
        self._last: int | None = None

    def encode(self, message: float) -> Sequence[bytes]:
        """Return the frames, none where the number is the same as before."""
        number = self._quantize(finite(message))
        if number == self._last:
            return ()
        self._last = number
        return self._frames()

    def restore(self) -> Sequence[bytes]:
        """Return the last number again."""
        return self._frames()

    def _frames(self) -> Sequence[bytes]:
        return () if self._last is None else [midi_frame(one) for one in self._spell(self._last)]


class PedalEncoder(ControlEncoder):
    """A controller that holds notes: it is released when its cable is lost."""

    def end(self) -> Sequence[bytes]:
        """Release the pedal."""
        return self.encode(0.0) if self._last else ()


class CableNotes(Protocol):
    """Begins and ends the notes of a cable, somewhere."""

    def begin(self, key: Key, velocity: int) -> list[bytes]:
        """Return what begins a note."""
        ...

    def end(self, key: Key) -> list[bytes]:
        """Return what ends a note, where it sounds and is ours."""
        ...

    def end_all(self) -> list[bytes]:
        """Return what ends every note of ours."""
        ...


class ChannelNotes:
    """The notes of one cable among those that share the channels."""

    def __init__(self, owners: NoteOwners) -> None:
        self._owners = owners

    def begin(self, key: Key, velocity: int) -> list[bytes]:
        """Return what begins a note."""
        return self._owners.begin(self, key, velocity)

    def end(self, key: Key) -> list[bytes]:
        """Return what ends a note, where it sounds and is ours."""
        return self._owners.end(self, key)

    def end_all(self) -> list[bytes]:
        """Return what ends every note of ours."""
        return self._owners.end_all(self)


class ZoneNotes:
    """The notes of one cable, each on a channel of its own, moved by ``expression``."""

    def __init__(self, zone: MpeZone, expression: Expression) -> None:
        self._zone = zone
        self._expression = expression

    def begin(self, key: Key, velocity: int) -> list[bytes]:
        """Return what begins a note, and before it where it begins."""
        return self._zone.begin(self, key, velocity, self._expression)

    def end(self, key: Key) -> list[bytes]:
        """Return what ends a note, where it sounds."""
        return self._zone.end(self, key)

    def end_all(self) -> list[bytes]:
        """Return what ends every note of ours."""
        return self._zone.end_all(self)


class NoteEncoder(MidiEncoder):
    """Notes as they come; each is ended by a note-off of its own, whatever happens.

    They wait until all of a moment has come, so that a bend of the same moment goes before.
    """

    accepts: ClassVar[tuple[type, ...]] = (Note,)
    options: ClassVar[tuple[str, ...]] = ("channel", "velocity")

    def __init__(self, notes: CableNotes, channel: int | None, velocity: int | None) -> None:
        self._notes = notes
        self._channel = channel
        self._velocity = velocity
        self._waiting: list[tuple[Key, int]] = []

    def encode(self, message: Note) -> Sequence[bytes]:
        """Keep a note that begins or ends; raise where it is none."""
        key = Key(self._channel or message.channel, message.note)
        velocity = message.velocity and (self._velocity or message.velocity)
        begins(key, velocity)
        self._waiting.append((key, velocity))
        return ()

    def settle(self) -> Sequence[bytes]:
        """Return the note-ons and note-offs, in order."""
        waiting, self._waiting = self._waiting, []
        sent: list[bytes] = []
        for key, velocity in waiting:
            sent += self._notes.begin(key, velocity) if velocity else self._notes.end(key)
        return [pack_frame(MIDI, one) for one in sent]

    def end(self) -> Sequence[bytes]:
        """Return a note-off for every note of this cable that sounds."""
        return [*self.settle(), *(pack_frame(MIDI, one) for one in self._notes.end_all())]


class NoteTrigger(NoteEncoder):
    """One note, begun by a trigger."""

    accepts: ClassVar[tuple[type, ...]] = (Trigger,)
    options: ClassVar[tuple[str, ...]] = ("channel", "velocity", "length")

    def __init__(self, notes: CableNotes, key: Key, velocity: int | None) -> None:
        super().__init__(notes, key.channel, velocity or DEFAULT_VELOCITY)
        self._key = key

    def encode(self, message: Note | Trigger) -> Sequence[bytes]:
        """Keep the note-on; or the note-off, for a ``Note`` without velocity."""
        if isinstance(message, Note):
            return super().encode(message)
        return super().encode(Note(self._key.note, DEFAULT_VELOCITY, self._key.channel))

    def timed_note(self, message: Any) -> Key | None:
        """Return the note, which ends by itself."""
        return self._key


class ExpressionEncoder(MidiEncoder):
    """A number that moves the notes of a cable, each on its own channel, from when it begins."""

    options: ClassVar[tuple[str, ...]] = ("to", "unit")

    def __init__(
        self, zone: MpeZone, expression: Expression, dimension: Dimension, quantize: Quantizer
    ) -> None:
        self._zone = zone
        self._expression = expression
        self._dimension = dimension
        self._quantize = quantize

    def encode(self, message: float) -> Sequence[bytes]:
        """Keep the number for the notes."""
        self._expression[self._dimension] = self._quantize(finite(message))
        return ()

    def settle(self) -> Sequence[bytes]:
        """Return what moves the sounding notes."""
        moved = self._zone.move(self._expression, self._dimension)
        return [pack_frame(MIDI, one) for one in moved]

    def strain(self, message: float) -> str:
        """Return what is said of a bend beyond its range."""
        return strained(self._quantize, message)

    def end(self) -> Sequence[bytes]:
        """Move them no more."""
        self._expression[self._dimension] = REST[self._dimension]
        return ()


class MessageTrigger(MidiEncoder):
    """The same message at every trigger, such as start and stop."""

    accepts: ClassVar[tuple[type, ...]] = (Trigger,)
    options: ClassVar[tuple[str, ...]] = ()

    def __init__(self, kind: str) -> None:
        self._frame = midi_frame(mido.Message(kind))

    def encode(self, message: Trigger) -> Sequence[bytes]:
        """Return the frame of the message."""
        return [self._frame]


class PositionEncoder(MidiEncoder):
    """Where in the song a sequencer goes on, in beats: the song position pointer."""

    options: ClassVar[tuple[str, ...]] = ()

    def encode(self, message: float) -> Sequence[bytes]:
        """Return the position, to a sixteenth."""
        sixteenths = min(max(round(finite(message) * 4), 0), FOURTEEN)
        return [midi_frame(mido.Message("songpos", pos=sixteenths))]


class ClockEncoder(MidiEncoder):
    """A clock in beats per minute, or of beats that come; 0 or less stops it.

    The port process keeps its time.
    """

    accepts: ClassVar[tuple[type, ...]] = (*NUMBERS, Beat)
    options: ClassVar[tuple[str, ...]] = ("to",)

    def __init__(self) -> None:
        self._bpm = 0.0
        self._beats = False

    def encode(self, message: float | Beat) -> Sequence[bytes]:
        """Return a beat, or the tempo where it changed."""
        if isinstance(message, Beat):
            self._beats = True
            return [pack_frame(BEAT, BPM.pack(finite(message.bpm)))]
        if finite(message) == self._bpm:
            return ()
        self._bpm = message
        return self.restore()

    def end(self) -> Sequence[bytes]:
        """Stop the clock."""
        if self._beats:
            self._beats = False
            return self.restore()
        return self.encode(0.0)

    def restore(self) -> Sequence[bytes]:
        """Return the tempo again."""
        return [pack_frame(TEMPO, BPM.pack(self._bpm))]


def midi_frame(message: mido.Message) -> bytes:
    """Return the frame of one message."""
    return pack_frame(MIDI, bytes(message.bin()))


def in_midi_units(carries: type, options: MidiOptions, low: float) -> bool:
    """Whether a cable carries MIDI's own numbers rather than ``low`` to 1."""
    if carries is int:
        return True
    return options.to is not None and not all(low <= end <= 1.0 for end in options.to)


def scaled(largest: int, own: bool) -> Quantizer:
    """Return what turns 0 to 1, or with ``own`` MIDI's own units, into 0 to ``largest``."""
    factor = 1 if own else largest

    def quantize(value: float) -> int:
        return min(max(round(value * factor), 0), largest)

    return quantize


class BendQuantizer:
    """A full bend is so many ``semitones``; without, numbers are -1 to 1."""

    def __init__(self, semitones: float | None) -> None:
        self.semitones = semitones

    def __call__(self, value: float) -> int:
        """Return 0 to 16383; what is beyond the range is held at its end."""
        part = min(max(value / (self.semitones or 1.0), -1.0), 1.0)
        return round(CENTRE + part * (CENTRE if part < 0 else CENTRE - 1))


def strained(quantize: Quantizer, value: float) -> str:
    """Return what is said of a bend that is wider than its range; "" of all else."""
    widest = quantize.semitones if isinstance(quantize, BendQuantizer) else None
    if widest is None or not abs(value) > widest * (1 + 1e-6):
        return ""
    held = math.copysign(widest, value)
    return f"a bend of {value:.3g} semitones is held at {held:g}, its range"


def finite(value: float) -> float:
    """Return a number; raise ValueError for NaN and infinity."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is no number")
    return value


def controller(number: int, channel: int, quantize: Quantizer) -> ControlEncoder:
    """Return the encoder of a controller of 7 bits."""

    def spell(value: int) -> Sequence[mido.Message]:
        return [_control(channel, number, value)]

    return (PedalEncoder if number in PEDALS else ControlEncoder)(quantize, spell)


def fine_controller(number: int, channel: int, quantize: Quantizer) -> ControlEncoder:
    """Return the encoder of two controllers that are one of 14 bits: the coarse one first."""

    def spell(value: int) -> Sequence[mido.Message]:
        return [
            _control(channel, number, value >> 7),
            _control(channel, number + 32, value & 0x7F),
        ]

    return ControlEncoder(quantize, spell)


class BendEncoder(ControlEncoder):
    """A bend wheel: it springs back to the centre, also where the show dies."""

    options: ClassVar[tuple[str, ...]] = ("to", "unit")

    def __init__(self, channel: int, quantize: BendQuantizer) -> None:
        super().__init__(quantize, self._spelt)
        self._channel = channel

    def strain(self, message: float) -> str:
        """Return what is said of a bend beyond its range."""
        return strained(self._quantize, message)

    def end(self) -> Sequence[bytes]:
        """Centre it."""
        return self.encode(0.0) if self._last is not None else ()

    def at_end(self) -> Sequence[bytes]:
        """Centre it."""
        return [pack_frame(AT_END, bytes(one.bin())) for one in self._spelt(CENTRE)]

    def _spelt(self, value: int) -> Sequence[mido.Message]:
        return [mido.Message("pitchwheel", channel=self._channel - 1, pitch=value - CENTRE)]


def pressure(channel: int, quantize: Quantizer) -> ControlEncoder:
    """Return the encoder of channel pressure (aftertouch)."""

    def spell(value: int) -> Sequence[mido.Message]:
        return [mido.Message("aftertouch", channel=channel - 1, value=value)]

    return ControlEncoder(quantize, spell)


def program(channel: int) -> ControlEncoder:
    """Return the encoder of program changes: 0 is the first of 128."""

    def spell(value: int) -> Sequence[mido.Message]:
        return [mido.Message("program_change", channel=channel - 1, program=value)]

    return ControlEncoder(scaled(SEVEN, own=True), spell)


def _control(channel: int, number: int, value: int) -> mido.Message:
    return mido.Message("control_change", channel=channel - 1, control=number, value=value)
