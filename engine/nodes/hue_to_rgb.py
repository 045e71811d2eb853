"""A hue becomes red, green and blue."""

from __future__ import annotations

import colorsys
import math
from typing import Annotated, NamedTuple

from engine.core.node import Node
from engine.core.parameter import Param


class RedGreenBlue(NamedTuple):
    """The shares of red, green and blue, 0 to 1."""

    red: float
    green: float
    blue: float


class HueToRgb(Node):
    """Make a colour of one number: 0 is red, a third green, two thirds blue, and 1 red again.

    Beyond 1 the circle of colours begins again. ``saturation`` is how colourful it is (0 is grey),
    ``value`` how bright (0 is black); both take cables too, and count when the next hue comes.

    To OSC all three go as one message: ``"/color" = { from = "c", args = ["{red}", "{green}",
    "{blue}"] }`` for a box named ``c``. For those who know it: HSV (Smith, SIGGRAPH 1978).
    """

    saturation: Annotated[float, Param("0 is grey, 1 as colourful as can be", 0, 1)] = 1.0
    value: Annotated[float, Param("0 is black, 1 as bright as can be", 0, 1)] = 1.0

    def process(self, hue: float) -> RedGreenBlue | None:
        """Return the colour of a hue."""
        if not math.isfinite(hue):
            return None
        return RedGreenBlue(*colorsys.hsv_to_rgb(hue % 1.0, self.saturation, self.value))
