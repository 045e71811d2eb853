"""Warp a picture along a flow, and what has to be done to a picture before its flow is found.

A picture is uint8, shape (height, width, 3), BGR. A motion is float32, shape (h / 4, w / 4, 2):
pixels to the right and down, of the small grey pictures (h, w) that it was found in; see
``engine.inference.optical_flow``.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.dsp.image.painting import working_size
from engine.dsp.image.scaling import scaled

Picture = NDArray[np.uint8]
Grey = NDArray[np.uint8]
Floats = NDArray[np.float32]

STEP: Final = 4
"""Pixels of a small picture, across and down, that have one flow together."""
MULTIPLE: Final = 16
LEAST: Final = 32
"""What the sides of a small picture are multiples of, and how long they are at least."""
_NO_MORE: Final = cast(Floats, None)
"""In the place of a second map; OpenCV takes None, though its types do not say so."""


def small_grey(picture: Picture, longer: int) -> Grey:
    """Return a picture as optical flow takes it: grey, uint8 (h, w).

    Both sides are multiples of 16, and the longer one is near ``longer`` pixels.
    """
    height, width = picture.shape[:2]
    grey = cast(Grey, cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY))
    return scaled(grey, *working_size(width, height, longer, MULTIPLE, LEAST))


def warp(picture: Picture, motion: Floats) -> Picture:
    """Return what a picture would show if each point showed what lies ``motion`` away.

    B, warped by the motion from A to B, is A again. What lies outside is the edge.
    """
    height, width = picture.shape[:2]
    rows, columns = motion.shape[:2]
    scale = (np.float32(width / (columns * STEP)), np.float32(height / (rows * STEP)))
    away = cv2.resize(motion * scale, (width, height), interpolation=cv2.INTER_LINEAR)
    where = cv2.add(_places(width, height), away, dst=away)
    # OpenCV fetches four channels in half the time of three. Cubic sampling is no better here: what
    # was warped many times is as sharp to the eye, and it rings.
    four = cv2.cvtColor(picture, cv2.COLOR_BGR2BGRA)
    fetched = cv2.remap(four, where, _NO_MORE, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return cast(Picture, cv2.cvtColor(fetched, cv2.COLOR_BGRA2BGR))


@lru_cache(maxsize=4)
def _places(width: int, height: int) -> Floats:
    """Return x and y of every pixel, float32 (height, width, 2)."""
    x, y = np.meshgrid(np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32))
    return np.dstack((x, y))
