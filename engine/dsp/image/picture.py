"""Rotate, mirror and crop pictures with as few copies as possible.

A picture is uint8, shape (height, width, 3), BGR. Coordinates are fractions from 0 to 1: x from
left to right, y from *bottom to top*, as everywhere in Sensorium.

A picture is rotated first, then mirrored, and the crop is taken from the result. Why the work is
done in the opposite order: a crop is a view and costs nothing, so rotating and mirroring, which
touch every pixel, touch only those that remain, once.
"""

from __future__ import annotations

import math
import os
from collections.abc import Callable
from typing import Annotated, Literal, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Frame
from engine.core.parameter import Param

Picture = NDArray[np.uint8]
Quarter = Literal[0, 90, 180, 270]
Rectangle = tuple[float, float, float, float]

Take = Callable[[tuple[int, ...]], Picture | None]
"""Returns memory of a shape for a picture to be made in, or None: then it gets its own."""

WHOLE: Rectangle = (0.0, 0.0, 1.0, 1.0)
"""The crop that keeps everything."""

Mirror = Annotated[bool, Param("swap left and right, as in a mirror; names of joints stay right")]
Rotate = Annotated[Quarter, Param("turn clockwise, for a camera on its side", unit="degrees")]
Crop = Annotated[
    Rectangle,
    Param("keep only [left, bottom, right, top] of what is seen, each from 0 to 1"),
]


def make_frame(
    image: Picture, mirror: bool, rotate: Quarter, crop: Rectangle, take: Take | None = None
) -> Frame:
    """Return a Frame of a picture, rotated, mirrored and cropped; see ``orient``."""
    return Frame(orient(image, mirror, rotate, crop, take), mirrored=mirror)


def orient(
    image: Picture,
    mirror: bool = False,
    rotate: Quarter = 0,
    crop: Rectangle = WHOLE,
    take: Take | None = None,
) -> Picture:
    """Rotate clockwise by ``rotate`` degrees, mirror, and crop.

    ``image``: uint8, shape (height, width) or (height, width, 1, 3 or 4): grey, BGR or BGRA, whose
    alpha is dropped. ``crop``: (left, bottom, right, top), 0 to 1, y upwards; clamped to the
    picture, in either order, and at least one pixel. What is made anew is made in memory that
    ``take`` gives. Return a contiguous, read-only array of shape (height, width, 3), a view of
    ``image`` where nothing changes.
    """
    picture = image
    if tuple(crop) != WHOLE and all(map(math.isfinite, crop)):
        picture = _crop(picture, _in_source(crop, mirror, rotate))
    colour = picture.ndim == 3 and picture.shape[2] == 3
    picture = _rotate(picture, mirror, rotate, take if colour else None)
    picture = picture if colour else _to_bgr(picture, take)
    picture = _contiguous(picture, take).view()
    picture.flags.writeable = False
    return picture


def silence_opencv() -> None:
    """Keep OpenCV and FFmpeg from writing to the terminal; call before opening a video.

    Our own errors report the same failures. Set OPENCV_LOG_LEVEL and OPENCV_FFMPEG_LOGLEVEL to see
    theirs.
    """
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    if "OPENCV_LOG_LEVEL" not in os.environ:
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def _in_source(crop: Rectangle, mirror: bool, rotate: Quarter) -> Rectangle:
    """Map a crop of the rotated and mirrored picture back to the original."""
    left, bottom, right, top = crop
    if mirror:
        left, right = 1 - right, 1 - left
    for _ in range(rotate // 90):
        left, bottom, right, top = 1 - top, left, 1 - bottom, right
    return left, bottom, right, top


def _crop(image: Picture, crop: Rectangle) -> Picture:
    height, width = image.shape[:2]
    left, bottom, right, top = crop
    return image[_span(1 - top, 1 - bottom, height), _span(left, right, width)]


def _span(one: float, other: float, size: int) -> slice:
    low, high = sorted((one, other))
    first = min(max(round(low * size), 0), size - 1)
    return slice(first, max(min(round(high * size), size), first + 1))


def _rotate(image: Picture, mirror: bool, rotate: Quarter, take: Take | None) -> Picture:
    """Rotate, then mirror, in one pass; only the one diagonal that OpenCV lacks takes two.

    OpenCV's flips are used because copying a flipped NumPy view is several times slower.
    """
    if rotate == 0 and not mirror:
        return image
    if rotate == 270 and mirror:
        image = cast(Picture, cv2.rotate(image, cv2.ROTATE_90_COUNTERCLOCKWISE))
        return cast(Picture, cv2.flip(image, 1, dst=_memory(image.shape, take)))
    height, width = image.shape[:2]
    turned = (width, height) if rotate in (90, 270) else (height, width)
    memory = _memory((*turned, *image.shape[2:]), take)
    if rotate == 90 and mirror:
        return cast(Picture, cv2.transpose(image, dst=memory))
    if rotate in (90, 270):
        clockwise = rotate == 90
        code = cv2.ROTATE_90_CLOCKWISE if clockwise else cv2.ROTATE_90_COUNTERCLOCKWISE
        return cast(Picture, cv2.rotate(image, code, dst=memory))
    axis = 1 if rotate == 0 else 0 if mirror else -1
    return cast(Picture, cv2.flip(image, axis, dst=memory))


def _to_bgr(image: Picture, take: Take | None) -> Picture:
    """Return a grey picture, or one with alpha, as BGR."""
    grey = image.ndim == 2 or image.shape[2] == 1
    memory = _memory((*image.shape[:2], 3), take)
    code = cv2.COLOR_GRAY2BGR if grey else cv2.COLOR_BGRA2BGR
    return cast(Picture, cv2.cvtColor(image, code, dst=memory))


def _contiguous(picture: Picture, take: Take | None) -> Picture:
    """Return a picture in one piece: itself, or a copy."""
    if picture.flags.c_contiguous:
        return picture
    memory = _memory(picture.shape, take)
    if memory is None:
        return np.ascontiguousarray(picture)
    np.copyto(memory, picture)
    return memory


def _memory(shape: tuple[int, ...], take: Take | None) -> Picture | None:
    """Return memory for a picture of a shape; None where OpenCV shall make its own."""
    return None if take is None else take(shape)
