"""Makes frames of what a camera or a film gives, in memory that other processes can read."""

from __future__ import annotations

from engine.core.messages import Frame
from engine.dsp.image.picture import WHOLE, Picture, Quarter, Rectangle, make_frame
from engine.system.frame_pool import FrameStore


class FrameMaker:
    """Makes the frames of one source, on its thread."""

    def __init__(self) -> None:
        self._store = FrameStore()
        self._shape: tuple[int, ...] = ()

    def memory(self, mirror: bool, rotate: Quarter, crop: Rectangle) -> Picture | None:
        """Return memory for the next picture to be decoded into, as large as the last one.

        None where OpenCV shall make its own: before the first, where what is decoded is changed
        afterwards, and where no memory is free.
        """
        if not self._shape or _changes(mirror, rotate, crop):
            return None
        return self._store.take(self._shape)

    def make(self, image: Picture, mirror: bool, rotate: Quarter, crop: Rectangle) -> Frame:
        """Return a frame of a picture; where that lies elsewhere and stays as it is, it is copied.

        Why copied: here it costs this thread a little time; later it would cost the loop, or each
        box of another process, more.
        """
        self._shape = image.shape
        if not _changes(mirror, rotate, crop):
            image = self._store.put(image)
        return make_frame(image, mirror, rotate, crop, self._store.take)


def _changes(mirror: bool, rotate: Quarter, crop: Rectangle) -> bool:
    """Return whether a picture is made anew in order to be rotated, mirrored or cropped."""
    return bool(mirror or rotate or tuple(crop) != WHOLE)
