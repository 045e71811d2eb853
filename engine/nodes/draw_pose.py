"""Draw who is seen into a picture."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, ClassVar, Literal

from engine.core.landmarks import Landmarks, Pose
from engine.core.messages import Frame
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.image.draw import Colours, draw_everybody
from engine.dsp.landmarks.people import Sure
from engine.video.canvas import Canvas, finished


class DrawPose(Node):
    """Draw the skeletons of everybody seen: bodies, hands or faces, over the picture or on black.

    Each new picture is drawn into, with the newest ``pose``; nothing is drawn while nobody is seen.
    With ``colours = "sides"`` left is orange and right is blue; with "people" each has a colour
    that stays. On "black" the skeletons are alone: a picture to paint, to mix or to feed back.
    """

    lane: ClassVar[bool] = True

    ground: Annotated[Literal["picture", "black"], Param("what they are drawn on")] = "picture"
    colours: Annotated[Colours, Param("what a colour says: which side, or which person")] = "sides"
    thickness: Annotated[float, Param("how thick bones are; 1 is as usual", 0.1, 20)] = 1.0
    confidence: Sure = 0.2

    _canvas: Canvas = field(default_factory=Canvas)

    def needs(self) -> tuple[str, ...]:
        """Return its pose, without which there is nothing to draw."""
        return ("pose",)

    def process(self, frame: Frame, pose: Pose | Landmarks | None = None) -> Frame:
        """Return the picture with the skeletons, uint8 (h, w, 3), of the same size."""
        seen = pose.seen if pose is not None else ()
        if not seen and self.ground == "picture":
            return frame
        if self.ground == "picture":
            out = self._canvas.copy(frame.image)
        else:
            out = self._canvas.take(frame.image.shape)
            out[:] = 0
        if pose is not None:
            draw_everybody(out, pose, self.confidence, self.colours, self.thickness)
        return finished(frame, out)
