"""MIDI messages in the words of a patch: which one it is ("10/note36"), and what it says."""

from __future__ import annotations

from typing import Final

from engine.core.tuning import name_of
from engine.midi.names import PARAMETERS, MessageName
from engine.midi.parameter_numbers import NUMBERS

CENTRE: Final = 8192
"""The bend wheel at rest."""

SENSING: Final = 0xFE
"""Active sensing: says three times a second that a cable is plugged in."""

_FINE: Final = 32
_OF_A_CHANNEL: Final = {
    0x80: ("note", "notes"),
    0x90: ("note", "notes"),
    0xA0: ("key_pressure",),
    0xB0: ("cc",),
    0xC0: ("program",),
    0xD0: ("pressure",),
    0xE0: ("bend",),
}
_OF_THE_SYSTEM: Final = {
    0xF0: ("timecode", "timecode_speed", "timecode_rate"),
    0xF1: ("timecode", "timecode_speed", "timecode_rate"),
    0xF2: ("position",),
    0xF8: ("clock", "beat", "tempo"),
    0xFA: ("start",),
    0xFB: ("continue",),
    0xFC: ("stop",),
}
_KINDS: Final = {0xB0: "cc", 0xC0: "program", 0xD0: "pressure", 0xE0: "bend"}
_SYSTEM: Final = {
    0xF0: "exclusive",
    0xF1: "timecode",
    0xF2: "song_position",
    0xF3: "song",
    0xF6: "tune",
    0xF8: "clock",
    0xFA: "start",
    0xFB: "continue",
    0xFC: "stop",
    0xFE: "sensing",
    0xFF: "reset",
}


def name_message(message: bytes) -> str:
    """Return the name of a whole MIDI message as a patch writes it: "1/cc74", "10/note36", "stop".

    ``message`` begins with its status byte.
    """
    status = message[0]
    if status >= 0xF0:
        return _SYSTEM.get(status, f"system {status:02X}")
    kind, channel = status & 0xF0, (status & 0x0F) + 1
    if kind in (0x80, 0x90):
        return f"{channel}/note{message[1]}"
    if kind == 0xA0:
        return f"{channel}/key_pressure{message[1]}"
    number = message[1] if kind == 0xB0 else ""
    return f"{channel}/{_KINDS[kind]}{number}"


def describe_message(message: bytes) -> str:
    """Return what a whole MIDI message says: "C2 on, velocity 100", "52", "bend +0.25"."""
    status, data = message[0], message[1:]
    kind = status & 0xF0
    if status >= 0xF0:
        return data.hex(" ") if data else "now"
    if kind in (0x80, 0x90):
        note = name_of(data[0])
        return f"{note} on, velocity {data[1]}" if kind == 0x90 and data[1] else f"{note} off"
    if kind == 0xA0:
        return f"{name_of(data[0])} {data[1]}"
    if kind == 0xE0:
        return f"{((data[1] << 7 | data[0]) - CENTRE) / CENTRE:+.2f}"
    return str(data[-1])


def is_meant(name: MessageName, message: bytes) -> bool:
    """Return whether a name in a patch means a whole MIDI message, or what it is a part of."""
    status = message[0]
    if status >= 0xF0:
        return name.kind in _OF_THE_SYSTEM.get(status, ())
    if name.channel not in (None, (status & 0x0F) + 1):
        return False
    number = message[1]
    if name.kind in PARAMETERS:
        return status & 0xF0 == 0xB0 and number in NUMBERS
    if name.kind not in _OF_A_CHANNEL[status & 0xF0]:
        return False
    if name.fine:
        return number < 2 * _FINE and number % _FINE == name.number
    return name.number in (None, number)
