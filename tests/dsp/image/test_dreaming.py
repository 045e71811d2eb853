"""What a dream is made of: planes there and back, what moves and is laid over."""

from __future__ import annotations

import numpy as np
import pytest

from engine.dsp.image.dreaming import (
    from_planes,
    laid_over,
    moved,
    resized,
    softened,
    to_floats,
    to_planes,
)

RANDOM = np.random.default_rng(2)
SHAPES = [(32, 64), (33, 65), (1, 40), (7, 5), (90, 31)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("number", [0, 1, 7])
def test_planes_lead_back_to_where_they_came_from(shape: tuple[int, int], number: int) -> None:
    picture = RANDOM.random((*shape, 3), np.float32)
    planes, padding = to_planes(picture, 32, number)
    assert planes.dtype == np.float32
    assert planes.shape[:2] == (1, 3)
    assert [side % 32 for side in planes.shape[2:]] == [0, 0]
    assert np.array_equal(from_planes(planes, padding), picture)


def test_planes_are_red_green_blue_and_differ_from_picture_to_picture() -> None:
    picture = np.zeros((32, 32, 3), np.float32)
    picture[:, :, 0] = 0.25  # blue
    planes, _ = to_planes(picture, 32, 0)
    assert planes[0].max(axis=(1, 2)).tolist() == [0, 0, 0.25]
    spot = np.zeros((64, 64, 3), np.float32)
    spot[0, 0] = 1
    places = {int(to_planes(spot, 32, number)[0][0, 0].argmax()) for number in range(20)}
    assert len(places) == 20


def test_what_is_laid_over_is_added_and_stays_in_range() -> None:
    picture = np.full((20, 30, 3), 100, np.uint8)
    change = np.zeros((10, 15, 3), np.float32)
    change[:, :, 0], change[:, :, 1], change[:, :, 2] = 50, 300, -300
    assert laid_over(picture, change, 1.0)[0, 0].tolist() == [150, 255, 0]
    assert laid_over(picture, change, 0.5)[0, 0].tolist() == [100, 255, 0]
    assert laid_over(picture, change, 0.0)[0, 0].tolist() == [50, 255, 0]


def test_nothing_softened_is_nothing_and_grain_becomes_broader() -> None:
    nothing = np.zeros((20, 20, 3), np.float32)
    assert not softened(nothing).any()
    grain = RANDOM.standard_normal((60, 60, 3)).astype(np.float32)
    soft = softened(grain)
    assert np.abs(soft).mean() == pytest.approx(1, abs=1e-5)
    steps = [np.abs(np.diff(one, axis=0)).mean() / np.abs(one).mean() for one in (soft, grain)]
    assert steps[0] < 0.9 * steps[1]


def test_moving_keeps_the_middle_and_resizing_the_whole() -> None:
    picture = to_floats(RANDOM.integers(0, 256, (41, 61, 3), np.uint8))
    assert moved(picture, 1.0, 0.0) is picture
    assert moved(picture, 1.5, 30.0)[20, 30] == pytest.approx(picture[20, 30], abs=0.02)
    assert resized(picture, picture) is picture
    assert resized(picture, np.zeros((10, 15, 3), np.float32)).shape == (10, 15, 3)
