"""How what a cable carries becomes MIDI: one form a kind of message.

A number is 0 to 1 and becomes the whole range of its message (0 to 127, or 0 to 16383 with 14
bits). It is taken as it is, in MIDI's own units, where it is a whole number, such as a count, or
where the cable's own ``to`` reaches beyond 0 to 1. A switch is nothing or all.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final

import mido  # type: ignore[import-untyped]

from engine.core.messages import Note, Trigger
from engine.midi.active_notes import PEDALS
from engine.midi.frames import BPM, MIDI, TEMPO
from engine.midi.options import MidiOptions
from engine.midi.voices import Key, NoteOwners
from engine.system.framing import pack_frame

SEVEN: Final = 127
FOURTEEN: Final = 16383
CENTRE: Final = 8192
STRUCK: Final = 100
"""How hard a note is struck that a trigger begins."""

NUMBERS: Final = (float, int, bool)
Unit = Callable[[float], int]


class MidiEncoder:
    """How the messages of one cable become frames for the helper. It is the root of all forms."""

    takes: ClassVar[tuple[type, ...]] = NUMBERS
    may_say: ClassVar[tuple[str, ...]] = ("to",)

    def encode(self, message: Any) -> Sequence[bytes]:
        """Turn a message into frames; raises ValueError or TypeError for what cannot be sent."""
        raise NotImplementedError

    def off(self, message: Any) -> Key | None:
        """Give the note that ends by itself after ``length``."""
        return None

    def end(self) -> Sequence[bytes]:
        """Give what ends everything that was begun, and forget it."""
        return ()

    def anew(self) -> Sequence[bytes]:
        """Give what brings a receiver that has just come back to where it was."""
        return ()


class ControlEncoder(MidiEncoder):
    """A number that the receiver keeps: a message only when it becomes another one."""

    def __init__(self, unit: Unit, spell: Callable[[int], Sequence[mido.Message]]) -> None:
        self._unit = unit
        self._spell = spell
        self._last: int | None = None

    def encode(self, message: float) -> Sequence[bytes]:
        """Give the messages, none where the number is the same as before."""
        if not math.isfinite(message):
            raise ValueError(f"{message} is no number")
        number = self._unit(message)
        if number == self._last:
            return ()
        self._last = number
        return self._frames()

    def anew(self) -> Sequence[bytes]:
        """Give the last number again."""
        return self._frames()

    def _frames(self) -> Sequence[bytes]:
        return () if self._last is None else [midi(one) for one in self._spell(self._last)]


class PedalEncoder(ControlEncoder):
    """A controller that holds notes: it is let go when its cable is lost."""

    def end(self) -> Sequence[bytes]:
        """Let it go."""
        return self.encode(0.0) if self._last else ()


class NoteEncoder(MidiEncoder):
    """Notes as they come; each is ended by its own end, whatever happens."""

    takes: ClassVar[tuple[type, ...]] = (Note,)
    may_say: ClassVar[tuple[str, ...]] = ("channel", "velocity")

    def __init__(self, voices: NoteOwners, channel: int | None, velocity: int | None) -> None:
        self._voices = voices
        self._channel = channel
        self._velocity = velocity

    def encode(self, message: Note) -> Sequence[bytes]:
        """Give the beginning or the end."""
        key = Key(self._channel or message.channel, message.note)
        if message.velocity == 0:
            return [pack_frame(MIDI, one) for one in self._voices.end(self, key)]
        velocity = self._velocity or message.velocity
        return [pack_frame(MIDI, one) for one in self._voices.begin(self, key, velocity)]

    def end(self) -> Sequence[bytes]:
        """End every note of this cable that sounds."""
        return [pack_frame(MIDI, one) for one in self._voices.end_all(self)]


class NoteTrigger(NoteEncoder):
    """One note, struck by a trigger."""

    takes: ClassVar[tuple[type, ...]] = (Trigger,)
    may_say: ClassVar[tuple[str, ...]] = ("channel", "velocity", "length")

    def __init__(self, voices: NoteOwners, key: Key, velocity: int | None) -> None:
        super().__init__(voices, key.channel, velocity or STRUCK)
        self._key = key

    def encode(self, message: Note | Trigger) -> Sequence[bytes]:
        """Give the beginning; or its end, for the note itself without velocity."""
        if isinstance(message, Note):
            return super().encode(message)
        return super().encode(Note(self._key.note, STRUCK, self._key.channel))

    def off(self, message: Any) -> Key | None:
        """Give the note, which ends by itself."""
        return self._key


class MessageTrigger(MidiEncoder):
    """The same message at every trigger, such as start and stop."""

    takes: ClassVar[tuple[type, ...]] = (Trigger,)
    may_say: ClassVar[tuple[str, ...]] = ()

    def __init__(self, kind: str) -> None:
        self._frame = midi(mido.Message(kind))

    def encode(self, message: Trigger) -> Sequence[bytes]:
        """Give the message."""
        return [self._frame]


class ClockEncoder(MidiEncoder):
    """A clock of so many beats a minute; 0 or less ends it. The helper keeps its time."""

    may_say: ClassVar[tuple[str, ...]] = ("to",)

    def __init__(self) -> None:
        self._bpm = 0.0

    def encode(self, message: float) -> Sequence[bytes]:
        """Tell the helper the tempo, where it is another one."""
        if not math.isfinite(message):
            raise ValueError(f"{message} is no number")
        if message == self._bpm:
            return ()
        self._bpm = message
        return self.anew()

    def end(self) -> Sequence[bytes]:
        """End the clock."""
        return self.encode(0.0)

    def anew(self) -> Sequence[bytes]:
        """Give the tempo."""
        return [pack_frame(TEMPO, BPM.pack(self._bpm))]


def midi(message: mido.Message) -> bytes:
    """Make the frame of one message."""
    return pack_frame(MIDI, bytes(message.bin()))


def in_own_units(carries: type, options: MidiOptions, low: float) -> bool:
    """Tell whether a cable gives MIDI's own numbers rather than ``low`` to 1."""
    if carries is int:
        return True
    return options.to is not None and not all(low <= end <= 1.0 for end in options.to)


def scaled(largest: int, own: bool) -> Unit:
    """Make what turns 0 to 1, or a number in MIDI's own units, into 0 to ``largest``."""
    factor = 1 if own else largest

    def unit(value: float) -> int:
        return min(max(round(value * factor), 0), largest)

    return unit


def bent(semitones: float | None) -> Unit:
    """Make what turns -1 to 1, or semitones where a full bend is so many, into 0 to 16383."""
    full = semitones or 1.0

    def unit(value: float) -> int:
        part = min(max(value / full, -1.0), 1.0)
        return round(CENTRE + part * (CENTRE if part < 0 else CENTRE - 1))

    return unit


def controller(number: int, channel: int, unit: Unit) -> ControlEncoder:
    """Make the form of one controller of 7 bits."""

    def spell(value: int) -> Sequence[mido.Message]:
        return [_control(channel, number, value)]

    return (PedalEncoder if number in PEDALS else ControlEncoder)(unit, spell)


def fine_controller(number: int, channel: int, unit: Unit) -> ControlEncoder:
    """Make the form of two controllers that are one of 14 bits: first the coarse one."""

    def spell(value: int) -> Sequence[mido.Message]:
        return [
            _control(channel, number, value >> 7),
            _control(channel, number + 32, value & 0x7F),
        ]

    return ControlEncoder(unit, spell)


def bend(channel: int, unit: Unit) -> ControlEncoder:
    """Make the form of the bend wheel, which goes back to the middle when its cable is lost."""

    def spell(value: int) -> Sequence[mido.Message]:
        return [mido.Message("pitchwheel", channel=channel - 1, pitch=value - CENTRE)]

    return BendEncoder(unit, spell)


class BendEncoder(ControlEncoder):
    """A bend wheel: it springs back."""

    def end(self) -> Sequence[bytes]:
        """Let it go back to the middle."""
        return self.encode(0.0) if self._last is not None else ()


def pressure(channel: int, unit: Unit) -> ControlEncoder:
    """Make the form of the pressure on a whole keyboard."""

    def spell(value: int) -> Sequence[mido.Message]:
        return [mido.Message("aftertouch", channel=channel - 1, value=value)]

    return ControlEncoder(unit, spell)


def program(channel: int) -> ControlEncoder:
    """Make the form of the choice of a sound: 0 the first of 128."""

    def spell(value: int) -> Sequence[mido.Message]:
        return [mido.Message("program_change", channel=channel - 1, program=value)]

    return ControlEncoder(scaled(SEVEN, own=True), spell)


def _control(channel: int, number: int, value: int) -> mido.Message:
    return mido.Message("control_change", channel=channel - 1, control=number, value=value)
