"""Which colours a picture has, by name, and how bright, vivid and warm it is."""

from __future__ import annotations

from typing import Final, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

HUES: Final = (
    *((8, "red"), (20, "orange"), (33, "yellow"), (80, "green"), (98, "turquoise")),
    *((128, "blue"), (150, "violet"), (170, "pink"), (181, "red")),
)
"""Up to which hue, in OpenCV's 0 to 180, a colour has which name."""
_SIDE: Final = 64
_GREY: Final = 0.16
"""Saturation below which a colour has no hue; for what is dark more is asked."""
_BLACK, _WHITE = 0.16, 0.8
_BROWN: Final = 0.6
"""Brightness below which orange is brown."""
_ENOUGH: Final = 0.1
"""The least share of a picture that a colour is named for."""
_WIDE: Final = np.array([end for end, _ in HUES])


class Impression(NamedTuple):
    """The names of the colours, most first, and numbers 0 to 1; ``warmth`` -1 (blue) to 1 (red)."""

    colours: tuple[str, ...]
    bright: float
    vivid: float
    warmth: float


def look(image: NDArray[np.uint8]) -> Impression:
    """Return how a picture looks, uint8, (h, w, 3) blue-green-red.

    A colour that has less than a tenth of the picture is not named, unless none has more.
    """
    small = cv2.resize(image, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA)
    hsv = cv2.cvtColor(small, cv2.COLOR_BGR2HSV).reshape(-1, 3).astype(np.float32)
    hue, vivid, bright = hsv[:, 0], hsv[:, 1] / 255, hsv[:, 2] / 255
    names = np.array([name for _, name in HUES])[np.searchsorted(_WIDE, hue, side="right")]
    names = np.where((names == "orange") & (bright < _BROWN), "brown   ", names)
    grey = vivid < _GREY + 0.2 * np.clip(0.4 - bright, 0, 1)
    names = np.where(grey & (bright > _WHITE), "white", np.where(grey, "grey", names))
    names = np.char.strip(np.where(bright < _BLACK, "black", names))
    found, counts = np.unique(names, return_counts=True)
    order = np.argsort(-counts, kind="stable")
    shares = counts / counts.sum()
    kept = [str(found[row]) for row in order if shares[row] >= _ENOUGH] or [str(found[order[0]])]
    blue, green, red = small.reshape(-1, 3).mean(axis=0) / 255
    luma = float(0.114 * blue + 0.587 * green + 0.299 * red)
    return Impression(tuple(kept), luma, float((vivid * bright).mean()), float(red - blue))
