"""Pictures: turn, mirror and crop them without copying more than must be.

A picture is uint8, shape (height, width, 3), blue-green-red. Places in it are fractions from 0 to
1: x from left to right, y from *bottom to top*, as everywhere in Sensorium.

What is asked for is what one sees: a picture is turned first, then mirrored, and the crop is cut
from that result.

Why the work is done the other way round: cutting first is a view and costs nothing, so turning and
mirroring, which must touch every pixel, touch only those that stay, and touch them once.
"""

from __future__ import annotations

import math
import os
from typing import Annotated, Any, Literal, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Frame
from engine.core.parameter import Param

Picture = NDArray[np.uint8]
Quarter = Literal[0, 90, 180, 270]
Rectangle = tuple[float, float, float, float]

WHOLE: Rectangle = (0.0, 0.0, 1.0, 1.0)
"""The crop that keeps everything."""

Mirror = Annotated[bool, Param("swap left and right, as in a mirror; names of joints stay right")]
Rotate = Annotated[Quarter, Param("turn clockwise, for a camera on its side", unit="degrees")]
Crop = Annotated[
    Rectangle,
    Param("keep only [left, bottom, right, top] of what is seen, each from 0 to 1"),
]


def framed(image: Picture, mirror: bool, rotate: Quarter, crop: Rectangle) -> Frame:
    """Make a Frame of a picture, turned, mirrored and cropped; see ``orient``."""
    return Frame(orient(image, mirror, rotate, crop), mirrored=mirror)


def orient(
    image: Picture, mirror: bool = False, rotate: Quarter = 0, crop: Rectangle = WHOLE
) -> Picture:
    """Turn a picture clockwise by ``rotate`` degrees, mirror it, and cut ``crop`` from the result.

    ``image`` is uint8, shape (height, width) or (height, width, 1, 3 or 4): grey, blue-green-red,
    or that with transparency, which is dropped. ``crop`` is (left, bottom, right, top), 0 to 1, y
    upwards; edges outside go to the border, the edges of a pair may stand in either order, and at
    least one pixel stays. The result has shape (height, width, 3), is contiguous and read-only, and
    is a view of ``image`` where nothing had to change.
    """
    picture = image
    if tuple(crop) != WHOLE and all(map(math.isfinite, crop)):
        picture = _cut(picture, _before(crop, mirror, rotate))
    picture = _coloured(_turned(picture, mirror, rotate))
    picture = np.ascontiguousarray(picture).view()
    picture.flags.writeable = False
    return picture


def hush_opencv() -> None:
    """Keep OpenCV and FFmpeg from writing to the terminal; call it before opening a video.

    They say in their own words what our errors say in ours. Whoever wants to read them sets
    OPENCV_LOG_LEVEL and OPENCV_FFMPEG_LOGLEVEL.
    """
    os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")
    if "OPENCV_LOG_LEVEL" not in os.environ:
        cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)


def _before(crop: Rectangle, mirror: bool, rotate: Quarter) -> Rectangle:
    """Find where a rectangle of what is seen lies in the picture as it came."""
    left, bottom, right, top = crop
    if mirror:
        left, right = 1 - right, 1 - left
    for _ in range(rotate // 90):
        left, bottom, right, top = 1 - top, left, 1 - bottom, right
    return left, bottom, right, top


def _cut(image: Picture, crop: Rectangle) -> Picture:
    height, width = image.shape[:2]
    left, bottom, right, top = crop
    return image[_span(1 - top, 1 - bottom, height), _span(left, right, width)]


def _span(one: float, other: float, size: int) -> slice:
    low, high = sorted((one, other))
    first = min(max(round(low * size), 0), size - 1)
    return slice(first, max(min(round(high * size), size), first + 1))


def _turned(image: Picture, mirror: bool, rotate: Quarter) -> Picture:
    """Turn, then mirror, in one pass; only the one diagonal that OpenCV has no word for takes two.

    OpenCV's own flips, because a copy of a flipped numpy view is several times slower.
    """
    turned: Any = image
    if rotate == 0 and mirror:
        turned = cv2.flip(image, 1)
    elif rotate == 180:
        turned = cv2.flip(image, 0 if mirror else -1)
    elif rotate == 90:
        turned = cv2.transpose(image) if mirror else cv2.rotate(image, cv2.ROTATE_90_CLOCKWISE)
    elif rotate == 270:
        turned = cv2.rotate(image, cv2.ROTATE_90_COUNTERCLOCKWISE)
        turned = cv2.flip(turned, 1) if mirror else turned
    return cast(Picture, turned)


def _coloured(image: Picture) -> Picture:
    channels = 1 if image.ndim == 2 else image.shape[2]
    if channels == 1:
        return cast(Picture, cv2.cvtColor(image, cv2.COLOR_GRAY2BGR))
    if channels == 4:
        return cast(Picture, cv2.cvtColor(image, cv2.COLOR_BGRA2BGR))
    return image
