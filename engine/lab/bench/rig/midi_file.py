"""Writes a standard MIDI file of notes of one instrument: for synthesisers that read one."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from typing import NamedTuple

_TICKS = 1000
"""Ticks a second: a quarter note of a second, divided by a thousand."""


class FileNote(NamedTuple):
    """A note: when it begins and ends in seconds, its number and its velocity."""

    begin: float
    end: float
    note: int
    velocity: int = 100


def midi_file(
    notes: Iterable[FileNote], program: int, bends: Iterable[tuple[float, int]] = ()
) -> bytes:
    """Return a file of format 0. ``program`` counts from 0, a bend is (second, -8192 to 8191)."""
    events = [(0, 0, bytes([0xC0, program]))]
    for note in notes:
        events.append((round(note.begin * _TICKS), 2, bytes([0x90, note.note, note.velocity])))
        events.append((round(note.end * _TICKS), 1, bytes([0x80, note.note, 64])))
    for second, bend in bends:
        value = bend + 8192
        events.append((round(second * _TICKS), 1, bytes([0xE0, value & 127, value >> 7])))
    track = b"\x00\xff\x51\x03" + (1_000_000).to_bytes(3, "big")
    now = 0
    for tick, _, message in sorted(events):
        track += _variable(tick - now) + message
        now = tick
    track += b"\x00\xff\x2f\x00"
    head = b"MThd" + struct.pack(">IHHH", 6, 0, 1, _TICKS)
    return head + b"MTrk" + struct.pack(">I", len(track)) + track


def _variable(value: int) -> bytes:
    """Return a number in the file's variable length."""
    parts = [value & 127]
    while value := value >> 7:
        parts.append(value & 127 | 128)
    return bytes(reversed(parts))
