"""Sizes in which to paint, and the way of a picture to the network's numbers and back."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dsp.image.painting import (
    blend,
    from_planes,
    to_planes,
    transfer_colour,
    working_size,
)
from engine.dsp.image.scaling import scaled

RNG = np.random.default_rng(7)


def noise(width: int, height: int) -> np.ndarray:
    return RNG.integers(0, 256, (height, width, 3), np.uint8)


@pytest.mark.parametrize(
    ("picture", "longer", "expected"),
    [
        ((1280, 720), 256, (256, 144)),
        ((1280, 720), 384, (384, 216)),
        ((1280, 720), 512, (512, 288)),
        ((720, 1280), 384, (216, 384)),
        ((640, 480), 384, (384, 288)),
        ((1, 1), 384, (384, 384)),
        ((1, 4000), 384, (16, 384)),
        ((1280, 720), 385, (384, 216)),
        ((1280, 720), 387, (388, 216)),
        ((64, 64), 1, (16, 16)),
    ],
)
def test_the_longer_side_is_as_wished_and_the_shape_is_kept(picture, longer, expected):
    assert working_size(*picture, longer, 4, 16) == expected


@given(
    width=st.integers(1, 5000),
    height=st.integers(1, 5000),
    longer=st.integers(1, 2000),
)
def test_every_size_can_be_taken(width, height, longer):
    for side in working_size(width, height, longer, 4, 16):
        assert side % 4 == 0
        assert 16 <= side <= max(16, longer + 2)


@pytest.mark.parametrize("size", [(1, 1), (3, 1000), (384, 216), (769, 431), (3840, 2160)])
def test_any_picture_can_be_made_small_and_large_again(size):
    picture = noise(*size)
    small = scaled(picture, 384, 216)
    assert small.shape == (216, 384, 3)
    assert scaled(small, *size).shape == picture.shape


def test_shrinking_loses_no_pixel():
    picture = np.zeros((720, 1280, 3), np.uint8)
    picture[::4, ::4] = 240
    assert scaled(picture, 320, 180).mean() == pytest.approx(15, abs=1)


def test_planes_are_red_green_blue_from_0_to_1():
    blue = np.zeros((2, 3, 3), np.uint8)
    blue[..., 0] = 255
    planes = to_planes(blue)
    assert planes.shape == (1, 3, 2, 3)
    assert planes[0, :, 0, 0].tolist() == [0, 0, 1]


def test_a_picture_comes_back_as_it_was():
    picture = noise(31, 17)
    assert np.array_equal(from_planes(to_planes(picture)), picture)


def test_a_painting_may_overshoot():
    planes = np.array([1.5, -0.2, 0.5], np.float32).reshape(1, 3, 1, 1)
    assert from_planes(planes)[0, 0, 2] == 255


def test_colour_comes_from_the_picture_and_light_from_the_painting():
    red = np.full((4, 4, 3), (0, 0, 200), np.uint8)
    grey = np.full((4, 4, 3), 120, np.uint8)
    blue, green, red_now = transfer_colour(grey, red, 1.0)[0, 0].astype(int)
    assert red_now > max(blue, green) + 80
    light = 0.299 * red_now + 0.587 * green + 0.114 * blue
    assert light == pytest.approx(120, abs=40)  # red that bright does not fit into 8 bits
    assert np.abs(transfer_colour(grey, red, 0.0).astype(int) - 120).max() <= 1


def test_mixing_ends_at_either_side():
    painting, picture = noise(8, 8), noise(8, 8)
    assert blend(painting, picture, 1.0) is painting
    assert np.array_equal(blend(painting, picture, 0.0), picture)
