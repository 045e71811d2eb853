"""Many small grey maps in one picture: the mosaic of what neurons see.

A map is float32, shape (height, width), 0 (dark) to 1 (light); a picture uint8, (height, width, 3),
blue-green-red.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final, Literal, cast

import cv2
import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]

Palette = Literal["grey", "heat", "ice"]

_GAP: Final = 50
"""A line between maps is as wide as one of so many parts of a map."""
_LINE: Final = 0.1
_PALETTES: Final = {"heat": cv2.COLORMAP_INFERNO, "ice": cv2.COLORMAP_OCEAN}


def mosaic(maps: Sequence[Floats], width: int, height: int) -> Floats:
    """Return maps side by side, row by row, as one of the given size; what is left over is dark.

    Each is as wide and high as the whole, in small, with a dim line between large ones. One that has
    fewer numbers than its place has
    pixels is shown as the squares that it is.
    """
    columns = math.ceil(math.sqrt(len(maps)))
    rows = -(-len(maps) // columns)
    gap = min(width, height) // (_GAP * columns)
    whole = np.full((height, width), _LINE, np.float32)
    for place in range(rows * columns):
        row, column = divmod(place, columns)
        top, bottom = height * row // rows, height * (row + 1) // rows - gap
        left, right = width * column // columns, width * (column + 1) // columns - gap
        if bottom > top and right > left:
            shown = fitted(maps[place], right - left, bottom - top) if place < len(maps) else 0
            whole[top:bottom, left:right] = shown
    return whole


def fitted(one: Floats, width: int, height: int) -> Floats:
    """Return a map of another size: averaged where it shrinks, in squares where it grows."""
    grows = one.shape[0] < height or one.shape[1] < width
    mode = cv2.INTER_NEAREST if grows else cv2.INTER_AREA
    return cast(Floats, cv2.resize(one, (width, height), interpolation=mode))


def tinted(grey: Floats, palette: Palette) -> Picture:
    """Return a map in colours: black stays dark, white light."""
    bytes_ = cv2.convertScaleAbs(np.clip(grey, 0, 1), alpha=255.0)
    if palette == "grey":
        return cast(Picture, cv2.cvtColor(bytes_, cv2.COLOR_GRAY2BGR))
    return cast(Picture, cv2.applyColorMap(bytes_, _PALETTES[palette]))
