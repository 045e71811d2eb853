"""How loud samples are, in decibels of full scale and as a number from 0 to 1."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

SILENT = -90.0
"""dB: nothing is quieter. Less than the last bit of a 16-bit recording."""
_QUIET = -60.0


def decibels(samples: NDArray[np.float32]) -> float:
    """Give the root mean square in dB of full scale: a sine at full scale has -3, silence -90."""
    if not len(samples):
        return SILENT
    return of_power(float(np.dot(samples, samples)) / len(samples))


def of_power(power: float) -> float:
    """Give a mean square in dB; what is no number counts as silence."""
    return max(SILENT, 10 * math.log10(power)) if 0 < power < math.inf else SILENT


def shown(db: float) -> float:
    """Give dB as a number from 0, at -60 and below, to 1, at 0 and above."""
    return min(1.0, max(0.0, 1.0 - db / _QUIET))
