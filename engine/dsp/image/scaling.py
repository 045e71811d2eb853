"""Bring pictures to a size: stretched, fitted with borders, or filled and cut.

A picture is uint8, shape (height, width, 3) or (height, width).
"""

from __future__ import annotations

from typing import Literal, cast

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Fit = Literal["stretch", "fit", "fill"]


def scaled(picture: Picture, width: int, height: int, out: Picture | None = None) -> Picture:
    """Return a picture of (width, height), without aliasing where it is much smaller than before.

    It lies in ``out`` where that is given, else a picture that has the size is returned as it is.

    Why in halves: linear sampling alone skips pixels, and what is made of such a picture flickers
    where they differ from one to the next; area averaging alone takes five to fifteen times as long
    (1280x720 to 384x216: linear 0.3 ms, halves 0.7, area 4.3; to 960x540: halves 0.3, area 4.9).
    """
    size = (width, height)
    if picture.shape[:2] == (height, width):
        if out is None:
            return picture
        np.copyto(out, picture)
        return out
    while picture.shape[1] >= 2 * width and picture.shape[0] >= 2 * height:
        half = (picture.shape[1] // 2, picture.shape[0] // 2)
        place = out if half == size else None
        halved = cv2.resize(picture, half, dst=place, interpolation=cv2.INTER_AREA)
        picture = cast(Picture, halved)
    if picture.shape[:2] == (height, width):
        return picture
    return cast(Picture, cv2.resize(picture, size, dst=out, interpolation=cv2.INTER_LINEAR))


class Scaler:
    """Brings pictures to a size; one that stays the same is brought to it once."""

    def __init__(self) -> None:
        self._last: tuple[Picture, Picture] | None = None

    def scaled(self, picture: Picture, width: int, height: int) -> Picture:
        """Return a picture of (width, height), as the function ``scaled`` does."""
        if picture.shape[:2] == (height, width):
            return picture
        last = self._last
        if last is None or last[0] is not picture or last[1].shape[:2] != (height, width):
            last = self._last = (picture, scaled(picture, width, height))
        return last[1]

    def forget(self) -> None:
        """Forget the last picture."""
        self._last = None


def fitted(picture: Picture, fit: Fit, out: Picture) -> Picture:
    """Bring a picture to the size of ``out``, into it.

    "stretch" fills it whatever the shape; "fit" keeps the shape, with black beside it; "fill" keeps
    the shape, and cuts off what is too much at both sides.
    """
    height, width = out.shape[:2]
    rows, columns = picture.shape[:2]
    if fit == "fit":
        place = _inner(columns, rows, width, height)
        out[:] = 0
        out = out[place]
        scaled(picture, out.shape[1], out.shape[0], out)
        return out
    if fit == "fill":
        picture = picture[_inner(width, height, columns, rows)]
    return scaled(picture, width, height, out)


def letterboxed(picture: Picture, size: tuple[int, int]) -> Picture:
    """Return a picture whole in a width and height, with black beside it, as ``fitted`` does.

    The very picture, where that is its size; else in memory of its own.
    """
    width, height = size
    if picture.shape[:2] == (height, width):
        return picture
    out = np.empty((height, width, *picture.shape[2:]), np.uint8)
    fitted(picture, "fit", out)
    return out


def _inner(width: int, height: int, most_width: int, most_height: int) -> tuple[slice, slice]:
    """Return where the largest rectangle of a shape lies in the middle of another: rows, columns.

    It has at least one pixel.
    """
    scale = min(most_width / width, most_height / height)
    across = min(max(round(width * scale), 1), most_width)
    down = min(max(round(height * scale), 1), most_height)
    top, left = (most_height - down) // 2, (most_width - across) // 2
    return slice(top, top + down), slice(left, left + across)
