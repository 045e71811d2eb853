"""Notes and Hz: names such as "A2", MIDI note numbers (69.0 is A4), equal temperament at 440 Hz."""

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
    """Return the MIDI note number of a frequency above 0 Hz; fractions are of a semitone."""
    return A4 + 12 * math.log2(hz / A4_HZ)


def hz_of(note: float) -> float:
    """Return the frequency of a MIDI note number in Hz."""
    return float(A4_HZ * 2.0 ** ((note - A4) / 12))


def note_named(name: str) -> int | None:
    """Return the MIDI note of a name such as "A2", "c#4" or "Bb3" (C4 is 60), else None."""
    match = _NAME.match(name)
    if not match:
        return None
    letter, sign, octave = match.groups()
    return 12 * (int(octave) + 1) + STEPS[letter.upper()] + _SIGNS[sign]


def as_hz(value: object, unit: str) -> object:
    """Return the frequency of a named note where ``unit`` is "Hz"; other values unchanged."""
    note = note_named(value) if unit == "Hz" and isinstance(value, str) else None
    return value if note is None else hz_of(note)


def name_of(note: int) -> str:
    """Return the name of a MIDI note, with sharps: 60 is "C4"."""
    return f"{NAMES[note % 12]}{note // 12 - 1}"
