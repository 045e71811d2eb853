"""Notes and hertz: names such as "A2", MIDI numbers (69.0 is A4), equal temperament from 440 Hz."""

from __future__ import annotations

import math
import re

A4_HZ = 440.0
A4 = 69
STEPS = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}
NAMES = ("C", "C#", "D", "D#", "E", "F", "F#", "G", "G#", "A", "A#", "B")
_SIGNS = {"": 0, "#": 1, "♯": 1, "b": -1, "♭": -1}
_NAME = re.compile(r"^\s*([A-Ga-g])([#b♯♭]?)(-?\d)\s*$")


def note_of(hz: float) -> float:
    """Give the note of a frequency above 0 Hz; fractions are parts of a semitone."""
    return A4 + 12 * math.log2(hz / A4_HZ)


def hz_of(note: float) -> float:
    """Give the frequency of a note in Hz."""
    return float(A4_HZ * 2.0 ** ((note - A4) / 12))


def note_named(name: str) -> int | None:
    """Read a name such as "A2", "c#4" or "Bb3", C4 being 60; None where it is none."""
    match = _NAME.match(name)
    if not match:
        return None
    letter, sign, octave = match.groups()
    return 12 * (int(octave) + 1) + STEPS[letter.upper()] + _SIGNS[sign]


def as_hz(value: object, unit: str) -> object:
    """Give the frequency of a note that is named where Hz are meant; anything else as it is."""
    note = note_named(value) if unit == "Hz" and isinstance(value, str) else None
    return value if note is None else hz_of(note)


def name_of(note: int) -> str:
    """Give the name of a note, with sharps: 60 is "C4"."""
    return f"{NAMES[note % 12]}{note // 12 - 1}"
