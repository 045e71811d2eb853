"""How a picture is given to a network that sees things in it, such as EfficientNet-Lite0."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.parameter import Param
from engine.dsp.image.painting import Planes, to_planes, working_size
from engine.dsp.image.scaling import scaled

_MULTIPLE: Final = 32
"""Both sides of what it looks at are multiples of this, in pixels."""


def seen_size(least: int) -> Param:
    """Return the parameter of how large a picture is looked at: ``least`` pixels or more."""
    return Param(
        "the longer side of what the network looks at; larger finds smaller things",
        least,
        1024,
        unit="pixels",
        lighter=(0.75, 0.5),
    )


def seen_planes(image: NDArray[np.uint8], size: int, least: int) -> Planes:
    """Return a picture, uint8 (h, w, 3), as it is looked at: float32 (1, 3, height, width).

    Its longer side is about ``size`` pixels, and none is shorter than ``least``.
    """
    height, width = image.shape[:2]
    return to_planes(scaled(image, *working_size(width, height, size, _MULTIPLE, least)))
