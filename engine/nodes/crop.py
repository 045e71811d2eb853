"""Cut a part out of a picture."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated

from engine.core.messages import Frame
from engine.core.node import Node, Rectangle
from engine.core.parameter import Param
from engine.video.canvas import Canvas, finished


class Crop(Node):
    """Cut a rectangle out of a picture, which cables may move: to follow a face, to pan, to zoom.

    ``x`` and ``y`` say where its middle is, ``width`` and ``height`` how much of the picture it
    takes. It stays within the picture, and while it moves it keeps its size.
    """

    x: Annotated[float, Param("where its middle is, from left, 0, to right, 1", 0, 1)] = 0.5
    y: Annotated[float, Param("where its middle is, from bottom, 0, to top, 1", 0, 1)] = 0.5
    width: Annotated[float, Param("how much of the width it takes", 0, 1)] = 0.5
    height: Annotated[float, Param("how much of the height it takes", 0, 1)] = 0.5

    _canvas: Canvas = field(default_factory=Canvas)

    def cut(self, columns: int, rows: int) -> Rectangle:
        """Return which part of the picture it gives."""
        down, across = _span(1.0 - self.y, self.height, rows), _span(self.x, self.width, columns)
        return (
            across.start / columns,
            1.0 - down.stop / rows,
            (across.stop - across.start) / columns,
            (down.stop - down.start) / rows,
        )

    def process(self, frame: Frame) -> Frame:
        """Return the part, uint8 (h, w, 3), at least one pixel."""
        rows, columns = frame.image.shape[:2]
        down = _span(1.0 - self.y, self.height, rows)
        across = _span(self.x, self.width, columns)
        part = frame.image[down, across]
        if part.shape == frame.image.shape:
            return frame
        # In one piece, as whoever hands a picture on expects.
        return finished(frame, part if part.flags.c_contiguous else self._canvas.copy(part))


def _span(middle: float, share: float, size: int) -> slice:
    """Return which of ``size`` pixels lie in a share of them around a middle."""
    count = min(max(round(share * size), 1), size)
    first = min(max(round(middle * size - count / 2), 0), size - count)
    return slice(first, first + count)
