"""Square pixels: the size a picture has to be seen in."""

from __future__ import annotations

import numpy as np
import pytest

from engine.dsp.image.square import is_shape, resize, square_size


@pytest.mark.parametrize(
    ("size", "pixel", "wanted"),
    [
        ((640, 360), 1.0, (640, 360)),
        ((640, 360), 1.001, (640, 360)),
        ((360, 360), 16 / 9, (640, 360)),
        ((720, 576), 16 / 11, (1047, 576)),
        ((720, 576), 16 / 15, (768, 576)),
        ((720, 480), 8 / 9, (720, 540)),
        ((1440, 1080), 4 / 3, (1920, 1080)),
        ((360, 640), 0.5, (360, 1280)),
        ((1, 1), 8.0, (8, 1)),
        # What no film has is left as it is.
        ((640, 360), 0.0, (640, 360)),
        ((640, 360), -1.0, (640, 360)),
        ((640, 360), 1000.0, (640, 360)),
        ((640, 360), float("nan"), (640, 360)),
        ((640, 360), float("inf"), (640, 360)),
        ((16384, 16384), 2.0, (16384, 16384)),
    ],
)
def test_the_size_in_square_pixels(size, pixel, wanted):
    assert square_size(*size, pixel) == wanted


@pytest.mark.parametrize("pixel", [0.125, 1.0, 8.0])
def test_shapes_of_films(pixel):
    assert is_shape(pixel)


@pytest.mark.parametrize("memory", [None, (20, 40, 3), (5, 5, 3)])
def test_it_is_made_in_memory_of_its_size(memory):
    place = None if memory is None else np.zeros(memory, np.uint8)
    made = resize(np.full((20, 20, 3), 9, np.uint8), (40, 20), place)
    assert made.shape == (20, 40, 3)
    assert made.min() == made.max() == 9
    assert (place is not None and np.shares_memory(made, place)) == (memory == (20, 40, 3))
