"""A picture of a text: light letters on dark, as the page shows what a training writes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from engine.dsp.image.writing import Ink, Wording, Writer, stamp

_WIDTH, _SIZE, _ROOM = 960, 28, 24
"""Pixels."""
_DARK = 24
_LIGHT = (225.0, 225.0, 225.0)


def text_picture(text: str) -> NDArray[np.uint8]:
    """Return a picture of a text, uint8 (height, 960, 3) BGR, as high as it needs."""
    wording = Wording(text, "sans", _SIZE, 400, _WIDTH - 2 * _ROOM, "left")
    written = Writer().write(wording, Ink(_LIGHT, 1.0, 0.0))
    picture = np.full((written.keep.shape[0] + 2 * _ROOM, _WIDTH, 3), _DARK, np.uint8)
    stamp(picture, written, (_ROOM, _ROOM))
    return picture
