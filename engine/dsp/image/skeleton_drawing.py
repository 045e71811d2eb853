"""Draw skeletons as a network sees them: a bone a colour, on black.

Networks are trained on these drawings, so whatever changes here makes those that were trained
before paint worse.
"""

from __future__ import annotations

import colorsys

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.landmarks import Landmarks
from engine.core.skeletons import Skeleton

Picture = NDArray[np.uint8]
Colour = tuple[int, int, int]

_SURE = 0.2
"""Points below this confidence are left out, with the bones that end in them."""
_FRACTION = 4
_FAR = 8192
"""No point is further than so many pixels from the corner, or OpenCV would draw for ever."""
_WIDEST = 96
"""A bone is as wide as the longer side divided by this, and 2 pixels at least."""


def draw_skeletons(found: Landmarks, width: int, height: int) -> Picture:
    """Return everybody seen as bones of different colours: uint8, (height, width, 3), BGR."""
    picture = np.zeros((height, width, 3), np.uint8)
    thick = max(2, round(max(width, height) / _WIDEST))
    colours = _colours(found.skeleton)
    for one in found.seen:
        known = (one.points[:, -1] >= _SURE) & np.isfinite(one.points).all(axis=1)
        across = one.points[:, 0] * width - 0.5
        down = (1.0 - one.points[:, 1]) * height - 0.5
        places = np.stack([across, down], axis=1).clip(-_FAR, _FAR) * (1 << _FRACTION)
        for (first, last), colour in zip(found.skeleton.bones, colours, strict=True):
            ends = found.skeleton.index[first], found.skeleton.index[last]
            if known[list(ends)].all():
                start, end = ((round(float(x)), round(float(y))) for x, y in places[list(ends)])
                cv2.line(picture, start, end, colour, thick, cv2.LINE_AA, _FRACTION)
    return picture


def _colours(skeleton: Skeleton) -> list[Colour]:
    """Return a colour for each bone, as far apart as so many can be."""
    count = len(skeleton.bones)
    shades = (colorsys.hsv_to_rgb(at / count, 1.0, 1.0) for at in range(count))
    return [(round(255 * b), round(255 * g), round(255 * r)) for r, g, b in shades]
