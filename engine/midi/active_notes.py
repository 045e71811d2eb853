"""Which notes sound, by the very bytes that were sent, so that each can be ended.

Why not "all notes off" (controller 123): some hardware ignores it.
"""

from __future__ import annotations

from typing import Final

NOTE_OFF: Final = 0x80
NOTE_ON: Final = 0x90
CONTROL: Final = 0xB0
START: Final = 0xFA
CONTINUE: Final = 0xFB
STOP: Final = 0xFC

PEDALS: Final = frozenset({64, 66, 69})
"""Controllers that hold notes after their keys are released: sustain, sostenuto, hold."""
HALF: Final = 64
"""The lowest value at which a controller that is a switch is on."""


class ActiveNotes:
    """Which notes sound, which pedals are down, and whether a sequence runs."""

    def __init__(self) -> None:
        self._notes: dict[tuple[int, int], None] = {}
        self._pedals: dict[tuple[int, int], None] = {}
        self._runs = False

    def track(self, message: bytes) -> None:
        """Take account of one whole message that was sent."""
        status, channel = message[0] & 0xF0, message[0] & 0x0F
        if status in (NOTE_ON, NOTE_OFF) and len(message) == 3:
            _mark(self._notes, (channel, message[1]), status == NOTE_ON and message[2] > 0)
        elif status == CONTROL and len(message) == 3 and message[1] in PEDALS:
            _mark(self._pedals, (channel, message[1]), message[2] >= HALF)
        elif message[0] in (START, CONTINUE, STOP):
            self._runs = message[0] != STOP

    def end_all(self) -> list[bytes]:
        """Return the messages that end everything, and forget it."""
        notes = [bytes((NOTE_OFF | channel, note, 0)) for channel, note in self._notes]
        pedals = [bytes((CONTROL | channel, pedal, 0)) for channel, pedal in self._pedals]
        stop = [bytes((STOP,))] if self._runs else []
        self._notes.clear()
        self._pedals.clear()
        self._runs = False
        return [*notes, *pedals, *stop]


def ending(message: bytes) -> bytes | None:
    """Return the message that ends the note or releases the pedal of another; None of all else."""
    status, *data = message
    if status & 0xF0 == NOTE_ON and data[1] > 0:
        return bytes((status ^ 0x10, data[0], 0))
    if status & 0xF0 == CONTROL and data[0] in PEDALS and data[1] >= HALF:
        return bytes((status, data[0], 0))
    return None


def _mark(places: dict[tuple[int, int], None], place: tuple[int, int], on: bool) -> None:
    if on:
        places[place] = None
    else:
        places.pop(place, None)
