"""Lead a picture back into itself, as a camera does that looks at its own screen."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, ClassVar, Final, Literal, cast

import cv2

from engine.core.clock import SECOND, ns
from engine.core.messages import Frame, Ns
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.image.affine import Mover, affine_matrix
from engine.dsp.image.blending import blend
from engine.video.canvas import Canvas, Picture, finished
from engine.video.picture_memory import PictureMemory

_PER: Final = 0.1
"""Seconds after which ``amount`` is what is left."""
_LONGEST: Final = 10.0
"""Seconds that it moves at most at once: after a gap it would be beyond all numbers."""
_GOLDEN: Final = 0.6180339887498949
"""Its multiples are spread evenly over each 0 to 1 (Weyl)."""


class FeedbackNode(Node):
    """Lead a picture back into itself: trails, echoes, tunnels and spirals.

    Each new picture is laid over the one that left before, which meanwhile fades, grows and turns.
    ``amount`` is how much of it is left a tenth of a second later: at 0 there is no trail, at 1 it
    never goes. ``zoom`` is how much larger it is after a second, ``turn`` how many degrees it has
    turned clockwise, ``x`` and ``y`` how far it has gone, 1 being the width or the height. All of
    that is told by time, so it looks the same at any number of pictures a second.

    With a ``delay`` it is an older picture that comes back: echoes, one ``delay`` apart. ``how``
    says how both are laid over each other: "lighten" shows whatever is brighter, "fade" draws all
    that moves soft, "add" and "screen" add light, "difference" flickers in all colours.

    Up to 512 MB of pictures are kept: 6 s at 1280x720 and 30 pictures a second, and less of larger
    ones; a delay that does not fit is as long as it can be, which is told once.
    """

    lane: ClassVar[bool] = True

    amount: Annotated[float, Param("what is left after a tenth of a second", 0, 1)] = 0.8
    how: Annotated[
        Literal["lighten", "fade", "add", "screen", "difference"],
        Param("how the new picture is laid over the old one"),
    ] = "lighten"
    delay: Annotated[float, Param("how long until it comes back", 0, 5, unit="s")] = 0.0
    zoom: Annotated[float, Param("how many times larger it is after a second", 0.1, 10)] = 1.0
    turn: Annotated[
        float, Param("how far it turns in a second, clockwise", -3600, 3600, unit="degrees")
    ] = 0.0
    x: Annotated[float, Param("how far it goes to the right in a second", -10, 10)] = 0.0
    y: Annotated[float, Param("how far it goes up in a second", -10, 10)] = 0.0

    _canvas: Canvas = field(default_factory=Canvas)
    _mover: Mover = field(default_factory=Mover)
    _left: PictureMemory = field(default_factory=PictureMemory)
    _count: int = 0

    def process(self, frame: Frame, at: Ns) -> Frame:
        """Return the picture with what came back, uint8 (h, w, 3), of the same size."""
        before = self._comes_back(at)
        image = frame.image
        if before is not None and self.amount > 0 and before[1].shape == image.shape:
            image = self._lay_over(image, before[1], min((at - before[0]) / SECOND, _LONGEST))
        # With a delay it is kept for seconds, and the memory of a source would run out of places.
        self._left.put(at, image.copy() if self.delay and image is frame.image else image)
        return finished(frame, image)

    def reset(self) -> None:
        """Forget what left before."""
        self._left.clear()
        self._count = 0

    def _comes_back(self, at: Ns) -> tuple[Ns, Picture] | None:
        """Return the picture that comes back now, and when it left."""
        oldest = self._left.oldest()
        if oldest is not None and oldest[0] > at:  # time has begun anew
            self._left.clear()
            return None
        since = at - ns(self.delay)
        if not self.delay:
            self._left.forget(at)
            return self._left.newest()
        self._left.forget(since)
        oldest = self._left.oldest()
        if oldest is None or (oldest[0] > since and not self._left.is_full):
            return None
        if oldest[0] > since:
            self._left.tell_too_short(f"delay = {self.delay:g} s", at - oldest[0])
        return oldest

    def _lay_over(self, image: Picture, before: Picture, seconds: float) -> Picture:
        """Return a new picture over one that left some seconds ago."""
        height, width = image.shape[:2]
        gain = min(max(self.amount, 0.0), 1.0) ** (seconds / _PER)
        out = self._canvas.take(image.shape)
        zoom, turn = self.zoom**seconds, self.turn * seconds
        shift = (self.x * seconds, self.y * seconds)
        matrix = affine_matrix((width, height), zoom, turn, shift)
        back = before if matrix is None else self._mover.move(before, matrix, out)
        # Values are whole numbers: rounded alike each time, what is dark would never fade, and what
        # fades slowly would not fade at all. So the threshold of rounding wanders.
        self._count += 1
        wanders = 0.0 if gain in (0.0, 1.0) else self._count * _GOLDEN % 1.0 - 0.5
        if self.how in ("fade", "add"):
            share = 1.0 - gain if self.how == "fade" else 1.0
            return cast(Picture, cv2.addWeighted(image, share, back, gain, wanders, dst=out))
        faded = back
        if gain < 1:
            faded = cast(Picture, cv2.convertScaleAbs(back, dst=out, alpha=gain, beta=wanders))
        return blend(image, faded, self.how, 1.0, out)
