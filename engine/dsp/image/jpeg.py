"""JPEG encoding, for the page and other programs."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]


def downscaled(image: Image, longest: int, how: int = cv2.INTER_LINEAR) -> Image:
    """Return an image scaled down so that its longer side is at most ``longest`` pixels.

    ``how`` is an interpolation of OpenCV; INTER_AREA skips no pixel, and takes longer.
    """
    height, width = image.shape[:2]
    if max(height, width) <= longest:
        return image
    by = longest / max(height, width)
    size = (max(1, round(width * by)), max(1, round(height * by)))
    return np.asarray(cv2.resize(image, size, interpolation=how), np.uint8)


def encode_jpeg(image: Image, quality: int = 80) -> bytes:
    """Return an image as JPEG; ``quality`` is 1 to 100. Raise ValueError when it is no image.

    ``image``: uint8, shape (height, width, 3), BGR.
    """
    try:
        good, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    except cv2.error:
        raise ValueError("not a picture") from None
    if not good:
        raise ValueError("not a picture")
    return data.tobytes()


def decode_jpeg(data: bytes) -> Image:
    """Return a JPEG as an image, as ``encode_jpeg`` takes it. Raise ValueError when it is none."""
    try:
        found = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    except cv2.error:
        found = None
    if found is None:
        raise ValueError("not a JPEG")
    return np.asarray(found, np.uint8)
