"""Level of samples in dB of full scale, and as a number from 0 to 1."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

SILENT = -90.0
"""dB: the lowest level returned, below the last bit of a 16-bit recording."""
_QUIET = -60.0


def decibels(samples: NDArray[np.float32]) -> float:
    """Return the RMS level in dB of full scale: -3 for a full-scale sine, -90 for silence.

    ``samples``: float32, shape (n,).
    """
    if not len(samples):
        return SILENT
    return power_to_db(float(np.dot(samples, samples)) / len(samples))


def is_quiet(samples: NDArray[np.float32], limit: float) -> bool:
    """Whether samples without their mean are softer than a limit in dB of full scale, or none."""
    return not len(samples) or decibels(samples - samples.mean()) < limit


def power_to_db(power: float) -> float:
    """Return a mean square in dB of full scale; NaN and infinities count as silence."""
    return max(SILENT, 10 * math.log10(power)) if 0 < power < math.inf else SILENT


def db_to_unit(db: float) -> float:
    """Map a level in dB to 0 to 1: -60 and below is 0, 0 and above is 1."""
    return min(1.0, max(0.0, 1.0 - db / _QUIET))


def unit_to_db(level: float) -> float:
    """Return a level of 0 to 1 in dB of full scale, -60 to 0."""
    return 60.0 * level - 60.0
