"""What MIDI bytes say, as values of the engine, each under its name and channel."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from engine.core.messages import Message, Note, Ns, Trigger
from engine.midi.names import Name
from engine.midi.stream import Stream
from engine.midi.tempo import Tempo

SEVEN: Final = 127
FOURTEEN: Final = 16383
CENTRE: Final = 8192
FINE: Final = 32
"""By how much the number of the fine half of a 14-bit controller is higher than the coarse one."""

NOTE_OFF: Final = 0x80
SYSTEM: Final = 0xF0
PULSE: Final = 0xF8
START: Final = 0xFA
CONTINUE: Final = 0xFB
STOP: Final = 0xFC


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said: ``message`` for cables, ``turned`` (0 to 1) as the way of a knob."""

    name: Name
    message: Message = None
    turned: float | None = None


class Ear:
    """Hears one cable. ``strays`` counts bytes that belong to no message."""

    def __init__(self) -> None:
        self._stream = Stream()
        self._tempo = Tempo()
        self._coarse: dict[tuple[int, int], int] = {}

    @property
    def strays(self) -> int:
        """How many bytes came that belong to no message."""
        return self._stream.strays

    def hear(self, piece: bytes, at: Ns) -> Iterator[Said]:
        """Take bytes that came at a moment; give what they said."""
        for message in self._stream.feed(piece):
            status = message[0]
            if status >= SYSTEM:
                yield from self._of_the_system(status, at)
            elif understand := UNDERSTAND.get(status & SYSTEM):
                yield from understand(self, status, (status & 0x0F) + 1, message[1:])

    def _note(self, status: int, channel: int, data: bytes) -> Iterator[Said]:
        number, velocity = data
        if status & SYSTEM == NOTE_OFF:
            velocity = 0
        yield Said(Name("notes", channel=channel), Note(number, velocity, channel))
        struck = Trigger(velocity / SEVEN) if velocity else None
        yield Said(Name("note", number, channel=channel), struck, 1.0 if velocity else 0.0)

    def _control(self, _: int, channel: int, data: bytes) -> Iterator[Said]:
        number, value = data
        part = value / SEVEN
        yield Said(Name("cc", number, channel=channel), part, part)
        self._coarse[channel, number] = value
        coarse = self._coarse.get((channel, number - FINE))
        if FINE <= number < 2 * FINE and coarse is not None:
            # The coarse half comes first, the fine one completes it (MIDI 1.0, page 12).
            both = (coarse << 7 | value) / FOURTEEN
            yield Said(Name("cc", number - FINE, fine=True, channel=channel), both, both)

    def _program(self, _: int, channel: int, data: bytes) -> Iterator[Said]:
        yield Said(Name("program", channel=channel), data[0])

    def _pressure(self, _: int, channel: int, data: bytes) -> Iterator[Said]:
        part = data[0] / SEVEN
        yield Said(Name("pressure", channel=channel), part, part)

    def _bend(self, _: int, channel: int, data: bytes) -> Iterator[Said]:
        value = (data[1] << 7 | data[0]) - CENTRE
        part = value / (CENTRE if value < 0 else CENTRE - 1)
        yield Said(Name("bend", channel=channel), part, (part + 1) / 2)

    def _of_the_system(self, status: int, at: Ns) -> Iterator[Said]:
        if status == PULSE:
            beat, tempo = self._tempo.pulse(at)
            yield Said(Name("clock"), Trigger())
            if tempo is not None:
                yield Said(Name("tempo"), tempo)
            if beat:
                yield Said(Name("beat"), Trigger())
        elif status in (START, CONTINUE):
            self._tempo.start()
            yield Said(Name("start"), Trigger())
        elif status == STOP:
            yield Said(Name("stop"), Trigger())


Understand = Callable[[Ear, int, int, bytes], Iterator[Said]]

# The pressure of a single key is left out: nothing in a patch could take it.
UNDERSTAND: Final[Mapping[int, Understand]] = {
    0x80: Ear._note,
    0x90: Ear._note,
    0xB0: Ear._control,
    0xC0: Ear._program,
    0xD0: Ear._pressure,
    0xE0: Ear._bend,
}
