"""Pictures are warped along a motion, at any size, and stay what they are where nothing moves."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.dsp.image.warping import STEP, small_grey, warp


def picture(width: int, height: int) -> NDArray[np.uint8]:
    noise = np.random.default_rng(2).integers(0, 256, (height, width, 3), np.uint8)
    return np.asarray(cv2.GaussianBlur(noise, (0, 0), 3), np.uint8)


def motion(width: int, height: int, dx: float, dy: float) -> NDArray[np.float32]:
    found = np.empty((height // STEP, width // STEP, 2), np.float32)
    found[:] = (dx, dy)
    return found


@pytest.mark.parametrize("size", [(640, 360), (256, 144), (101, 77), (1, 1)])
def test_without_motion_it_is_the_same(size: tuple[int, int]) -> None:
    image = picture(*size)
    warped = warp(image, motion(256, 144, 0, 0))
    assert warped.dtype == np.uint8
    assert np.array_equal(warped, image)


@pytest.mark.parametrize(("dx", "dy"), [(4, 0), (0, -3), (-8, 6)])
def test_each_point_shows_what_lies_that_far_away(dx: int, dy: int) -> None:
    image = picture(256, 144)
    warped = warp(image, motion(256, 144, dx, dy))
    there = image[20 + dy : 120 + dy, 20 + dx : 230 + dx]
    assert np.array_equal(warped[20:120, 20:230], there)


def test_a_motion_is_of_the_small_picture_that_it_was_found_in() -> None:
    image = picture(640, 360)  # 2.5 times as wide and high as what is looked at
    warped = warp(image, motion(256, 144, 4, -2))
    assert np.array_equal(warped[50:300, 50:600], image[45:295, 60:610])


def test_what_lies_outside_is_the_edge() -> None:
    image = picture(256, 144)
    warped = warp(image, motion(256, 144, 1000, 0))
    assert np.array_equal(warped[:, 0], image[:, -1])


@pytest.mark.parametrize(
    ("width", "height"), [(1280, 720), (720, 1280), (640, 480), (1, 1), (5000, 10), (300, 37)]
)
def test_a_small_picture_fits_what_finds_flow(width: int, height: int) -> None:
    image = np.full((height, width, 3), (10, 100, 200), np.uint8)
    grey = small_grey(image, 256)
    assert all(side >= 32 and side % 16 == 0 for side in grey.shape)
    assert max(grey.shape) == 256
    assert abs(int(grey[0, 0]) - round(0.114 * 10 + 0.587 * 100 + 0.299 * 200)) <= 1
