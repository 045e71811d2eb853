"""How alike two pictures are, held to what is known of the measures."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.dsp.image.difference import difference, nearest
from engine.dsp.image.similarity import ssim


def picture(seed: int = 0, height: int = 48, width: int = 64) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(0, 256, (height, width, 3), np.uint8)
    return cv2.GaussianBlur(noise, (9, 9), 2)


def test_equal_pictures_differ_by_nothing_and_are_wholly_similar() -> None:
    assert difference(picture(), picture()) == 0.0
    assert ssim(picture(), picture()) == pytest.approx(1.0, abs=1e-5)


def test_black_and_white_are_as_far_apart_as_it_goes() -> None:
    black, white = np.zeros((40, 40, 3), np.uint8), np.full((40, 40, 3), 255, np.uint8)
    assert difference(black, white) == 1.0
    assert ssim(black, white) < 0.01


def test_more_noise_is_less_alike_by_both_measures() -> None:
    clean, rng = picture(), np.random.default_rng(1)
    worse = [
        np.clip(clean + rng.normal(0, spread, clean.shape), 0, 255).astype(np.uint8)
        for spread in (2, 8, 30)
    ]
    apart = [difference(clean, each) for each in worse]
    alike = [ssim(clean, each) for each in worse]
    assert apart == sorted(apart)
    assert alike == sorted(alike, reverse=True)


def test_a_blur_costs_structure_where_a_shift_of_brightness_does_not() -> None:
    clean = picture()
    lighter = np.clip(clean.astype(int) + 5, 0, 255).astype(np.uint8)
    blurred = cv2.GaussianBlur(clean, (21, 21), 5)
    assert ssim(clean, lighter) > 0.95 > ssim(clean, blurred)


def test_the_nearest_of_many_is_found() -> None:
    many = [picture(seed) for seed in range(5)]
    like = np.clip(many[3].astype(int) + 3, 0, 255).astype(np.uint8)
    assert nearest(like, many) == 3
    with pytest.raises(ValueError):
        nearest(like, [])


def test_pictures_of_different_sizes_are_refused() -> None:
    for measure in (difference, ssim):
        with pytest.raises(ValueError, match="pictures"):
            measure(picture(), picture(height=40))
