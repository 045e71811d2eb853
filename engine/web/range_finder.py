"""Finds the range in which a number really moves, from readings of ten seconds.

Why not the least and the greatest: one reading in which the model saw a hand on the ceiling would
stretch the range for the whole show. One reading in fifty at either end is left out.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

SECONDS = 10.0
LEFT_OUT = 0.02
_LEAST = 10


class RangeFinder:
    """Collects the readings of one cable."""

    def __init__(self, cable: int) -> None:
        self.cable = cable
        self._readings: list[float] = []

    def add(self, value: object) -> None:
        """Add a reading; what is no finite number is ignored."""
        if isinstance(value, int | float) and math.isfinite(value):
            self._readings.append(float(value))

    def range(self) -> tuple[float, float] | None:
        """Return the rounded range so far; None with too few readings, or where all are equal."""
        if len(self._readings) < _LEAST:
            return None
        ordered = sorted(self._readings)
        out = int(len(ordered) * LEFT_OUT)
        low, high = ordered[out], ordered[-1 - out]
        if low == high:
            return None
        return _rounded(low, high)


def cable_text(origin: str, range: Sequence[float], to: Sequence[float] | None, curve: str) -> str:
    """Return a cable with its new range as a patch writes it."""
    low, high = to or (0.0, 1.0)
    bend = f', curve = "{curve}"' if curve not in ("", "linear") else ""
    ends = f"in = [{range[0]:g}, {range[1]:g}], to = [{low:g}, {high:g}]"
    return f'{{ from = "{origin}", {ends}{bend} }}'


def _rounded(low: float, high: float) -> tuple[float, float]:
    """Round both ends to about a hundredth of their distance: a patch is read by people."""
    digits = max(0, 2 - math.floor(math.log10(high - low)))
    return round(low, digits), round(high, digits)
