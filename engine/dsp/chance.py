"""Numbers by chance that are the same each time: the nth of a seed is always the same number."""

from __future__ import annotations

import math
import zlib
from typing import Final

_MASK: Final = (1 << 64) - 1
_GOLDEN: Final = 0x9E3779B97F4A7C15


def seed_of(name: str) -> int:
    """Return a seed that follows from a name: the same in every show, another for another name."""
    return zlib.crc32(name.encode())


def uniform(seed: int, index: int) -> float:
    """Return the number at ``index`` of the series of a seed, from 0 to below 1.

    SplitMix64 (Steele, Lea & Flood, OOPSLA 2014), which finds any number without those before it.
    """
    mixed = (_mixed(seed & _MASK) + (index + 1) * _GOLDEN) & _MASK
    return (_mixed(mixed) >> 11) / (1 << 53)


def smooth(seed: int, phase: float) -> float:
    """Return smooth noise, 0 to 1: ``uniform`` at whole phases, a soft way between two of them.

    Value noise on the curve of Perlin, "Improving Noise" (SIGGRAPH 2002), whose speed and
    acceleration are continuous.
    """
    index = math.floor(phase)
    part = phase - index
    part = part * part * part * (part * (part * 6.0 - 15.0) + 10.0)
    return (1.0 - part) * uniform(seed, index) + part * uniform(seed, index + 1)


def _mixed(bits: int) -> int:
    bits = ((bits ^ (bits >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
    bits = ((bits ^ (bits >> 27)) * 0x94D049BB133111EB) & _MASK
    return bits ^ (bits >> 31)
