"""Optical flow: known movements are found, what cannot be known is not sure, sizes are checked."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.dsp.image.warping import STEP
from engine.inference.model_folders import model_folder
from engine.inference.optical_flow import FlowField, OpticalFlow

Grey = NDArray[np.uint8]
WIDTH, HEIGHT = 256, 144


@pytest.fixture(scope="module")
def flow() -> OpticalFlow:
    return OpticalFlow()


def texture(seed: int = 1) -> Grey:
    """Return a texture of several sizes, as rooms and clothes have."""
    random = np.random.default_rng(seed)
    layers = [
        cv2.GaussianBlur(random.normal(0, 1, (HEIGHT, WIDTH)), (0, 0), sigma) * sigma
        for sigma in (1.5, 4, 10)
    ]
    picture = np.sum(layers, axis=0)
    return np.clip(128 + 28 * picture / picture.std(), 0, 255).astype(np.uint8)


def moved(picture: Grey, *, dx: float = 0, dy: float = 0, turn: float = 0, grow: float = 1) -> Grey:
    """Move a picture by pixels to the right and down, turn it by degrees, clockwise."""
    matrix = cv2.getRotationMatrix2D((WIDTH / 2, HEIGHT / 2), -turn, grow)
    matrix[:, 2] += (dx, dy)
    warped = cv2.warpAffine(picture, matrix, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT)
    return np.asarray(warped, np.uint8)


def inside(found: FlowField) -> NDArray[np.float32]:
    """Return the motion, less the margin where something comes in or leaves."""
    return found.motion[6:-6, 6:-6]


@pytest.mark.parametrize(
    ("dx", "dy"), [(0, 0), (1, 0), (0, -1), (1.5, 0.5), (3, -2), (-6, 4), (12, 0), (-9, -11)]
)
def test_a_known_movement_is_found(flow: OpticalFlow, dx: float, dy: float) -> None:
    picture = texture()
    found = inside(flow(picture, moved(picture, dx=dx, dy=dy)))
    wrong = np.hypot(found[..., 0] - dx, found[..., 1] - dy)
    assert np.median(wrong) < 0.4


def test_a_turn_is_found_around_its_middle(flow: OpticalFlow) -> None:
    picture = texture()
    found = flow(picture, moved(picture, turn=5)).motion
    right, left = found[18, 50:56].mean(axis=0), found[18, 8:14].mean(axis=0)
    assert right[1] > 4 > -4 > left[1]  # clockwise: down on the right, up on the left


def test_what_comes_nearer_spreads(flow: OpticalFlow) -> None:
    picture = texture()
    found = flow(picture, moved(picture, grow=1.08)).motion
    assert found[18, 54, 0] > 3 > -3 > found[18, 10, 0]
    assert found[30, 32, 1] > 1 > -1 > found[6, 32, 1]


@pytest.mark.parametrize(("gain", "offset"), [(0.6, 0), (1.3, 0), (1, 40), (0.7, -15)])
def test_light_that_changes_is_no_movement(flow: OpticalFlow, gain: float, offset: float) -> None:
    picture = texture()
    lit = np.clip(picture * gain + offset, 0, 255).astype(np.uint8)
    assert np.quantile(np.hypot(*np.moveaxis(inside(flow(picture, lit)), 2, 0)), 0.95) < 0.6


def test_only_what_moves_moves(flow: OpticalFlow) -> None:
    before, patch = texture(), texture(2)[:48, :48]
    after = before.copy()
    before[40:88, 60:108] = patch
    after[40:88, 64:112] = patch
    found = flow(before, after)
    assert np.allclose(np.median(found.motion[13:19, 18:24], axis=(0, 1)), (4, 0), atol=0.7)
    assert np.abs(found.motion[:, 45:]).max() < 0.5


def test_nothing_moves_where_there_is_no_texture_and_that_is_not_sure(flow: OpticalFlow) -> None:
    for level in (0, 90, 255):
        plain = np.full((HEIGHT, WIDTH), level, np.uint8)
        found = flow(plain, plain)
        assert np.abs(found.motion).max() == 0
        assert found.confidence.max() < 0.05


def test_sensor_noise_alone_hardly_moves(flow: OpticalFlow) -> None:
    random = np.random.default_rng(3)
    before, after = ((90 + random.normal(0, 2, (HEIGHT, WIDTH))).astype(np.uint8) for _ in range(2))
    assert np.median(np.hypot(*np.moveaxis(flow(before, after).motion, 2, 0))) < 0.7


def test_it_is_sure_of_the_same_and_not_of_something_else(flow: OpticalFlow) -> None:
    picture = texture()
    same, other = flow(picture, moved(picture, dx=2)), flow(picture, texture(7))
    assert np.median(same.confidence) > 3 * np.median(other.confidence)
    assert other.confidence.min() >= 0 and same.confidence.max() <= 1


@pytest.mark.parametrize("shape", [(32, 32), (32, 640), (144, 256), (224, 384), (400, 48)])
def test_any_multiple_of_16_will_do(flow: OpticalFlow, shape: tuple[int, int]) -> None:
    picture = np.random.default_rng(5).integers(0, 256, shape, np.uint8)
    found = flow(picture, picture)
    assert found.motion.shape == (shape[0] // STEP, shape[1] // STEP, 2)
    assert found.confidence.shape == found.motion.shape[:2]
    assert found.motion.dtype == found.confidence.dtype == np.float32
    assert np.isfinite(found.motion).all()
    assert np.abs(found.motion).max() < 0.01


@pytest.mark.parametrize("shape", [(16, 64), (33, 64), (144, 250), (144, 256, 3), (0, 0)])
def test_another_size_is_refused(flow: OpticalFlow, shape: tuple[int, ...]) -> None:
    picture = np.zeros(shape, np.uint8)
    with pytest.raises(ModelError, match="multiples of 16, from 32 on, not"):
        flow(picture, picture)


def test_two_sizes_are_refused(flow: OpticalFlow) -> None:
    with pytest.raises(ModelError, match=r"of one size, not \[144, 256\] and \[128, 256\]"):
        flow(texture(), texture()[:128])


def test_the_network_is_what_its_script_writes(tmp_path: Path) -> None:
    folder = model_folder("lucas_kanade")
    written = tmp_path / "model.onnx"
    command = [sys.executable, folder / "export.py", "--out", written]
    subprocess.run(command, check=True, capture_output=True)
    assert written.read_bytes() == (folder / "model.onnx").read_bytes()
