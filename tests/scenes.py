"""Pictures for tests of boxes that look at them."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Frame

WIDTH, HEIGHT = 320, 180


def room(seed: int = 1, width: int = WIDTH, height: int = HEIGHT) -> NDArray[np.uint8]:
    """Return a room in soft colours, of which each seed has another."""
    noise = np.random.default_rng(seed).normal(110, 350, (height, width, 3))
    return np.clip(cv2.GaussianBlur(noise, (0, 0), 4), 10, 220).astype(np.uint8)


def mask(width: int = 80, height: int = 60) -> Frame:
    """Return a mask whose left half is white."""
    image = np.zeros((height, width, 3), np.uint8)
    image[:, : width // 2] = 255
    return Frame(image)
