"""Change the brightness and the colours of a picture."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, ClassVar

from engine.core.messages import Frame
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.image.grading import Grading, graded
from engine.video.canvas import Canvas, finished


class Grade(Node):
    """Change how bright and how colourful a picture is, turn its hues, or make it black and white.

    ``level`` is the fader of this picture: 0 is black, and 1 the whole. So one pad or one fader
    blacks it out, and a ``line`` fades it; the masters of the page and of a desk lie above all
    pictures that leave. ``hue`` turns all colours around the circle, where 1 is once around;
    ``saturation`` 0 is grey. ``contrast`` turns around the middle grey; ``gamma`` lifts what is
    dark and leaves black and white. With a ``threshold`` all that is at least so bright becomes
    white and the rest black: a mask for ``mix``, for one.
    """

    lane: ClassVar[bool] = True

    level: Annotated[float, Param("how much light: 0 is black", 0, 1)] = 1.0
    brightness: Annotated[float, Param("light that is added, or taken away", -1, 1)] = 0.0
    contrast: Annotated[float, Param("0 is grey, 1 as it is", 0, 10)] = 1.0
    gamma: Annotated[float, Param("above 1 what is dark becomes brighter", 0.1, 10)] = 1.0
    saturation: Annotated[float, Param("0 is grey, 1 as it is", 0, 10)] = 1.0
    hue: Annotated[float, Param("how far colours turn; 1 is once around", -1, 1)] = 0.0
    invert: Annotated[bool, Param("make it a negative")] = False
    threshold: Annotated[float, Param("white from this brightness on; 0 is off", 0, 1)] = 0.0

    _canvas: Canvas = field(default_factory=Canvas)

    def process(self, frame: Frame) -> Frame:
        """Return the picture, uint8 (h, w, 3), of the same size."""
        grade = Grading(
            gamma=self.gamma,
            brightness=self.brightness,
            contrast=self.contrast,
            saturation=self.saturation,
            hue=self.hue,
            invert=self.invert,
            threshold=self.threshold,
            level=self.level,
        )
        if not grade.changes:
            return frame
        out = self._canvas.take(frame.image.shape)
        return finished(frame, graded(frame.image, grade, out))
