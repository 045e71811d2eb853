"""Pictures as boxes of networks take them, whatever box of a performer's own they come from."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from engine.core.errors import ModelError
from engine.core.messages import Frame

_ALPHA = 4


def as_seen(frame: Frame) -> Frame:
    """Return a picture of uint8, (h, w, 3), or grey as (h, w, 1) or (h, w), without transparency.

    Raises ModelError for what is no picture.
    """
    image = frame.image
    colours = image.shape[2] if image.ndim == 3 else 1
    fits = image.ndim in (2, 3) and colours in (1, 3, _ALPHA) and image.size > 0
    if image.dtype != np.uint8 or not fits:
        raise ModelError(
            f"expected a picture, uint8 of shape (height, width, 3), got {image.dtype} of shape"
            f" {image.shape}"
        )
    if colours == _ALPHA:
        return replace(frame, image=np.ascontiguousarray(image[..., :3]))
    return frame
