"""Coordinates finer than a pixel, as OpenCV draws them."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

SHIFT: Final = 4
"""Bits of a coordinate below a pixel."""


def fixed(pixels: NDArray[np.floating]) -> NDArray[np.int32]:
    """Return pixels as whole numbers of the finest step."""
    return np.round(pixels * (1 << SHIFT)).astype(np.int32)
