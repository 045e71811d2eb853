"""Deep Dream on moving pictures: what was dreamt moves, fades, and grows by a step a picture.

A picture is float32, shape (height, width, 3), blue-green-red, 0 to 1; a change is the same from -1
to 1. A network wants planes: float32, shape (1, 3, height, width), red-green-blue.

Mordvintsev, Olah, Tyka, "Inceptionism: Going Deeper into Neural Networks", 2015.
"""

from __future__ import annotations

import math
from typing import Final, NamedTuple, cast

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Bytes = NDArray[np.uint8]

WIDTHS: Final = (0.0, 1.0, 2.5)
"""Standard deviations, in pixels, of the blurs whose mean a step is."""


class Padding(NamedTuple):
    """How a picture was made larger, and rolled, for a network: what undoes it."""

    height: int
    width: int
    down: int
    right: int


def to_floats(picture: Bytes) -> Floats:
    """Convert a picture of bytes."""
    return cast(Floats, picture.astype(np.float32) * np.float32(1 / 255))


def moved(picture: Floats, scale: float, turn: float) -> Floats:
    """Return a picture or change made larger about its middle, and turned, by degrees.

    What comes in at the edges is what lies within, mirrored.
    """
    if scale == 1.0 and turn == 0.0:
        return picture
    height, width = picture.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), turn, scale)
    mode = cv2.BORDER_REFLECT_101
    return cast(Floats, cv2.warpAffine(picture, matrix, (width, height), borderMode=mode))


def to_planes(picture: Floats, multiple: int, number: int) -> tuple[Floats, Padding]:
    """Return the planes of a picture, mirrored at its edges up to a multiple of both sides.

    They are rolled by an amount that differs from one ``number`` to the next: what a network draws
    along its own grid then falls into other places each time, and is not seen.
    """
    height, width = picture.shape[:2]
    right, down = _jitter(number, multiple)
    edges = (0, -height % multiple, 0, -width % multiple)
    padded = cv2.copyMakeBorder(picture, *edges, cv2.BORDER_REFLECT)
    rolled = np.roll(padded, (down, right), (0, 1))
    planes = np.ascontiguousarray(rolled[:, :, ::-1].transpose(2, 0, 1)[None])
    return cast(Floats, planes), Padding(height, width, down, right)


def from_planes(planes: Floats, padding: Padding) -> Floats:
    """Return the planes of a change as the picture that they were made from lay."""
    picture = planes[0].transpose(1, 2, 0)[:, :, ::-1]
    rolled = np.roll(picture, (-padding.down, -padding.right), (0, 1))
    return np.ascontiguousarray(rolled[: padding.height, : padding.width])


def softened(change: Floats) -> Floats:
    """Return the mean of a change and of blurred ones, mean size 1: grain becomes strokes."""
    total = change.copy()
    for width in WIDTHS[1:]:
        blurred = cv2.GaussianBlur(change, (0, 0), width, borderType=cv2.BORDER_REFLECT_101)
        total += blurred * np.float32(width)  # the wider, the flatter: each is to count the same
    size = float(np.abs(total).mean())
    return total / np.float32(size) if size > 0 else total


def laid_over(picture: Bytes, change: Floats, keep: float) -> Bytes:
    """Return ``keep`` of a picture of any size, with a change of bytes laid over it.

    ``change``: float32, (h, w, 3), in steps of a byte, brought to the size of the picture.
    """
    height, width = picture.shape[:2]
    large = cv2.resize(change, (width, height), interpolation=cv2.INTER_LINEAR)
    return cast(Bytes, cv2.convertScaleAbs(np.maximum(large + picture * np.float32(keep), 0)))


def _jitter(number: int, multiple: int) -> tuple[int, int]:
    """Return a place within ``multiple`` squared; those of numbers in a row lie far apart.

    The sequence R2 of M. Roberts, 2018: multiples of the inverse of the plastic number.
    """
    root = 1.32471795724474602596
    return tuple(  # type: ignore[return-value]
        math.floor(number / root**power % 1 * multiple) for power in (1, 2)
    )
