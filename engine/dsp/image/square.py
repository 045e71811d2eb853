"""Pictures as they are to be seen: pixels as wide as they are high, both fields of one moment.

Why resized where a picture comes in, and no aspect that travels along: then the network, the
drawings, the page and every number of a body may take a picture as it lies in memory. A film of
square pixels, as nearly all are, is not touched.
"""

from __future__ import annotations

import math
from typing import Final, cast

import cv2

from engine.dsp.image.picture import Picture

NEARLY_SQUARE: Final = 0.005
"""How far the shape of a pixel may be from 1 without a resize."""
LONGEST: Final = 8.0
"""A pixel longer than this is no film that anybody made."""
LARGEST: Final = 16384


def square_size(width: int, height: int, pixel: float) -> tuple[int, int]:
    """Return the width and height in square pixels, so that no detail is lost.

    ``pixel`` is the shape of one pixel, width by height. A shape that no film has, or that makes a
    picture too large, leaves the size as it is.
    """
    if not is_shape(pixel) or abs(pixel - 1) <= NEARLY_SQUARE:
        return width, height
    size = (round(width * pixel), height) if pixel > 1 else (width, round(height / pixel))
    return size if max(size) <= LARGEST else (width, height)


def is_shape(pixel: float) -> bool:
    """Whether the pixels of a film may have this shape, width by height."""
    return math.isfinite(pixel) and 1 / LONGEST <= pixel <= LONGEST


def resize(image: Picture, size: tuple[int, int], memory: Picture | None) -> Picture:
    """Return a picture of shape (height, width, 3) in a size (width, height).

    It lies in ``memory`` where that is of the size; else OpenCV makes its own.
    """
    if memory is not None and memory.shape[:2] != (size[1], size[0]):
        memory = None
    return cast(Picture, cv2.resize(image, size, dst=memory, interpolation=cv2.INTER_LINEAR))


def top_field(image: Picture) -> Picture:
    """Return the first of the two fields of an interlaced picture: every other line, a view."""
    return image[::2]
