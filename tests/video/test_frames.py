"""Frames are made in memory that other processes can read, whatever is done to the picture."""

from __future__ import annotations

import os
from collections.abc import Callable

import numpy as np
import pytest
from numpy.testing import assert_array_equal

from engine.dsp.image.picture import WHOLE, Quarter, Rectangle, orient
from engine.system.frame_pool import find_place
from engine.video.frames import FrameMaker

pytestmark = pytest.mark.skipif(os.name != "posix", reason="no memory can be shared there")
COLOUR = np.random.default_rng(3).integers(0, 256, (24, 36, 3), np.uint8)
PICTURES: dict[str, Callable[[], np.ndarray]] = {
    "colour": lambda: COLOUR,
    "grey": COLOUR[:, :, 0].copy,
    "alpha": lambda: np.dstack([COLOUR, COLOUR[:, :, :1]]),
}


@pytest.mark.parametrize("crop", [WHOLE, (0.25, 0.0, 0.75, 0.5)])
@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
@pytest.mark.parametrize("mirror", [False, True])
@pytest.mark.parametrize("picture", PICTURES)
def test_it_is_the_same_picture_and_lies_in_a_pool(
    picture: str, mirror: bool, rotate: Quarter, crop: Rectangle
) -> None:
    image = PICTURES[picture]()
    frame = FrameMaker().make(image, mirror, rotate, crop)
    assert_array_equal(frame.image, orient(image, mirror, rotate, crop))
    assert frame.mirrored is mirror
    assert not frame.image.flags.writeable
    assert find_place(frame.image) is not None


def test_what_is_decoded_where_it_stays_is_not_copied() -> None:
    maker = FrameMaker()
    assert maker.memory(False, 0, WHOLE) is None  # nobody knows its size yet
    maker.make(COLOUR, False, 0, WHOLE)
    memory = maker.memory(False, 0, WHOLE)
    assert memory is not None and memory.shape == COLOUR.shape
    memory[:] = COLOUR
    frame = maker.make(memory, False, 0, WHOLE)
    assert np.shares_memory(frame.image, memory)
    assert maker.memory(True, 0, WHOLE) is None  # it is made anew afterwards
