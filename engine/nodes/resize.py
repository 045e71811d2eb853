"""Bring pictures to a size."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, ClassVar, Final

from engine.core.messages import Frame
from engine.core.node import WHOLE, Node, Rectangle
from engine.core.parameter import Param
from engine.dsp.image.scaling import Fit, fitted
from engine.video.canvas import Canvas, finished

_MOST: Final = 4096


class Resize(Node):
    """Make pictures smaller or larger: lighter for what comes behind, or as a receiver wants them.

    With one of ``width`` and ``height`` at 0 the picture keeps its shape. With both, ``fit`` says
    what becomes of a picture of another shape: "fit" shows all of it with black beside it, "fill"
    cuts off what is too much, "stretch" distorts it.
    """

    lane: ClassVar[bool] = True

    width: Annotated[int, Param("0 is as the height asks for", 0, _MOST, unit="pixels")] = 640
    height: Annotated[int, Param("0 is as the width asks for", 0, _MOST, unit="pixels")] = 0
    fit: Annotated[Fit, Param("what becomes of a picture of another shape")] = "fit"

    _canvas: Canvas = field(default_factory=Canvas)

    def cut(self, columns: int, rows: int) -> Rectangle:
        """Return which part of the picture shows: less where it fills, more where it fits."""
        width, height = _size(self.width, self.height, columns, rows)
        if self.fit == "stretch":
            return WHOLE
        larger = max if self.fit == "fill" else min
        scale = larger(width / columns, height / rows)
        across, down = width / columns / scale, height / rows / scale
        return (1.0 - across) / 2, (1.0 - down) / 2, across, down

    def process(self, frame: Frame) -> Frame:
        """Return the picture, uint8 (height, width, 3)."""
        rows, columns = frame.image.shape[:2]
        width, height = _size(self.width, self.height, columns, rows)
        if (width, height) == (columns, rows):
            return frame
        out = self._canvas.take((height, width, 3))
        fitted(frame.image, self.fit, out)
        return finished(frame, out)


def _size(width: int, height: int, columns: int, rows: int) -> tuple[int, int]:
    """Return the (width, height) wanted of a picture of ``columns`` by ``rows`` pixels."""
    if not width and not height:
        return columns, rows
    width = width or round(height * columns / rows)
    height = height or round(width * rows / columns)
    return min(max(width, 1), _MOST), min(max(height, 1), _MOST)
