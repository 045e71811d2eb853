"""Parts of a picture covered over, so that nobody is seen there."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.dsp.landmarks.areas import Area

Picture = NDArray[np.uint8]


def covered(picture: Picture, areas: Sequence[Area]) -> Picture:
    """Return a copy whose areas have the mean colour of the picture; without any, the picture.

    ``picture`` is uint8, (h, w, 3), or grey as (h, w, 1) or (h, w).
    """
    if not areas:
        return picture
    height, width = picture.shape[:2]
    copy = picture.copy()
    for area in areas:
        corners = np.array(area.corners) * [width, -height] + [0, height]
        cv2.fillPoly(copy, [corners.round().astype(np.int32)], cv2.mean(picture))
    return copy
