"""Brings a window of sound to the rate that a network wants.

Why the whole window, each time anew: a resampler that streams holds samples back to work in larger
pieces, 10 ms on average and 20 at worst for the quickest good one of soxr (measured at 48 to
16 kHz). A window of 160 ms takes it an eighth of a millisecond, and nothing is held back.
"""

from __future__ import annotations

import numpy as np
import soxr  # type: ignore[import-untyped]
from numpy.typing import NDArray


def at_rate(samples: NDArray[np.float32], rate: int, wanted: int) -> NDArray[np.float32]:
    """Give samples at ``wanted`` Hz instead of ``rate``."""
    if rate == wanted or not len(samples):
        return samples
    return np.asarray(soxr.resample(samples, rate, wanted, quality="LQ"), np.float32)
