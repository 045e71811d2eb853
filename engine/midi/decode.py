"""Decode MIDI bytes into messages of the engine, each under its name and channel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from engine.core.messages import Message, Note, Ns, Trigger
from engine.midi.names import MessageName
from engine.midi.stream import StreamParser
from engine.midi.tempo import TempoFollower

SEVEN: Final = 127
FOURTEEN: Final = 16383
CENTRE: Final = 8192
FINE: Final = 32
"""The number of a 14-bit controller's fine half, less that of its coarse half."""

NOTE_OFF: Final = 0x80
SYSTEM: Final = 0xF0
PULSE: Final = 0xF8
START: Final = 0xFA
CONTINUE: Final = 0xFB
STOP: Final = 0xFC


@dataclass(frozen=True, slots=True)
class MidiEvent:
    """One decoded event: ``message`` for cables, ``position`` (0 to 1) to map to a parameter."""

    name: MessageName
    message: Message = None
    position: float | None = None


class MidiDecoder:
    """Decodes the stream of one port."""

    def __init__(self) -> None:
        self._stream = StreamParser()
        self._tempo = TempoFollower()
        self._coarse: dict[tuple[int, int], int] = {}

    @property
    def strays(self) -> int:
        """How many bytes came that belong to no message."""
        return self._stream.strays

    def decode(self, piece: bytes, at: Ns) -> Iterator[MidiEvent]:
        """Yield the events of bytes that came at a moment, whatever their cut."""
        for message in self._stream.feed(piece):
            status = message[0]
            if status >= SYSTEM:
                yield from self._system(status, at)
            elif handler := HANDLERS.get(status & SYSTEM):
                yield from handler(self, status, (status & 0x0F) + 1, message[1:])

    def _note(self, status: int, channel: int, data: bytes) -> Iterator[MidiEvent]:
        number, velocity = data
        if status & SYSTEM == NOTE_OFF:
            velocity = 0
        yield MidiEvent(MessageName("notes", channel=channel), Note(number, velocity, channel))
        struck = Trigger(velocity / SEVEN) if velocity else None
        yield MidiEvent(
            MessageName("note", number, channel=channel), struck, 1.0 if velocity else 0.0
        )

    def _control(self, _: int, channel: int, data: bytes) -> Iterator[MidiEvent]:
        number, value = data
        part = value / SEVEN
        yield MidiEvent(MessageName("cc", number, channel=channel), part, part)
        self._coarse[channel, number] = value
        coarse = self._coarse.get((channel, number - FINE))
        if FINE <= number < 2 * FINE and coarse is not None:
            # The coarse half comes first, the fine one completes it (MIDI 1.0, page 12).
            both = (coarse << 7 | value) / FOURTEEN
            yield MidiEvent(
                MessageName("cc", number - FINE, fine=True, channel=channel), both, both
            )

    def _program(self, _: int, channel: int, data: bytes) -> Iterator[MidiEvent]:
        yield MidiEvent(MessageName("program", channel=channel), data[0])

    def _pressure(self, _: int, channel: int, data: bytes) -> Iterator[MidiEvent]:
        part = data[0] / SEVEN
        yield MidiEvent(MessageName("pressure", channel=channel), part, part)

    def _bend(self, _: int, channel: int, data: bytes) -> Iterator[MidiEvent]:
        value = (data[1] << 7 | data[0]) - CENTRE
        part = value / (CENTRE if value < 0 else CENTRE - 1)
        yield MidiEvent(MessageName("bend", channel=channel), part, (part + 1) / 2)

    def _system(self, status: int, at: Ns) -> Iterator[MidiEvent]:
        if status == PULSE:
            beat, tempo = self._tempo.pulse(at)
            yield MidiEvent(MessageName("clock"), Trigger())
            if tempo is not None:
                yield MidiEvent(MessageName("tempo"), tempo)
            if beat:
                yield MidiEvent(MessageName("beat"), Trigger())
        elif status in (START, CONTINUE):
            self._tempo.start()
            yield MidiEvent(MessageName("start"), Trigger())
        elif status == STOP:
            yield MidiEvent(MessageName("stop"), Trigger())


Handler = Callable[[MidiDecoder, int, int, bytes], Iterator[MidiEvent]]

# Polyphonic pressure is left out: nothing in a patch could take it.
HANDLERS: Final[Mapping[int, Handler]] = {
    0x80: MidiDecoder._note,
    0x90: MidiDecoder._note,
    0xB0: MidiDecoder._control,
    0xC0: MidiDecoder._program,
    0xD0: MidiDecoder._pressure,
    0xE0: MidiDecoder._bend,
}
