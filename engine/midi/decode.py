"""Decode MIDI bytes into messages of the engine, each under its name and channel.

Whatever a message ends is told as if its own end had come: a channel mode message and a reset end
the notes of their channels one by one, and bring controllers back to where they rest.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from engine.core.messages import Message, Note, Ns, Trigger
from engine.midi.fourteen import LARGEST, FourteenBits
from engine.midi.names import MessageName
from engine.midi.parameter_numbers import NUMBERS, Parameter, ParameterNumbers
from engine.midi.stream import StreamParser
from engine.midi.tempo import TempoFollower
from engine.midi.timecode import TimecodeFollower

SEVEN: Final = 127
CENTRE: Final = 8192
FINE: Final = 32
"""The number of a 14-bit controller's fine half, less that of its coarse half."""

NOTE_OFF: Final = 0x80
SYSTEM: Final = 0xF0

ALL_SOUND_OFF: Final = 120
RESET_CONTROLLERS: Final = 121
ENDS_NOTES: Final = frozenset({120, 123, 124, 125, 126, 127})
"""All sound off and all notes off; and omni off, omni on, mono and poly, which mean it too."""
AT_REST: Final = {1: 0, 11: 127, 64: 0, 65: 0, 66: 0, 67: 0}
"""What is reset, to what (RP-015): modulation, expression, pedals; volume and pan stay."""
FINE_AT_REST: Final = frozenset(number for number in AT_REST if number < FINE)
"""Those of them that have a fine half."""
SPECIAL: Final = frozenset(
    {*AT_REST, *(FINE + number for number in FINE_AT_REST), *NUMBERS, *ENDS_NOTES}
    | {RESET_CONTROLLERS}
)
"""The controllers that mean more than their own value."""
HOLDING: Final = (64, 66)
"""Pedals that let a receiver sound on after its notes have ended: sustain and sostenuto."""
MPE_ZONE: Final = ("rpn", 6)
"""Says, on channel 1 or 16, how many channels its zone has beside it (MPE 1.1)."""


@dataclass(frozen=True, slots=True)
class MidiEvent:
    """One decoded event: ``message`` for cables, ``position`` (0 to 1) to map to a parameter."""

    name: MessageName
    message: Message = None
    position: float | None = None


class MidiDecoder:
    """Decodes the stream of one port."""

    def __init__(self, fine: Container[int | None] = range(FINE)) -> None:
        """``fine`` are the controllers that somebody hears with 14 bits; it may grow."""
        self._fine = fine
        self._stream = StreamParser()
        self._tempo = TempoFollower()
        self._timecode = TimecodeFollower()
        self._fourteen: FourteenBits[tuple[int, int]] = FourteenBits()
        self._parameters = ParameterNumbers()
        self._notes: dict[tuple[int, int], None] = {}
        self._moved: dict[tuple[int, str, int], None] = {}
        self._zones: dict[int, range] = {}

    @property
    def strays(self) -> int:
        """How many bytes came that belong to no message."""
        return self._stream.strays

    def decode(self, piece: bytes, at: Ns) -> Iterator[MidiEvent]:
        """Yield the events of bytes that came at a moment, whatever their cut.

        Without bytes only what has waited until then.
        """
        if self._fourteen.waits or self._parameters.waits or self._timecode.runs:
            yield from self._settle(at)
        for message in self._stream.feed(piece):
            status = message[0]
            if status >= SYSTEM:
                yield from self._system(message, at)
            else:
                handler = HANDLERS[status & SYSTEM]
                yield from handler(self, status, (status & 0x0F) + 1, message[1:], at)

    def end_notes(self, at: Ns) -> Iterator[MidiEvent]:
        """Yield the ends of all notes, as where the port went away."""
        yield from self._end_notes(range(1, 17), at)

    def _settle(self, at: Ns) -> Iterator[MidiEvent]:
        for (channel, number), value in self._fourteen.settle(at):
            yield _fine_controller(channel, number, value)
        for parameter, value in self._parameters.settle(at):
            yield self._parameter(parameter, value)
        yield from map(_timecode, self._timecode.settle(at))

    # Of a channel.

    def _note(self, status: int, channel: int, data: bytes, _: Ns) -> Iterator[MidiEvent]:
        number, velocity = data
        if status & SYSTEM == NOTE_OFF:
            velocity = 0
        if velocity:
            self._notes[channel, number] = None
        else:
            self._notes.pop((channel, number), None)
        yield MidiEvent(MessageName("notes", channel=channel), Note(number, velocity, channel))
        struck = Trigger(velocity / SEVEN) if velocity else None
        yield MidiEvent(
            MessageName("note", number, channel=channel), struck, 1.0 if velocity else 0.0
        )

    def _control(self, _: int, channel: int, data: bytes, at: Ns) -> Iterator[MidiEvent]:
        number, value = data
        part = value / SEVEN
        yield MidiEvent(MessageName("cc", number, channel=channel), part, part)
        if number < 2 * FINE and number % FINE in self._fine:
            take = self._fourteen.coarse if number < FINE else self._fourteen.fine
            both = take((channel, number % FINE), value, at)
            if both is not None:
                yield _fine_controller(channel, number % FINE, both)
        if number in SPECIAL:
            yield from self._special(channel, number, value, at)

    def _special(self, channel: int, number: int, value: int, at: Ns) -> Iterator[MidiEvent]:
        """Yield what a controller means beside itself."""
        if number in AT_REST:
            self._move("cc", channel, number, away=value != AT_REST[number])
        elif number - FINE in FINE_AT_REST and value:
            self._move("cc", channel, number - FINE, away=True)
        elif number in NUMBERS and (given := self._parameters.control(channel, number, value, at)):
            yield self._parameter(*given)
        elif number in ENDS_NOTES:
            yield from self._end_notes(self._channels(channel), at)
            if number == ALL_SOUND_OFF:
                yield from self._lift_pedals(self._channels(channel))
        elif number == RESET_CONTROLLERS:
            yield from self._reset(self._channels(channel))

    def _program(self, _: int, channel: int, data: bytes, __: Ns) -> Iterator[MidiEvent]:
        yield MidiEvent(MessageName("program", channel=channel), data[0])

    def _pressure(self, _: int, channel: int, data: bytes, __: Ns) -> Iterator[MidiEvent]:
        self._move("pressure", channel, 0, away=data[0] > 0)
        part = data[0] / SEVEN
        yield MidiEvent(MessageName("pressure", channel=channel), part, part)

    def _key_pressure(self, _: int, channel: int, data: bytes, __: Ns) -> Iterator[MidiEvent]:
        key, value = data
        self._move("key_pressure", channel, key, away=value > 0)
        part = value / SEVEN
        yield MidiEvent(MessageName("key_pressure", channel=channel), part, part)
        yield MidiEvent(MessageName("key_pressure", key, channel=channel), part, part)

    def _bend(self, _: int, channel: int, data: bytes, __: Ns) -> Iterator[MidiEvent]:
        value = (data[1] << 7 | data[0]) - CENTRE
        self._move("bend", channel, 0, away=value != 0)
        part = value / (CENTRE if value < 0 else CENTRE - 1)
        yield MidiEvent(MessageName("bend", channel=channel), part, (part + 1) / 2)

    def _parameter(self, parameter: Parameter, value: int) -> MidiEvent:
        channel, kind, number = parameter
        if (kind, number) == MPE_ZONE and channel in (1, 16):
            members = min(value >> 7, 15)
            self._zones[channel] = (
                range(2, 2 + members) if channel == 1 else range(16 - members, 16)
            )
        part = value / LARGEST
        return MidiEvent(MessageName(kind, number, channel=channel), part, part)

    # Ends and resets.

    def _move(self, kind: str, channel: int, number: int, *, away: bool) -> None:
        """Note whether a controller is away from where it rests."""
        if away:
            self._moved[channel, kind, number] = None
        else:
            self._moved.pop((channel, kind, number), None)

    def _channels(self, channel: int) -> Iterable[int]:
        """Return the channels that a mode message on one is for: its own, and those of its zone."""
        return (channel, *self._zones.get(channel, ()))

    def _end_notes(self, channels: Iterable[int], at: Ns) -> Iterator[MidiEvent]:
        for channel, number in [key for key in self._notes if key[0] in channels]:
            yield from self._note(NOTE_OFF, channel, bytes((number, 0)), at)

    def _lift_pedals(self, channels: Iterable[int]) -> Iterator[MidiEvent]:
        pedals = [(channel, "cc", number) for channel in channels for number in HOLDING]
        yield from self._bring_to_rest([key for key in pedals if key in self._moved])

    def _reset(self, channels: Iterable[int]) -> Iterator[MidiEvent]:
        for channel in channels:
            self._parameters.forget(channel)
        yield from self._bring_to_rest([key for key in self._moved if key[0] in channels])

    def _bring_to_rest(self, moved: Iterable[tuple[int, str, int]]) -> Iterator[MidiEvent]:
        for channel, kind, number in moved:
            del self._moved[channel, kind, number]
            yield from self._at_rest(channel, kind, number)

    def _at_rest(self, channel: int, kind: str, number: int) -> Iterator[MidiEvent]:
        match kind:
            case "cc":
                part = AT_REST[number] / SEVEN
                yield MidiEvent(MessageName("cc", number, channel=channel), part, part)
                if number in FINE_AT_REST and number in self._fine:
                    value = self._fourteen.set((channel, number), AT_REST[number] << 7)
                    yield _fine_controller(channel, number, value)
            case "bend":
                yield MidiEvent(MessageName("bend", channel=channel), 0.0, 0.5)
            case "key_pressure":
                yield from self._key_pressure(0, channel, bytes((number, 0)), Ns(0))
            case _:
                yield MidiEvent(MessageName("pressure", channel=channel), 0.0, 0.0)

    # Of the system.

    def _system(self, message: bytes, at: Ns) -> Iterator[MidiEvent]:
        match message[0]:
            case 0xF0:
                yield from map(_timecode, self._timecode.full_frame(message))
            case 0xF1:
                yield from map(_timecode, self._timecode.quarter_frame(message[1], at))
            case 0xF8:
                beat, tempo = self._tempo.pulse(at)
                yield MidiEvent(MessageName("clock"), Trigger())
                if tempo is not None:
                    yield MidiEvent(MessageName("tempo"), tempo)
                if beat:
                    yield MidiEvent(MessageName("beat"), Trigger())
            case 0xF2:
                sixteenths = message[2] << 7 | message[1]
                self._tempo.locate(sixteenths)
                yield MidiEvent(MessageName("position"), sixteenths / 4)
            case 0xFA:
                self._tempo.start()
                yield MidiEvent(MessageName("start"), Trigger())
            case 0xFB:
                yield MidiEvent(MessageName("continue"), Trigger())
            case 0xFC:
                yield MidiEvent(MessageName("stop"), Trigger())
            case 0xFF:
                yield from self._end_notes(range(1, 17), at)
                yield from self._reset(range(1, 17))
                yield from map(_timecode, self._timecode.stop())
                self._tempo = TempoFollower()
                self._zones.clear()


def _fine_controller(channel: int, number: int, value: int) -> MidiEvent:
    part = value / LARGEST
    return MidiEvent(MessageName("cc", number, fine=True, channel=channel), part, part)


def _timecode(event: tuple[str, float]) -> MidiEvent:
    kind, value = event
    return MidiEvent(MessageName(kind), value)


Handler = Callable[[MidiDecoder, int, int, bytes, Ns], Iterator[MidiEvent]]

HANDLERS: Final[Mapping[int, Handler]] = {
    0x80: MidiDecoder._note,
    0x90: MidiDecoder._note,
    0xA0: MidiDecoder._key_pressure,
    0xB0: MidiDecoder._control,
    0xC0: MidiDecoder._program,
    0xD0: MidiDecoder._pressure,
    0xE0: MidiDecoder._bend,
}
