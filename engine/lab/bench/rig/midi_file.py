"""Writes standard MIDI files: for synthesisers that read one."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from typing import Final, NamedTuple

import mido  # type: ignore[import-untyped]

TICKS: Final = 1000
"""Ticks a second: a quarter note of a second, divided by a thousand."""


class FileNote(NamedTuple):
    """A note: when it begins and ends in seconds, its number and its velocity."""

    begin: float
    end: float
    note: int
    velocity: int = 100


def song(events: Iterable[tuple[float, bytes]], *, ticks: int = TICKS, rest: float = 0.0) -> bytes:
    """Return a file of format 0 of messages and their seconds, ``ticks`` to a second.

    Those of one tick stay in their order; ``rest`` is how many seconds follow the last.
    """
    file = mido.MidiFile(type=0, ticks_per_beat=ticks)
    track = mido.MidiTrack([mido.MetaMessage("set_tempo", tempo=1_000_000)])
    file.tracks.append(track)
    now = 0
    for tick, message in sorted(((round(at * ticks), one) for at, one in events), key=_tick):
        track.append(mido.Message.from_bytes(message, time=tick - now))
        now = tick
    track.append(mido.MetaMessage("end_of_track", time=round(rest * ticks)))
    written = BytesIO()
    file.save(file=written)
    return written.getvalue()


def midi_file(
    notes: Iterable[FileNote], program: int, bends: Iterable[tuple[float, int]] = ()
) -> bytes:
    """Return a file of format 0. ``program`` counts from 0, a bend is (second, -8192 to 8191)."""
    events = [(0, 0, bytes([0xC0, program]))]
    for note in notes:
        events.append((round(note.begin * TICKS), 2, bytes([0x90, note.note, note.velocity])))
        events.append((round(note.end * TICKS), 1, bytes([0x80, note.note, 64])))
    for second, bend in bends:
        value = bend + 8192
        events.append((round(second * TICKS), 1, bytes([0xE0, value & 127, value >> 7])))
    return song((tick / TICKS, message) for tick, _, message in sorted(events))


def _tick(event: tuple[int, bytes]) -> int:
    return event[0]
