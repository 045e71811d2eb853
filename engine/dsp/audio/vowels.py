"""Where a vowel lies between open and close, front and back, and which one is nearest.

The places are the mean formants of men and women of Peterson & Barney (JASA 24, 1952), named as in
Italian or Spanish.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Final

PLACES: Final[Mapping[str, tuple[tuple[float, float], ...]]] = {
    "a": ((730.0, 1090.0), (850.0, 1220.0)),
    "e": ((530.0, 1840.0), (610.0, 2330.0)),
    "i": ((270.0, 2290.0), (310.0, 2790.0)),
    "o": ((570.0, 840.0), (590.0, 920.0)),
    "u": ((300.0, 870.0), (370.0, 950.0)),
}
"""F1 and F2 in Hz, of men and of women."""
NEAR: Final = 0.3
"""Octaves within which a vowel is one of these."""
CLEARLY: Final = 0.7
"""How much nearer than the next one it must be, as a part of that distance."""
_CLOSE_TO_OPEN: Final = (280.0, 800.0)
_BACK_TO_FRONT: Final = (850.0, 2400.0)


def openness(first: float) -> float:
    """Return 0 for a close vowel ("i", "u") to 1 for an open one ("a"), from F1 in Hz."""
    return _part(first, *_CLOSE_TO_OPEN)


def frontness(second: float) -> float:
    """Return 0 for a back vowel ("u", "o") to 1 for a front one ("i"), from F2 in Hz."""
    return _part(second, *_BACK_TO_FRONT)


def nearest_vowel(first: float, second: float) -> str:
    """Return the nearest of a e i o u; "" where none is near, or two are about as near."""
    away = {
        name: min(math.hypot(math.log2(first / f1), math.log2(second / f2)) for f1, f2 in places)
        for name, places in PLACES.items()
    }
    best, next_one = sorted(away, key=lambda name: away[name])[:2]
    return best if away[best] <= min(NEAR, CLEARLY * away[next_one]) else ""


def _part(value: float, low: float, high: float) -> float:
    return min(max(math.log(value / low) / math.log(high / low), 0.0), 1.0)
