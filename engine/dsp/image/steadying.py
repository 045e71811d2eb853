"""Keeps paintings of a moving picture from flickering.

A network paints each picture by itself, and the noise of a camera is enough for it to lay its
strokes elsewhere. So a painting is mixed with the one before, which is first moved along with what
the camera saw: what stays the same keeps its strokes, and what moves takes them along. Where the
picture before, moved likewise, is not the picture now (what was hidden, a cut, a light), there is
nothing to keep, and the new painting stands alone. So no edge is late. The idea is that of
Ruder, Dosovitskiy and Brox, "Artistic Style Transfer for Videos", 2016, with a blend in the place
of their optimisation.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, cast

import cv2
import numpy as np

from engine.dsp.image.warping import Floats, Grey, Picture, small_grey, warp

FindFlow = Callable[[Grey, Grey], Any]
"""Returns the flow from one small grey picture to another, and how sure it is."""

MOST: Final = 0.9
"""How much of a painting comes from the one before, at most: with 1 it would never be anew."""
UNLIKE: Final = 20.0
"""By how much of 255 a point differs from itself a picture ago where it is another one."""
_LONGER: Final = 384
"""The longer side of the pictures in which flow is found: 256 keeps a sixth more of the flicker."""
_SPREAD: Final = 1.5


class _Last(NamedTuple):
    picture: Picture
    painting: Picture
    grey: Grey


@dataclass
class Steadying:
    """Mixes each painting with those before it."""

    _last: _Last | None = None

    def forget(self) -> None:
        """Begin anew: the next painting stands alone."""
        self._last = None

    def steadied(
        self, painting: Picture, picture: Picture, amount: float, find_flow: FindFlow
    ) -> Picture:
        """Return a painting mixed with those before; ``picture`` is what was painted, as large.

        ``amount``: 0 leaves it as it is, 1 keeps as much as can be. Raises what ``find_flow`` does.
        """
        grey = small_grey(picture, _LONGER)
        last, self._last = self._last, None  # where no flow is found, the next one begins anew
        if last is not None and last.painting.shape == painting.shape:
            motion, _ = find_flow(grey, last.grey)
            share = likeness(picture, warp(last.picture, motion), amount * MOST)
            painting = _mixed(painting, warp(last.painting, motion), share)
        self._last = _Last(picture, painting, grey)
        return painting


def likeness(picture: Picture, other: Picture, most: float) -> Floats:
    """Return how much two pictures of one size are alike: float32 (h, w), 0 to ``most``."""
    blue, green, red = cv2.split(cv2.absdiff(picture, other))
    apart = cv2.GaussianBlur(cv2.max(cv2.max(blue, green), red), (0, 0), _SPREAD)
    falls = most * np.exp(-((np.arange(256) / UNLIKE) ** 2))
    return cast(Floats, cv2.LUT(apart, falls.astype(np.float32)))


def _mixed(painting: Picture, other: Picture, share: Floats) -> Picture:
    """Mix two pictures; ``share`` is how much of each point comes from the ``other``."""
    return cast(Picture, cv2.blendLinear(other, painting, share, 1.0 - share))
