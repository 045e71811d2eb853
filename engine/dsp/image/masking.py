"""Masks: pictures whose brightness says how much of something is seen, black nothing, white all.

A picture is uint8, shape (height, width, 3), BGR; a mask is grey, uint8, shape (height, width).
``blending.fade_by`` shows one picture where a mask is white, and another where it is black.
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

from engine.dsp.image.scaling import scaled

Picture = NDArray[np.uint8]
Mask = NDArray[np.uint8]


def in_colour(image: Picture) -> Picture:
    """Return a picture with three colours, also of a grey one: (h, w, 1) or (h, w)."""
    if image.ndim == 3 and image.shape[2] == 3:
        return image
    return cast(Picture, cv2.cvtColor(image, cv2.COLOR_GRAY2BGR))


def mask_at(picture: Picture, width: int, height: int, invert: bool = False) -> Mask:
    """Return how bright a picture is, in colour or grey, as a mask of a size; or how dark."""
    if picture.ndim == 3:
        three = picture.shape[2] == 3
        picture = cast(
            Mask, cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) if three else picture[..., 0]
        )
    mask = scaled(picture, width, height)
    return cast(Mask, cv2.bitwise_not(mask)) if invert else mask


def as_picture(mask: Mask, amount: float = 1.0) -> Picture:
    """Return a mask as a grey picture, ``amount`` (0 to 1) times as bright."""
    if amount < 1:
        mask = cast(Mask, cv2.convertScaleAbs(mask, alpha=max(amount, 0.0)))
    return cast(Picture, cv2.cvtColor(mask, cv2.COLOR_GRAY2BGR))


def feather(mask: Mask, softness: float, grow: float = 0.0) -> Mask:
    """Return a mask whose edges are soft, and have moved outwards (``grow`` over 0) or inwards.

    ``softness`` is how wide the edge is, ``grow`` how far it moves; both in parts of the shorter
    side.
    """
    shorter = min(mask.shape)
    reach = round(abs(grow) * shorter)
    if reach:
        spread = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
        mask = cast(Mask, (cv2.dilate if grow > 0 else cv2.erode)(mask, spread))
    wide = round(softness * shorter / 3)
    if wide:
        box = (2 * wide + 1, 2 * wide + 1)
        # Three times a box is all but a Gaussian, at a cost that does not grow with its width.
        for _ in range(3):
            mask = cast(Mask, cv2.blur(mask, box, borderType=cv2.BORDER_REPLICATE))
    return mask
