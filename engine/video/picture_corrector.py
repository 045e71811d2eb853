"""Pictures of a film or a stream as they are to be seen: in square pixels, and of one moment.

What is interlaced without saying so is noticed while it plays, and of its two fields the first is
shown.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

import cv2

from engine.dsp.image.interlace import InterlaceDetector
from engine.dsp.image.picture import Picture
from engine.dsp.image.square import is_shape, resize, square_size, top_field

Topic = Literal["hole", "clock", "end", "pixels", "fields"]
"""What there may be to tell of a film or a stream; however often it is opened, each once."""
Tell = Callable[[Topic, str], None]
Memory = Callable[[], Picture | None]

FIELD: Final = 0.5
"""The shape of a pixel of one field, by that of the whole picture: it is twice as high."""


class PictureCorrector:
    """Makes the pictures of one film or stream as they are to be seen.

    ``name`` is what it is called where something is told, and ``pixel`` the shape of a pixel, width
    by height. Without a ``detector`` its pictures are known to be of one moment.
    """

    def __init__(
        self, name: str, tell: Tell, pixel: float = 1.0, detector: InterlaceDetector | None = None
    ) -> None:
        self._name = name
        self._tell = tell
        self._pixel = pixel
        self._detector = detector
        self._scratch: Picture | None = None

    def memory(self, memory: Memory) -> Picture | None:
        """Return what the next picture is decoded into: ``memory``, unless it is resized after."""
        return memory() if self._is_whole() else self._scratch

    def look(self, image: Picture) -> None:
        """Look whether a picture, as it was decoded, is interlaced; tell of it once it is sure."""
        if self._detector and self._detector.look(image):
            what = f"{self._name} is interlaced, which it does not say"
            self._tell("fields", f"{what}: one of two fields is shown")

    def show(self, image: Picture, memory: Memory) -> Picture:
        """Return a picture as it is to be seen, uint8 of shape (height, width, 3).

        One that is changed lies in what ``memory`` gives where that is of its size.
        """
        if self._is_whole():
            return image
        height, width = image.shape[:2]
        size = square_size(width, height, self._pixel)
        lines = top_field(image) if self._is_interlaced() else image
        if lines is image and size == (width, height):
            return image
        self._scratch = image
        return resize(lines, size, memory())

    def _is_whole(self) -> bool:
        return self._pixel == 1 and not self._is_interlaced()

    def _is_interlaced(self) -> bool:
        return self._detector is not None and self._detector.interlaced


def pixel_shape(capture: cv2.VideoCapture, name: str, tell: Tell) -> float:
    """Return the width of a pixel by its height, as it lies in a picture that is turned.

    One that nothing has is told of, and taken for square.
    """
    wide, high = map(capture.get, (cv2.CAP_PROP_SAR_NUM, cv2.CAP_PROP_SAR_DEN))
    if not (wide > 0 and high > 0):
        return 1.0
    if not is_shape(wide / high):
        said = f"{name} says that its pixels are {wide:g}:{high:g}"
        tell("pixels", f"{said}, as no film has them; they are taken for square")
        return 1.0
    turned = capture.get(cv2.CAP_PROP_ORIENTATION_META) % 180 != 0
    return high / wide if turned else wide / high
