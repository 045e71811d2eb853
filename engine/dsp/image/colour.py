"""Colours: as three parameters, which cables may drive, and as a hue for each direction."""

from __future__ import annotations

from typing import Annotated, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.parameter import Param

Red = Annotated[float, Param("how much red, 0 to 1", 0, 1)]
Green = Annotated[float, Param("how much green, 0 to 1", 0, 1)]
Blue = Annotated[float, Param("how much blue, 0 to 1", 0, 1)]


def bgr(red: float, green: float, blue: float) -> tuple[float, float, float]:
    """Return a colour of parts of 0 to 1 as OpenCV has it: blue, green and red, 0 to 255."""
    blue, green, red = (255.0 * min(max(part, 0.0), 1.0) for part in (blue, green, red))
    return blue, green, red


def in_hues(degrees: NDArray[np.float32], light: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return a picture, uint8 (h, w, 3), BGR, whose hues are directions, in full colour.

    ``degrees`` (h, w), 0 to 360: 0 is red, 120 green, 240 blue. ``light`` (h, w), 0 is black to 1.
    """
    hue = cv2.convertScaleAbs(degrees, alpha=0.5) % 180  # OpenCV counts by two degrees
    shade = cv2.convertScaleAbs(light, alpha=255.0)
    hsv = cv2.merge((hue, np.full_like(shade, 255), shade))
    return cast(NDArray[np.uint8], cv2.cvtColor(hsv, cv2.COLOR_HSV2BGR))
