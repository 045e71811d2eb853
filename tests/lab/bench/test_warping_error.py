"""The warping error counts flicker and no movement; lateness counts pictures."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.lab.bench.rig.swing import lateness, swinging
from engine.lab.bench.rig.warping_error import true_flows, warping_error

Picture = NDArray[np.uint8]
SIZE = (192, 108)


def moving(count: int) -> list[Picture]:
    """Return pictures of a texture that goes to the right, 2 pixels each."""
    noise = np.random.default_rng(1).normal(128, 300, (SIZE[1], SIZE[0] + 2 * count, 3))
    wide = np.clip(cv2.GaussianBlur(noise, (0, 0), 3), 0, 255).astype(np.uint8)
    lefts = range(2 * count, 0, -2)
    return [np.ascontiguousarray(wide[:, left : left + SIZE[0]]) for left in lefts]


def flickering(pictures: list[Picture], by: float) -> list[Picture]:
    random = np.random.default_rng(2)
    return [
        np.clip(picture + random.normal(0, by, (*picture.shape[:2], 1)), 0, 255).astype(np.uint8)
        for picture in pictures
    ]


def test_what_only_moves_has_next_to_no_error_and_flicker_has_its_own() -> None:
    pictures = [np.clip(one * 0.6 + 50, 0, 255).astype(np.uint8) for one in moving(5)]
    truths = true_flows(pictures)
    assert np.mean([truth.counts.mean() for truth in truths]) > 0.8
    assert warping_error(pictures, truths) < 3 * (2 / 255) ** 2
    found = [warping_error(flickering(pictures, by), truths) for by in (5, 10, 20)]
    for by, error in zip((5, 10, 20), found, strict=True):
        assert error == pytest.approx(2 * 3 * (by / 255) ** 2, rel=0.35)


def test_a_painting_that_stays_behind_has_an_error() -> None:
    pictures = moving(5)
    truths = true_flows(pictures)
    stuck = [pictures[0]] * len(pictures)
    assert warping_error(stuck, truths) > 5 * warping_error(pictures, truths)


@pytest.mark.parametrize("late", [0, 1, 2])
def test_lateness_is_counted_in_pictures(late: int) -> None:
    pictures = swinging(30, SIZE)
    behind = [pictures[max(number - late, 0)] for number in range(len(pictures))]
    assert lateness(behind, pictures) == pytest.approx(late, abs=0.2)
