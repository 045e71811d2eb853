"""Turning, mirroring and cropping, against the plain numpy that says what they mean."""

from __future__ import annotations

import itertools
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from engine.dsp.image.picture import WHOLE, make_frame, orient

RNG = np.random.default_rng(1)
PHOTO = RNG.integers(0, 256, (40, 60, 3), np.uint8)
TURNS = (0, 90, 180, 270)
CROPS = (WHOLE, (0.25, 0.0, 1.0, 0.5), (0.1, 0.2, 0.6, 0.9))


def plainly(image, mirror, rotate, crop):
    """Turn, then mirror, then cut: the words of the page, one numpy call each."""
    seen = np.rot90(image, -rotate // 90)
    seen = seen[:, ::-1] if mirror else seen
    height, width = seen.shape[:2]
    left, bottom, right, top = crop
    rows = slice(round((1 - top) * height), round((1 - bottom) * height))
    return seen[rows, round(left * width) : round(right * width)]


@pytest.mark.parametrize(
    ("mirror", "rotate", "crop"), list(itertools.product((False, True), TURNS, CROPS))
)
def test_every_way_to_turn_it_is_what_it_says(mirror, rotate, crop):
    result = orient(PHOTO, mirror, rotate, crop)
    np.testing.assert_array_equal(result, plainly(PHOTO, mirror, rotate, crop))
    assert result.flags.c_contiguous
    assert not result.flags.writeable


def test_a_picture_that_needs_nothing_is_not_copied():
    result = orient(PHOTO)
    assert np.shares_memory(result, PHOTO)
    assert not result.flags.writeable
    assert PHOTO.flags.writeable  # what belongs to the caller stays as it was


def test_rows_alone_are_cut_without_a_copy():
    assert np.shares_memory(orient(PHOTO, crop=(0, 0.5, 1, 1)), PHOTO)


def test_y_runs_upwards():
    image = np.zeros((4, 4, 3), np.uint8)
    image[0] = 255  # the top row
    assert orient(image, crop=(0, 0.75, 1, 1)).min() == 255
    assert orient(image, crop=(0, 0, 1, 0.75)).max() == 0


def test_a_quarter_turn_is_clockwise():
    image = np.zeros((4, 6, 3), np.uint8)
    image[0, 0] = 255  # top left goes to top right
    assert orient(image, rotate=90)[0, -1].min() == 255


@pytest.mark.parametrize("shape", [(6, 8), (6, 8, 1), (6, 8, 4)])
@pytest.mark.parametrize("rotate", TURNS)
def test_grey_and_transparent_become_three_colours(shape, rotate):
    image = RNG.integers(0, 256, shape, np.uint8)
    result = orient(image, rotate=rotate, mirror=True, crop=(0, 0, 0.5, 1))
    colours = image[..., :3] if len(shape) == 3 else image[..., None]
    wanted = np.broadcast_to(colours, (6, 8, 3))
    np.testing.assert_array_equal(result, plainly(wanted, True, rotate, (0, 0, 0.5, 1)))
    assert not result.flags.writeable


@given(
    image=arrays(np.uint8, st.tuples(st.integers(1, 5), st.integers(1, 5), st.just(3))),
    mirror=st.booleans(),
    rotate=st.sampled_from(TURNS),
    crop=st.tuples(*[st.floats(-2, 2) | st.sampled_from((float("nan"), float("inf")))] * 4),
)
def test_no_crop_leaves_nothing(image, mirror, rotate, crop):
    result = orient(image, mirror, rotate, crop)
    assert min(result.shape) >= 1
    assert result.shape[2] == 3


def test_crossed_edges_are_put_right():
    straight = orient(PHOTO, crop=(0.25, 0.5, 0.75, 1))
    np.testing.assert_array_equal(orient(PHOTO, crop=(0.75, 1, 0.25, 0.5)), straight)


@pytest.mark.parametrize("rotate", TURNS)
def test_one_pixel_is_a_picture(rotate):
    image = np.full((1, 1, 3), 9, np.uint8)
    assert orient(image, True, rotate, (0.4, 0.4, 0.5, 0.5)).tolist() == [[[9, 9, 9]]]


@pytest.mark.parametrize("mirror", [False, True])
def test_a_frame_says_whether_it_is_mirrored(mirror):
    assert make_frame(PHOTO, mirror, 90, WHOLE).mirrored is mirror


def test_opencv_keeps_quiet_but_can_be_asked_to_speak(tmp_path):
    script = (
        "import cv2; from engine.dsp.image.picture import silence_opencv; silence_opencv()\n"
        f"cv2.VideoCapture({str(tmp_path / 'none.mp4')!r}, cv2.CAP_FFMPEG)"
    )

    def said(**more):
        run = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True, env=more
        )
        return run.stdout + run.stderr

    assert said() == ""
    assert said(OPENCV_LOG_LEVEL="WARNING") != ""
