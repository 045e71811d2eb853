"""The arithmetic of the One Euro filter (Casiez, Roussel & Vogel, CHI 2012)."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def share(cutoff: float, passed: float) -> float:
    """Return the weight of what is new after some seconds, 0 to 1: alpha in the paper."""
    if cutoff == math.inf:
        return 1.0
    turned = 2 * math.pi * cutoff * max(0.0, passed)
    return turned / (1.0 + turned)


def shares(cutoffs: Floats | float, passed: Floats | float) -> Floats:
    """Return the weights for many cut-offs, or after many times, of more than 0 seconds."""
    turned = 2 * math.pi * np.minimum(cutoffs, 1e9) * passed
    weights: Floats = turned / (1.0 + turned)
    return weights


def mix(old: Any, new: Any, share: Any) -> Any:
    """Return the one and the other by their weights; of numbers, or of arrays."""
    return share * new + (1.0 - share) * old
