"""Draw who is seen into a picture."""

from __future__ import annotations

from collections import deque
from dataclasses import field, replace
from typing import Annotated, ClassVar, Final, Literal

from engine.core.clock import SECOND, ns
from engine.core.landmarks import Landmarks, Pose
from engine.core.messages import Frame, Ns
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.image.draw import Colours, draw_everybody
from engine.dsp.landmarks.people import Sure
from engine.video.canvas import Canvas, Picture, finished

_LONGEST: Final = ns(0.5)
"""How long a picture waits at most."""
_BEGIN: Final = Ns(0)


class DrawPose(Node):
    """Draw the skeletons of everybody seen: bodies, hands or faces, over the picture or on black.

    Each new picture is drawn into, with the newest ``pose``; nothing is drawn while nobody is seen.
    With ``colours = "sides"`` left is orange and right is blue; with "people" each has a colour
    that stays. On "black" the skeletons are alone: a picture to paint, to mix or to feed back.

    A skeleton is found after its picture was seen, so over the newest picture it is behind who
    moves. With ``in_step`` each picture waits for the skeletons that were found in it, and they lie
    where the bodies are: both come as often as poses do, and as late. What takes longer than half a
    second is not waited for.
    """

    lane: ClassVar[bool] = True

    ground: Annotated[Literal["picture", "black"], Param("what they are drawn on")] = "picture"
    colours: Annotated[Colours, Param("what a colour says: which side, or which person")] = "sides"
    thickness: Annotated[float, Param("how thick bones are; 1 is as usual", 0.1, 20)] = 1.0
    confidence: Sure = 0.2
    in_step: Annotated[
        bool, Param("show a picture no sooner than the skeletons that were found in it")
    ] = False

    _canvas: Canvas = field(default_factory=Canvas)
    _waiting: deque[tuple[Ns, Frame]] = field(default_factory=deque)
    _waited: float = 0.0

    @property
    def lag(self) -> float:
        """Seconds that the last picture has waited for its skeletons."""
        return self._waited if self.in_step else 0.0

    def needs(self) -> tuple[str, ...]:
        """Return its pose, without which there is nothing to draw."""
        return ("pose",)

    def reset(self) -> None:
        """Let go of pictures that wait."""
        self._waiting.clear()
        self._waited = 0.0

    def process(
        self,
        frame: Frame,
        pose: Pose | Landmarks | None = None,
        *,
        pose_at: Ns = _BEGIN,
        at: Ns = _BEGIN,
    ) -> Frame | None:
        """Return a picture with the skeletons, uint8 (h, w, 3), of the same size."""
        if not self.in_step:
            self._waiting.clear()
            return self._drawn(frame, pose)
        self._keep(frame, at)
        if pose is None or at - pose_at > _LONGEST:
            self._waited = 0.0
            return self._drawn(frame, pose)
        fitting: Frame | None = None
        while self._waiting and self._waiting[0][0] <= pose_at:
            seen, fitting = self._waiting.popleft()
            self._waited = (at - seen) / SECOND
        return None if fitting is None else self._drawn(fitting, pose, fitting.image)

    def _keep(self, frame: Frame, at: Ns) -> None:
        """Keep a copy of a picture, to be drawn into once its skeletons are found."""
        waiting = self._waiting
        if waiting and waiting[-1][0] >= at:
            waiting.clear()  # time has begun anew
        waiting.append((at, replace(frame, image=self._canvas.copy(frame.image))))
        while at - waiting[0][0] > _LONGEST:
            waiting.popleft()

    def _drawn(
        self, frame: Frame, pose: Pose | Landmarks | None, ours: Picture | None = None
    ) -> Frame:
        """Return a picture with skeletons; ``ours`` may be drawn into, instead of a copy."""
        seen = pose.seen if pose is not None else ()
        if not seen and self.ground == "picture":
            return frame if ours is None else finished(frame, ours)
        if self.ground == "picture":
            out = self._canvas.copy(frame.image) if ours is None else ours
        else:
            out = self._canvas.take(frame.image.shape) if ours is None else ours
            out[:] = 0
        if pose is not None:
            draw_everybody(out, pose, self.confidence, self.colours, self.thickness)
        return finished(frame, out)
