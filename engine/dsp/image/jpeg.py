"""Pictures as JPEG, for whoever looks on from outside: a page, another program."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]


def fitted(image: Image, longest: int) -> Image:
    """Give a picture whose longer side has at most ``longest`` pixels; a smaller one as it is."""
    height, width = image.shape[:2]
    if max(height, width) <= longest:
        return image
    by = longest / max(height, width)
    size = (max(1, round(width * by)), max(1, round(height * by)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_LINEAR), np.uint8)


def encode_jpeg(image: Image, quality: int = 80) -> bytes:
    """Encode a picture; ``quality`` is 1 to 100. Raises ValueError for what is no picture.

    ``image``: uint8, (height, width, 3), blue-green-red.
    """
    try:
        good, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    except cv2.error as error:
        raise ValueError(f"not a picture: {error}") from None
    if not good:
        raise ValueError("not a picture")
    return data.tobytes()
