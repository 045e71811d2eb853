"""Draw the things that were found into a picture."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, ClassVar, Literal

from engine.core.messages import Detections, Frame
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.image.draw_boxes import draw_boxes
from engine.video.canvas import Canvas, finished


class DrawObjects(Node):
    """Draw a box around each thing that ``objects`` found, with its name, or the boxes alone.

    Each new picture is drawn into, with the newest ``objects``; a thing keeps its colour. On
    "black" the boxes are alone: a picture to mix or to feed back.
    """

    lane: ClassVar[bool] = True

    ground: Annotated[Literal["picture", "black"], Param("what they are drawn on")] = "picture"
    names: Annotated[bool, Param("whether the name of each is written")] = True
    thickness: Annotated[float, Param("how thick lines are; 1 is as usual", 0.1, 20)] = 1.0

    _canvas: Canvas = field(default_factory=Canvas)

    def needs(self) -> tuple[str, ...]:
        """Return its objects, without which there is nothing to draw."""
        return ("objects",)

    def process(self, frame: Frame, objects: Detections | None = None) -> Frame:
        """Return a picture with the boxes, uint8 (h, w, 3), of the same size."""
        if self.ground == "picture":
            if objects is None or not objects.seen:
                return frame
            out = self._canvas.copy(frame.image)
        else:
            out = self._canvas.take(frame.image.shape)
            out[:] = 0
        if objects is not None:
            draw_boxes(out, objects, self.names, self.thickness)
        return finished(frame, out)
