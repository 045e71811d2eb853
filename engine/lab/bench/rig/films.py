"""Pictures of a film, for benches that show it to a box one by one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from engine.synthetic.stage import Picture


def pictures_of(film: Path, first: int = 0, end: int | None = None) -> Iterator[Picture]:
    """Yield pictures of a film, BGR, from the ``first`` on, up to and without ``end``."""
    capture = cv2.VideoCapture(str(film))
    number = 0
    while end is None or number < end:
        there, picture = capture.read()
        if not there:
            return
        if number >= first:
            yield np.asarray(picture, np.uint8)
        number += 1


def rate_of(film: Path) -> float:
    """Return how many pictures a second a film has."""
    return float(cv2.VideoCapture(str(film)).get(cv2.CAP_PROP_FPS))
