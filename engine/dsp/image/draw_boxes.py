"""Draw boxes with names into a picture."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Detections
from engine.dsp.image.draw import PEOPLE

_FONT: Final = cv2.FONT_HERSHEY_SIMPLEX
_DARK: Final = (25, 25, 25)
_LETTERS: Final = 0.045
"""Height of a letter, as a share of the picture's height."""
_PIXELS: Final = 22.0
"""Height of a letter of the font at scale 1."""


def draw_boxes(
    picture: NDArray[np.uint8],
    found: Detections,
    names: bool,
    thickness: float = 1.0,
    *,
    numbers: bool = False,
) -> None:
    """Draw, in place, what was detected; each number has a colour that stays.

    ``picture``: uint8, (height, width, 3), blue-green-red. ``numbers`` writes them behind the
    names.
    """
    height, width = picture.shape[:2]
    wide = max(1, round(thickness * max(height, width) / 320))
    for one in found.seen:
        colour = PEOPLE[(one.id - 1) % len(PEOPLE)]
        x, y, w, h = one.box
        if not np.isfinite(one.box).all():
            continue
        low = _pixel(x - w / 2, width), _pixel(1 - y - h / 2, height)
        high = _pixel(x + w / 2, width), _pixel(1 - y + h / 2, height)
        cv2.rectangle(picture, low, high, colour, wide, cv2.LINE_AA)
        if names:
            label(picture, f"{one.label} {one.id}" if numbers else one.label, low, colour)


def _pixel(place: float, size: int) -> int:
    return round(min(max(place, 0.0), 1.0) * (size - 1))


def label(
    picture: NDArray[np.uint8],
    name: str,
    corner: tuple[int, int],
    colour: tuple[int, int, int],
) -> None:
    """Write, in place, a line on a ground of a colour: above a corner, or below where it is cut."""
    height, width = picture.shape[:2]
    scale = max(0.3, _LETTERS * height / _PIXELS)
    (wide, tall), below = cv2.getTextSize(name, _FONT, scale, 1)
    left, top = corner
    left = max(0, min(left, width - wide))
    ground = max(0, top - tall - 2 * below)
    cv2.rectangle(picture, (left, ground), (left + wide, ground + tall + 2 * below), colour, -1)
    place = (left, ground + tall + below)
    cv2.putText(picture, name, place, _FONT, scale, _DARK, 1, cv2.LINE_AA)
