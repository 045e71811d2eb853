"""Twice as large: nearer to what was made small than stretching, of any picture and any size."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.messages import Frame
from engine.dsp.image.similarity import ssim
from engine.models.upscale import UpscaleModel
from engine.testing import play

FILM = Path(__file__).parent.parent / "media" / "jump.mp4"
Picture = NDArray[np.uint8]


@pytest.fixture(scope="module")
def box() -> UpscaleModel:
    box = UpscaleModel()
    box.open()
    return box


@pytest.fixture(scope="module")
def picture() -> Picture:
    """Return a picture of the film as large as the box may make one, which nothing learned from."""
    return np.asarray(cv2.VideoCapture(str(FILM)).read()[1], np.uint8)[:256, :320]


def halved(picture: Picture) -> Picture:
    size = picture.shape[1] // 2, picture.shape[0] // 2
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)


def grey(picture: Picture) -> Picture:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), np.uint8)


def drawn() -> Picture:
    """Return a scene of edges each way."""
    scene = np.full((200, 200, 3), (90, 120, 60), np.uint8)
    for turn in range(12):
        way = np.array((np.cos(turn * np.pi / 12), np.sin(turn * np.pi / 12)))
        start, end = (tuple((100 + side * 90 * way).astype(int).tolist()) for side in (-1, 1))
        cv2.line(scene, start, end, (200, 220, 250 - 10 * turn), 3, cv2.LINE_AA)
    return scene


def test_it_is_nearer_to_what_was_made_small_than_stretching(
    box: UpscaleModel, picture: Picture
) -> None:
    for true in (picture, drawn()):
        small = halved(true)
        size = true.shape[1], true.shape[0]
        plain = np.asarray(cv2.resize(small, size, interpolation=cv2.INTER_LANCZOS4), np.uint8)
        made = box.process(Frame(small)).image
        assert made.shape == true.shape
        assert ssim(grey(made), grey(true)) > ssim(grey(plain), grey(true))


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 2, 3), (1, 9), (17, 5, 1), (33, 47, 3)])
def test_any_picture_is_twice_as_wide_and_high(box: UpscaleModel, shape: tuple[int, ...]) -> None:
    small = np.random.default_rng(0).integers(0, 256, shape, np.uint8)
    assert box.process(Frame(small)).image.shape == (2 * shape[0], 2 * shape[1], 3)


def test_what_is_even_stays_so_and_nothing_runs_over(box: UpscaleModel) -> None:
    for level in (0, 128, 255):
        made = box.process(Frame(np.full((20, 30, 3), level, np.uint8))).image
        assert np.abs(made.astype(int) - level).max() <= 1


def test_one_that_is_too_large_is_passed_on(picture: Picture) -> None:
    box = UpscaleModel(most=100)
    box.open()
    frame = Frame(picture)
    assert box.process(frame) is frame
    assert not picture.flags.writeable or box.process(frame).image is picture


def test_a_mirrored_picture_stays_known_as_one(box: UpscaleModel) -> None:
    assert box.process(Frame(np.zeros((8, 8, 3), np.uint8), mirrored=True)).mirrored


def test_in_a_patch_what_comes_out_is_twice_as_large() -> None:
    played = play(
        '[camera]\nuse = "stand_in"\nsings = false\nfps = 10\nwidth = 160\nheight = 90\n'
        '[large]\nuse = "upscale"\nfrom = "camera"\n'
        '[out]\nuse = "collector"\n[out.send]\nlarge = "large"\n',
        seconds=0.5,
    )
    assert played.errors == []
    assert len(played.sent("out", "large")) >= 3
    large = [slot for outlet, slot in played.engine.slots.items() if outlet.box == "large"]
    assert [slot.value.image.shape for slot in large] == [(180, 320, 3)]
