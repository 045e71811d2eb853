"""SSIM is 1 for the same picture, falls with what is seen, and is that of the paper."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.dsp.image.similarity import ssim


def picture(seed: int = 1) -> np.ndarray:
    noise = np.random.default_rng(seed).integers(0, 256, (60, 80, 3), np.uint8)
    return np.asarray(
        cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 2.0), None, 0, 255, cv2.NORM_MINMAX)
    )


def test_a_picture_is_like_itself() -> None:
    assert ssim(picture(), picture()) == pytest.approx(1.0)


def test_it_falls_with_noise_and_blur_and_is_low_for_another_picture() -> None:
    one = picture()
    rng = np.random.default_rng(2)
    noisy = [
        ssim(one, np.clip(one + rng.normal(0, much, one.shape), 0, 255).astype(np.uint8))
        for much in (2, 10, 40)
    ]
    assert 1 > noisy[0] > noisy[1] > noisy[2]
    assert 1 > ssim(one, cv2.GaussianBlur(one, (0, 0), 1.0)) > ssim(one, picture(9))
    assert abs(ssim(one, picture(9))) < 0.2


def test_it_is_that_of_the_paper() -> None:
    """Of two plain pictures only the luminance term is left, which can be worked out by hand."""
    dark, light = (np.full((20, 20), value, np.uint8) for value in (100, 150))
    c1 = (0.01 * 255) ** 2
    by_hand = (2 * 100 * 150 + c1) / (100**2 + 150**2 + c1)
    assert ssim(dark, light) == pytest.approx(by_hand, abs=1e-4)


@pytest.mark.parametrize("shape", [(20, 30), (20, 20, 3), (5, 5), (10, 200)])
def test_other_shapes_and_tiny_ones_are_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="one size"):
        ssim(
            np.zeros((20, 20), np.uint8) if shape[0] == 20 else np.zeros(shape, np.uint8),
            np.zeros(shape, np.uint8),
        )
