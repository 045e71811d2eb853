"""Put one picture over another, as layers of a picture program or channels of a video mixer do.

A picture is uint8, shape (height, width, 3); all of one call have the same shape. The formulas are
those of W3C, "Compositing and Blending Level 1", on values of 0 to 1. Everything stays uint8, so it
is rounded once or twice; the ends of an amount, and black and white of a mask, are exact.
"""

from __future__ import annotations

from typing import Final, Literal, cast

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
How = Literal["fade", "add", "multiply", "screen", "lighten", "darken", "difference"]
_ONE: Final = 1 / 255


def blend(first: Picture, second: Picture, how: How, amount: float, out: Picture) -> Picture:
    """Put the second picture over the first one, into ``out``, which may be the second one.

    ``amount`` 0 is the first alone, 1 the whole of ``how``. Below 1 ``out`` is neither of the two.
    """
    if how == "add":
        return cast(Picture, cv2.addWeighted(first, 1.0, second, amount, 0.0, dst=out))
    if how == "fade":
        return fade(first, second, amount, out)
    _over(first, second, how, out)
    return fade(first, out, amount, out)


def fade(first: Picture, second: Picture, amount: float, out: Picture) -> Picture:
    """Fade from the first picture, 0, to the second, 1, into ``out``, which may be one of them."""
    if 0 < amount < 1:
        return cast(Picture, cv2.addWeighted(first, 1.0 - amount, second, amount, 0.0, dst=out))
    chosen = second if amount >= 1 else first
    if chosen is not out:
        np.copyto(out, chosen)
    return out


def fade_by(first: Picture, second: Picture, mask: Picture, out: Picture) -> Picture:
    """Fade from the first picture, where ``mask`` is 0, to the second, where it is 255.

    All have the same shape, the mask too. ``out`` may be the second picture, and no other.
    """
    rest = cast(Picture, cv2.bitwise_not(mask))
    cv2.multiply(first, rest, dst=rest, scale=_ONE)
    cv2.multiply(second, mask, dst=out, scale=_ONE)
    return cast(Picture, cv2.add(out, rest, dst=out))


def _over(first: Picture, second: Picture, how: How, out: Picture) -> None:
    """Put the whole of the second picture over the first one, into ``out``."""
    if how == "multiply":
        cv2.multiply(first, second, dst=out, scale=_ONE)
    elif how == "screen":
        cv2.bitwise_not(second, dst=out)
        cv2.multiply(cv2.bitwise_not(first), out, dst=out, scale=_ONE)
        cv2.bitwise_not(out, dst=out)
    elif how == "lighten":
        cv2.max(first, second, dst=out)
    elif how == "darken":
        cv2.min(first, second, dst=out)
    else:
        cv2.absdiff(first, second, dst=out)
