"""Which item of a map is nearest to a place, and a picture of the map."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]

_GROUND: Final = (24, 20, 18)
_DOT: Final = (170, 160, 150)
_CHOSEN: Final = (60, 200, 255)
_POINTER: Final = (255, 255, 255)


def nearest_item(places: Floats, x: float, y: float, now: int | None, stick: float) -> int:
    """Return which item is nearest to a place, its index in places, float32 (n, 2).

    The one that it is ``now`` stays until another is nearer by ``stick``.
    """
    apart = np.hypot(places[:, 0] - x, places[:, 1] - y)
    best = int(apart.argmin())
    if now is not None and apart[now] <= apart[best] + stick:
        return now
    return best


def draw_map(places: Floats, size: int, chosen: int | None, x: float, y: float) -> Picture:
    """Return a picture of a map, uint8 (size, size, 3): dots, the chosen one, and where it is."""
    image = np.full((size, size, 3), _GROUND, np.uint8)
    radius = max(2, round(size / 12 / max(6.0, len(places) ** 0.5)))
    for each in places:
        cv2.circle(image, _pixel(each[0], each[1], size), radius, _DOT, -1, cv2.LINE_AA)
    if chosen is not None:
        at = _pixel(places[chosen, 0], places[chosen, 1], size)
        cv2.circle(image, at, 2 * radius, _CHOSEN, -1, cv2.LINE_AA)
    cv2.drawMarker(image, _pixel(x, y, size), _POINTER, cv2.MARKER_CROSS, max(12, 4 * radius), 1)
    return image


def _pixel(x: float, y: float, size: int) -> tuple[int, int]:
    """Return the pixel of a place; y counts from the bottom."""
    return round(float(x) * (size - 1)), round((1 - float(y)) * (size - 1))
