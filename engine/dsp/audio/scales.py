"""Musical scales by name: "D dorian" is a set of pitch classes."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

from engine.core.errors import ParameterError
from engine.core.nearest import nearest
from engine.core.tuning import note_named

MODES: Final = {
    "chromatic": (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11),
    "major": (0, 2, 4, 5, 7, 9, 11),
    "minor": (0, 2, 3, 5, 7, 8, 10),
    "ionian": (0, 2, 4, 5, 7, 9, 11),
    "dorian": (0, 2, 3, 5, 7, 9, 10),
    "phrygian": (0, 1, 3, 5, 7, 8, 10),
    "lydian": (0, 2, 4, 6, 7, 9, 11),
    "mixolydian": (0, 2, 4, 5, 7, 9, 10),
    "aeolian": (0, 2, 3, 5, 7, 8, 10),
    "locrian": (0, 1, 3, 5, 6, 8, 10),
    "harmonic minor": (0, 2, 3, 5, 7, 8, 11),
    "melodic minor": (0, 2, 3, 5, 7, 9, 11),
    "pentatonic": (0, 2, 4, 7, 9),
    "major pentatonic": (0, 2, 4, 7, 9),
    "minor pentatonic": (0, 3, 5, 7, 10),
    "blues": (0, 3, 5, 6, 7, 10),
    "whole tone": (0, 2, 4, 6, 8, 10),
}

Classes = frozenset[int]


@lru_cache(maxsize=64)
def parse_scale(name: str) -> Classes:
    """Return the pitch classes (0 to 11, C is 0) of a scale such as "D dorian" or "chromatic".

    Raise ParameterError when the root or the mode is unknown.
    """
    root, _, mode = " ".join(name.split()).partition(" ")
    if root.lower() == "chromatic" and not mode:
        return frozenset(MODES["chromatic"])
    note = note_named(f"{root}4")
    if note is None:
        raise ParameterError(f'scale: expected such as "D dorian" or "chromatic", got "{name}"')
    if mode.lower() not in MODES:
        listed = nearest(mode, MODES) or f" There is: {', '.join(MODES)}."
        raise ParameterError(f'scale: there is no mode "{mode}".{listed}')
    return frozenset((note + step) % 12 for step in MODES[mode.lower()])


def quantise(note: float, scale: Classes) -> int:
    """Return the note of a scale nearest to a MIDI note, the lower of two."""
    around = range(math.floor(note) - 6, math.floor(note) + 8)
    return min((each for each in around if each % 12 in scale), key=lambda each: abs(each - note))
