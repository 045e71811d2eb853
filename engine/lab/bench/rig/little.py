"""A small patch without a model: a picture, a number from it, smoothed, and sent.

It measures what lies *between* boxes, so the boxes do next to nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

import numpy as np

from engine.core.messages import Frame, Message, Ns
from engine.core.node import Node
from engine.core.parameter import Fixed, Param
from engine.core.source import Tape

INTERVAL = 33_333_333
"""Nanoseconds from one picture to the next."""

PATCH = """
[pictures]
use   = "same_pictures"
count = {count}

[light]
use  = "glance"
from = "pictures"

[calm]
use  = "smooth"
from = "light"

[out]
use = "osc_out"
to  = "127.0.0.1:{port}"

[out.send]
"/light" = "calm"
"""


class SamePictures(Tape):
    """A few small pictures over and over, made beforehand."""

    OUT: ClassVar[Mapping[str, type]] = {"frame": Frame}

    count: Fixed[Annotated[int, Param("how many", 1)]] = 1000

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        """Yield the pictures."""
        few = pictures()
        for number in range(self.count):
            yield Ns(number * INTERVAL), "frame", few[number % len(few)]


class CornerBrightness(Node):
    """How bright one corner of the picture is, 0 to 1."""

    def process(self, frame: Frame) -> float:
        """Return the brightness of the first byte."""
        return frame.image.item(0) / 255


def pictures() -> list[Frame]:
    """Return pictures of different brightness."""
    return [Frame(np.full((4, 4, 3), level, np.uint8)) for level in range(0, 256, 15)]
