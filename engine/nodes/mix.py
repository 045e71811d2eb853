"""Mix two pictures."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, ClassVar

from engine.core.messages import Frame
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.image.blending import How, blend, fade_by
from engine.dsp.image.masking import as_picture, mask_at
from engine.dsp.image.scaling import Scaler
from engine.video.canvas import Canvas, finished


class Mix(Node):
    """Fade from one picture to another, put one over the other, or show one where a mask is.

    ``from`` is the first picture, ``other`` the one that is mixed in; each new picture of the first
    one gives a picture, with the newest of the other. ``amount`` is the fader: at 0 the first is
    seen alone, at 1 the whole of what ``how`` says. "fade" ends at the other picture alone; "add"
    and "screen" add light, "multiply" and "darken" take it away, "lighten" shows whatever is
    brighter, "difference" how far both are apart.

    A picture at ``mask`` says where: all of it where that is white, nothing where that is black,
    and a part in between. The mask of a box such as ``segment`` will do, and any other picture, of
    which the brightness counts.

    The other picture and the mask are brought to the size of the first. While there is no other
    picture yet, the first one is given as it is.
    """

    lane: ClassVar[bool] = True

    how: Annotated[How, Param("how the other picture is put over the first")] = "fade"
    amount: Annotated[float, Param("how much of that is seen; 0 is the first alone", 0, 1)] = 1.0
    invert: Annotated[bool, Param("mix where the mask is black instead of where it is white")] = (
        False
    )

    _canvas: Canvas = field(default_factory=Canvas)
    _scaler: Scaler = field(default_factory=Scaler)

    def needs(self) -> tuple[str, ...]:
        """Return the other picture, without which there is nothing to mix."""
        return ("other",)

    def process(self, frame: Frame, other: Frame | None = None, mask: Frame | None = None) -> Frame:
        """Return the mixed picture, uint8 (h, w, 3), of the size of the first."""
        amount = min(max(self.amount, 0.0), 1.0)
        if other is None or amount == 0:
            return frame
        first = frame.image
        height, width = first.shape[:2]
        second = self._scaler.scaled(other.image, width, height)
        out = self._canvas.take(first.shape)
        if mask is None:
            return finished(frame, blend(first, second, self.how, amount, out))
        where = as_picture(mask_at(mask.image, width, height, self.invert), amount)
        over = second
        if self.how != "fade":
            over = blend(first, second, self.how, 1.0, out)
        return finished(frame, fade_by(first, over, where, out))

    def reset(self) -> None:
        """Forget the other picture as it was brought to size."""
        self._scaler.forget()
