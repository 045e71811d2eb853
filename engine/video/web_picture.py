"""The picture that a box shows to browsers: encoded when somebody looks, once for all who do."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.dsp.image.jpeg import downscaled, encode_jpeg

Image = NDArray[np.uint8]
_BLACK = np.zeros((9, 16, 3), np.uint8)


class WebPicture:
    """The newest picture of one box. Put on one thread, read on that of the web server."""

    def __init__(self) -> None:
        self._number = 0
        self._image: Image = _BLACK
        self._encoded: tuple[object, bytes] = (None, b"")

    def put(self, image: Image | None) -> None:
        """Take the newest picture, uint8, (height, width, 3), BGR; None is black."""
        self._image = np.zeros_like(self._image) if image is None else image
        self._number += 1

    @property
    def number(self) -> int:
        """How many pictures have come: another one, another number."""
        return self._number

    def jpeg(self, longest: int, quality: int) -> bytes:
        """Return the newest picture as JPEG, with at most ``longest`` pixels a side."""
        number, image = self._number, self._image
        key = number, longest, quality
        if self._encoded[0] != key:
            self._encoded = key, encode_jpeg(downscaled(image, longest), quality)
        return self._encoded[1]
