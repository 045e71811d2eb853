"""Areas of a picture in which nobody begins to be followed, such as a poster or a mirror."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.dsp.landmarks.areas import Area, Corner

Picture = NDArray[np.uint8]


class IgnoredAreas:
    """The areas as a hand has drawn them; ``areas`` are empty at first."""

    def __init__(self) -> None:
        self.areas: tuple[Area, ...] = ()
        self._drawn: Sequence[Sequence[Corner]] = ()

    def draw(self, drawn: Sequence[Sequence[Corner]]) -> bool:
        """Take areas by their corners (see ``Area``); return whether they are others than before.

        Raises ValueError for corners that are no area.
        """
        if drawn == self._drawn:
            return False
        self.areas = tuple(Area(tuple(corners)) for corners in drawn)
        self._drawn = drawn
        return True

    def cover(self, picture: Picture) -> Picture:
        """Return a copy whose areas have the picture's mean colour; without any, the picture.

        ``picture`` is uint8, (h, w, 3), or grey as (h, w, 1) or (h, w).
        """
        if not self.areas:
            return picture
        height, width = picture.shape[:2]
        copy = picture.copy()
        for area in self.areas:
            corners = np.array(area.corners) * [width, -height] + [0, height]
            cv2.fillPoly(copy, [corners.round().astype(np.int32)], cv2.mean(picture))
        return copy

    def hold(self, points: NDArray[np.float64], width: int, height: int) -> bool:
        """Whether one of them holds most of some points (n, 2), pixels of a picture."""
        places = points * [1 / width, -1 / height] + [0, 1]
        return any(area.holds(places).mean() > 0.5 for area in self.areas)
