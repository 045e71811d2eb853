"""The numbers of a cable as the numbers that MIDI sends.

A number is 0 to 1 and becomes the whole range of its message (0 to 127, or 0 to 16383 with 14
bits). It is taken as it is, in MIDI's own units, where it is an integer, such as a count, or where
the cable's own ``to`` reaches beyond 0 to 1. A switch is 0 or the full range.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from engine.midi.options import MidiOptions

SEVEN: Final = 127
FOURTEEN: Final = 16383
CENTRE: Final = 8192
Quantizer = Callable[[float], int]
"""Turns a number of a cable into the number that MIDI sends."""


def in_midi_units(carries: type, options: MidiOptions, low: float) -> bool:
    """Whether a cable carries MIDI's own numbers rather than ``low`` to 1."""
    if carries is int:
        return True
    return options.to is not None and not all(low <= end <= 1.0 for end in options.to)


def scaled(largest: int, own: bool) -> Quantizer:
    """Return what turns 0 to 1, or with ``own`` MIDI's own units, into 0 to ``largest``."""
    factor = 1 if own else largest

    def quantize(value: float) -> int:
        return min(max(round(value * factor), 0), largest)

    return quantize


class BendQuantizer:
    """A full bend is so many ``semitones``; without, numbers are -1 to 1."""

    def __init__(self, semitones: float | None) -> None:
        self.semitones = semitones

    def __call__(self, value: float) -> int:
        """Return 0 to 16383; what is beyond the range is held at its end."""
        part = min(max(value / (self.semitones or 1.0), -1.0), 1.0)
        return round(CENTRE + part * (CENTRE if part < 0 else CENTRE - 1))


def strained(quantize: Quantizer, value: float) -> str:
    """Return what is said of a bend that is wider than its range; "" of all else."""
    widest = quantize.semitones if isinstance(quantize, BendQuantizer) else None
    if widest is None or not abs(value) > widest * (1 + 1e-6):
        return ""
    held = math.copysign(widest, value)
    return f"a bend of {value:.3g} semitones is held at {held:g}, its range"


def finite(value: float) -> float:
    """Return a number; raise ValueError for NaN and infinity."""
    if not math.isfinite(value):
        raise ValueError(f"{value} is no number")
    return value
