"""Pre- and postprocessing of a style network: resizing, layout, colour and mixing.

A picture is uint8, shape (height, width, 3), BGR.

Why in this order: everything is done at the small size at which the network works. Only what must
be sharp, the original picture that is mixed in, is processed at its own size.
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Planes = NDArray[np.float32]

_SCALE = np.float32(1 / 255)


def working_size(
    width: int, height: int, longer: int, multiple: int, least: int
) -> tuple[int, int]:
    """Return the (width, height) to work at, whose longer side is near ``longer`` pixels.

    Both are multiples of ``multiple`` and at least ``least``; the aspect ratio is kept as far as
    that allows.
    """
    scale = longer / max(width, height)
    sides = (multiple * round(side * scale / multiple) for side in (width, height))
    first, second = (max(least, side) for side in sides)
    return first, second


def middle_square(picture: Picture, side: int) -> Picture:
    """Return the middle of a picture as a square of (side, side) pixels."""
    height, width = picture.shape[:2]
    edge = min(height, width)
    top, left = (height - edge) // 2, (width - edge) // 2
    middle = picture[top : top + edge, left : left + edge]
    how = cv2.INTER_AREA if edge > side else cv2.INTER_LINEAR
    return cast(Picture, cv2.resize(middle, (side, side), interpolation=how))


def to_planes(picture: Picture) -> Planes:
    """Convert BGR to RGB planes: float32, 0 to 1, shape (1, 3, height, width)."""
    planes = np.empty((1, 3, *picture.shape[:2]), np.float32)
    for plane, channel in zip(planes[0], reversed(cv2.split(picture)), strict=True):
        np.multiply(channel, _SCALE, out=plane)
    return planes


def from_planes(planes: Planes) -> Picture:
    """Convert RGB planes, float32, 0 to 1, shape (1, 3, height, width), to a picture."""
    red, green, blue = (cv2.convertScaleAbs(plane, alpha=255.0) for plane in planes[0])
    return cast(Picture, cv2.merge((blue, green, red)))


def transfer_colour(painting: Picture, picture: Picture, amount: float) -> Picture:
    """Combine the luma of a painting with the chroma of a picture of the same size (YCrCb).

    ``amount`` 0 keeps the painting's colours; 1 takes all colour from the picture.
    """
    painted = cv2.cvtColor(painting, cv2.COLOR_BGR2YCrCb)
    result = cv2.addWeighted(
        cv2.cvtColor(picture, cv2.COLOR_BGR2YCrCb), amount, painted, 1.0 - amount, 0.0
    )
    cv2.mixChannels([painted], [result], [0, 0])
    return cast(Picture, cv2.cvtColor(result, cv2.COLOR_YCrCb2BGR))


def blend(painting: Picture, picture: Picture, strength: float) -> Picture:
    """Mix a painting with a picture of the same size: 0 is the picture, 1 the painting."""
    if strength >= 1.0:
        return painting
    return cast(Picture, cv2.addWeighted(painting, strength, picture, 1.0 - strength, 0.0))
