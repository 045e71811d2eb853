"""What changes is found whatever the light does, and is counted by cells."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.dsp.image.change import changed, in_cells, in_contrast

Grey = NDArray[np.uint8]


def room(seed: int = 1) -> Grey:
    noise = np.random.default_rng(seed).normal(110, 300, (144, 256))
    return np.clip(cv2.GaussianBlur(noise, (0, 0), 4), 20, 200).astype(np.uint8)


def brighter(image: Grey) -> Grey:
    return np.clip(image * 1.25, 0, 255).astype(np.uint8)


def darker(image: Grey) -> Grey:
    return np.asarray(image * 0.6, np.uint8)


def lamp(image: Grey) -> Grey:
    """Light one side, as a lamp does."""
    return np.clip(image * np.linspace(0.7, 1.2, 256), 0, 255).astype(np.uint8)


def noisy(image: Grey) -> Grey:
    noise = np.random.default_rng(2).normal(0, 3, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("light", [brighter, darker, lamp, noisy])
def test_light_and_noise_change_nothing(light: Callable[[Grey], Grey]) -> None:
    found = changed(in_contrast(room()), in_contrast(light(room())))
    assert found.mean() < 0.01


def test_a_dark_picture_is_noise_and_nothing_else() -> None:
    dark = np.full((144, 256), 12, np.uint8)
    assert changed(in_contrast(noisy(dark)), in_contrast(dark)).mean() < 0.01


def test_what_is_another_thing_changes() -> None:
    after = room()
    after[50:90, 100:140] = room(7)[50:90, 100:140]
    found = changed(in_contrast(room()), in_contrast(after))
    assert found[50:90, 100:140].mean() > 0.5
    assert found[:30].max() == found[:, :70].max() == 0
    assert found.min() >= 0 and found.max() <= 1


@pytest.mark.parametrize(("columns", "rows"), [(1, 1), (4, 3), (16, 16), (5, 7)])
def test_cells_are_read_from_the_top_left(columns: int, rows: int) -> None:
    values = np.zeros((144, 256), np.float32)
    values[:30, :40] = 1
    cells = in_cells(values, columns, rows)
    assert cells.shape == (rows, columns) and cells.dtype == np.float32
    assert cells.argmax() == 0
    assert float(in_cells(np.ones((144, 256), np.float32), columns, rows).min()) == 1.0


def test_more_cells_than_pixels_still_have_numbers() -> None:
    assert np.isfinite(in_cells(np.ones((32, 32), np.float32), 16, 16)).all()
