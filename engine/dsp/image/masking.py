"""Masks: pictures whose brightness says how much of something is seen, black nothing, white all.

A picture is uint8, shape (height, width, 3), BGR; a mask is that, or grey as (height, width).
Weights are float32, shape (height, width), 0 to 1.
"""

from __future__ import annotations

from typing import cast

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Weights = NDArray[np.float32]


def brightness(mask: Picture) -> Picture:
    """Return how bright a picture is, uint8, shape (height, width)."""
    if mask.ndim == 2:
        return mask
    if mask.shape[2] == 1:
        return mask[:, :, 0]
    return cast(Picture, cv2.cvtColor(mask, cv2.COLOR_BGR2GRAY))


def in_colour(image: Picture) -> Picture:
    """Return a picture with three colours, also of a grey one: (h, w, 1) or (h, w)."""
    if image.ndim == 3 and image.shape[2] == 3:
        return image
    return cast(Picture, cv2.cvtColor(image, cv2.COLOR_GRAY2BGR))


def to_weights(mask: Picture, width: int, height: int) -> Weights:
    """Return the weights of a mask at another size."""
    grey = brightness(mask)
    if grey.shape != (height, width):
        grey = cast(Picture, cv2.resize(grey, (width, height), interpolation=cv2.INTER_LINEAR))
    return np.multiply(grey, np.float32(1 / 255), dtype=np.float32)


def from_weights(weights: Weights) -> Picture:
    """Return weights as a grey picture, uint8, shape (height, width, 3)."""
    grey = cv2.convertScaleAbs(weights, alpha=255.0)
    return cast(Picture, cv2.merge((grey, grey, grey)))


def feather(weights: Weights, softness: float, grow: float = 0.0) -> Weights:
    """Return weights whose edges are soft, and have moved outwards (``grow`` over 0) or inwards.

    ``softness`` is how wide the edge is, ``grow`` how far it moves; both in parts of the shorter
    side.
    """
    shorter = min(weights.shape)
    reach = round(abs(grow) * shorter)
    if reach:
        spread = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * reach + 1, 2 * reach + 1))
        change = cv2.dilate if grow > 0 else cv2.erode
        weights = cast(Weights, change(weights, spread))
    wide = round(softness * shorter / 3)
    if wide:
        box = (2 * wide + 1, 2 * wide + 1)
        # Three times a box is all but a Gaussian, at a cost that does not grow with its width.
        for _ in range(3):
            weights = cast(Weights, cv2.blur(weights, box, borderType=cv2.BORDER_REPLICATE))
    return weights


def composite(inside: Picture, outside: Picture, weights: Weights) -> Picture:
    """Return one picture where the weights are 1, another of the same size where they are 0."""
    rest = np.subtract(np.float32(1), weights)
    return cast(Picture, cv2.blendLinear(inside, outside, weights, rest))
