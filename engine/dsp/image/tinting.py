"""Lay colours that were found at a small size into a picture, along its edges.

Colours are Cr and Cb of ITU-R BT.601 about 0: float32, shape (h, w, 2), -0.5 to 0.5. A picture is
uint8, shape (height, width, 3), BGR.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple, cast

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.dsp.image.painting import working_size
from engine.dsp.image.scaling import scaled

Picture = NDArray[np.uint8]
Floats = NDArray[np.float32]

_AREA: Final = (5, 5)
_SMOOTH: Final = np.float32(4e-4)
"""Which variance of luma is none: an edge is what differs by more than 0.02."""
_LONGEST: Final = 640
"""Colours are no finer than this, as those of video are half as fine as its luma (4:2:0)."""
_WARM: Final = (0.10, -0.12)
"""What the greatest warmth adds to both."""
_HALF: Final = np.float32(128)
_GREY: Final = _HALF / 255


class Tint(NamedTuple):
    """How colours are laid: ``strength`` 0 to 1, ``saturation`` from 0, ``warmth`` -1 to 1."""

    strength: float
    saturation: float
    warmth: float


def as_pixels(colours: Floats) -> Picture:
    """Return colours as a picture with two planes and an empty one, for what mixes pictures."""
    found = cv2.convertScaleAbs(colours + _GREY, alpha=255.0)
    return cast(Picture, np.dstack((found, np.zeros(found.shape[:2], np.uint8))))


def from_pixels(pixels: Picture) -> Floats:
    """Return the colours of ``as_pixels``."""
    return (pixels[:, :, :2].astype(np.float32) - _HALF) / np.float32(255)


def tinted(picture: Picture, colours: Floats, tint: Tint, out: Picture) -> Picture:
    """Return the picture, written into ``out``, in colours, which have any smaller size.

    They are brought up by a fast guided filter (He and Sun, 2015): near each point a colour is a
    line through the luma, so an edge of the picture is one of its colours.
    """
    height, width = picture.shape[:2]
    grey = cast(Picture, cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY))
    size = working_size(width, height, min(_LONGEST, max(width, height)), 1, 1)
    luma = np.multiply(scaled(grey, *size), np.float32(1 / 255), dtype=np.float32)
    guide = _Guide(luma, colours.shape[1], colours.shape[0])
    # Black and white have no colour, however far one next to them spreads.
    most = cv2.min(luma, 1 - luma)
    planes = []
    for colour, warm in zip(cv2.split(colours), _WARM, strict=True):
        fine = guide.along_edges(cast(Floats, colour), tint.saturation, tint.warmth * warm)
        pixels = cv2.convertScaleAbs(cv2.max(cv2.min(fine, most), -most) + _GREY, alpha=255.0)
        planes.append(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR))
    made = cv2.merge((grey, *planes))
    if tint.strength < 1:
        own = cv2.cvtColor(picture, cv2.COLOR_BGR2YCrCb)
        made = cv2.addWeighted(made, tint.strength, own, 1 - tint.strength, 0)
    return cast(Picture, cv2.cvtColor(made, cv2.COLOR_YCrCb2BGR, dst=out))


class _Guide:
    """A luma along whose edges colours are brought up to its size."""

    def __init__(self, luma: Floats, width: int, height: int) -> None:
        """``width`` and ``height`` are those of the colours."""
        self._luma = luma
        self._small = cv2.resize(luma, (width, height), interpolation=cv2.INTER_AREA)
        self._mean = _mean(self._small)
        self._spread = _mean(self._small * self._small) - self._mean * self._mean + _SMOOTH

    def along_edges(self, colour: Floats, times: float, plus: float) -> Floats:
        """Return a plane of colours at the size of the luma, ``times`` and ``plus`` a number."""
        mean = _mean(colour)
        slope = (_mean(self._small * colour) - self._mean * mean) / self._spread
        rest = mean - slope * self._mean
        size = self._luma.shape[::-1]
        steep = cv2.resize(_mean(slope) * np.float32(times), size)
        flat = cv2.resize(_mean(rest) * np.float32(times) + np.float32(plus), size)
        return cast(Floats, cv2.accumulateProduct(self._luma, steep, flat))


def _mean(values: Any) -> Floats:
    return cast(Floats, cv2.boxFilter(values, -1, _AREA, borderType=cv2.BORDER_REPLICATE))
