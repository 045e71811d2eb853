"""Pictures of an edge that swings once a second, and how late it is in what is made of them."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]

FPS = 30
_FAR = 0.3
_EARLIEST, _LATEST = -1, 4


def swinging(count: int, size: tuple[int, int]) -> list[Picture]:
    """Return pictures, width by height: a dark curtain before a light wall, once a second.

    At its fastest the edge goes a sixteenth of the width from one picture to the next.
    """
    width, height = size
    random = np.random.default_rng(3)
    noise = cv2.GaussianBlur(random.uniform(0, 255, (height, width, 3)), (0, 0), width / 160)
    low, high = float(noise.min()), float(noise.max())
    wall = (noise - low) / (high - low) * 90 + 100
    pictures = []
    for number in range(count):
        place = round(width * (0.5 + _FAR * np.sin(2 * np.pi * number / FPS)))
        picture = wall.copy()
        picture[:, :place] = (30, 40, 60)
        picture += random.normal(0, 3, picture.shape)
        pictures.append(np.clip(picture, 0, 255).astype(np.uint8))
    return pictures


def lateness(shown: Sequence[Picture], prompt: Sequence[Picture]) -> float:
    """Return by how many pictures ``shown`` is behind ``prompt``.

    Each picture is compared with those around it in time, and the best fit is taken between them.
    """
    inner = range(_LATEST, len(shown) + _EARLIEST)
    misses = {
        late: float(np.mean([_apart(shown[at], prompt[at - late]) for at in inner]))
        for late in range(_EARLIEST, _LATEST + 1)
    }
    best = min(misses, key=misses.__getitem__)
    if best in (_EARLIEST, _LATEST):
        return float(best)
    before, here, after = (misses[best + step] for step in (-1, 0, 1))
    return best + 0.5 * (before - after) / max(before - 2 * here + after, 1e-9)


def _apart(one: Picture, other: Picture) -> float:
    return float(((one.astype(np.float32) - other) ** 2).mean())
