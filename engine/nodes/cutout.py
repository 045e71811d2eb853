"""Cut out of each picture what a mask shows."""

from __future__ import annotations

from dataclasses import replace
from typing import Annotated, ClassVar

import numpy as np

from engine.core.messages import Frame
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.image.masking import composite, feather, in_colour, to_weights
from engine.dsp.image.painting import Picture, upscale


class Cutout(Node):
    """Cuts out what is white in a mask, and puts it before another picture or a colour.

    ``mask`` is any picture, whose brightness counts: that of ``segment`` cuts out people.
    ``behind`` is what is seen where the mask is black; without a cable it is the colour ``red``,
    ``green``, ``blue``. Mask and picture behind are brought to the size of the picture. While there
    is no mask yet, nothing is cut out: what is behind is seen alone.

    A mask comes a little later than its picture. To cut without a moving edge, take the picture
    from where the mask comes from: ``from = "segment.picture"``.
    """

    lane: ClassVar[bool] = True

    invert: Annotated[bool, Param("cut out what is black in the mask")] = False
    feather: Annotated[
        float, Param("how wide the soft edge is, in parts of the shorter side", 0, 0.5)
    ] = 0.0
    grow: Annotated[
        float, Param("how far the edge moves outwards, in parts of the shorter side", -0.2, 0.2)
    ] = 0.0
    red: Annotated[float, Param("red of the colour behind", 0, 1)] = 0.0
    green: Annotated[float, Param("green of the colour behind", 0, 1)] = 0.0
    blue: Annotated[float, Param("blue of the colour behind", 0, 1)] = 0.0

    def needs(self) -> tuple[str, ...]:
        """Return the mask, without which there is nothing to cut out."""
        return ("mask",)

    def process(
        self, frame: Frame, mask: Frame | None = None, behind: Frame | None = None
    ) -> Frame:
        """Return the picture, uint8 (h, w, 3), of the same size."""
        height, width = frame.image.shape[:2]
        rest = self._behind(behind, width, height)
        if mask is None:
            image = rest
        else:
            weights = to_weights(mask.image, width, height)
            if self.invert:
                weights = np.subtract(np.float32(1), weights)
            image = composite(
                in_colour(frame.image), rest, feather(weights, self.feather, self.grow)
            )
        image.flags.writeable = False
        return replace(frame, image=image)

    def _behind(self, behind: Frame | None, width: int, height: int) -> Picture:
        """Return what is seen where nothing is cut out."""
        if behind is not None:
            return upscale(in_colour(behind.image), width, height)
        colour = [round(255 * part) for part in (self.blue, self.green, self.red)]
        return np.full((height, width, 3), colour, np.uint8)
