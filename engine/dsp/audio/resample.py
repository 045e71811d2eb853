"""Resample a window of sound to the rate that a network expects.

Why the whole window each time: a streaming resampler buffers samples to work in larger pieces, 10
ms on average and 20 at worst for the fastest good one of soxr (measured at 48 to 16 kHz). A window
of 160 ms takes 0.125 ms, and nothing is held back.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import soxr  # type: ignore[import-untyped]
from numpy.typing import NDArray


def resample(
    samples: NDArray[np.float32], rate: int, wanted: int, *, quality: Literal["LQ", "HQ"] = "LQ"
) -> NDArray[np.float32]:
    """Return samples, float32 of shape (n,), resampled from ``rate`` to ``wanted`` Hz.

    "LQ" is for what is asked many times a second; "HQ" keeps the highest sounds of speech.
    """
    if rate == wanted or not len(samples):
        return samples
    return np.asarray(soxr.resample(samples, rate, wanted, quality=quality), np.float32)
