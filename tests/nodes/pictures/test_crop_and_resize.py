"""A part of a picture, and pictures of another size."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.messages import Frame
from engine.nodes.crop import Crop
from engine.nodes.resize import Resize

from .chain import noise, picture, pictures, played, seen, unchanged

SHARES = st.floats(0, 1)


@given(image=pictures(), x=SHARES, y=SHARES, width=SHARES, height=SHARES)
def test_a_crop_is_a_part_of_the_picture_and_keeps_its_size_as_it_moves(
    image: np.ndarray, x: float, y: float, width: float, height: float
) -> None:
    part = unchanged(Crop(x=x, y=y, width=width, height=height), image)
    rows, columns = image.shape[:2]
    assert part.shape == (max(round(height * rows), 1), max(round(width * columns), 1), 3)
    places = [
        (top, left)
        for top in range(rows - part.shape[0] + 1)
        for left in range(columns - part.shape[1] + 1)
        if np.array_equal(image[top : top + part.shape[0], left : left + part.shape[1]], part)
    ]
    assert places


@pytest.mark.parametrize(
    ("x", "y", "rows", "columns"),
    [
        (0.5, 0.5, (2, 4), (2, 6)),
        (0.0, 1.0, (0, 2), (0, 4)),
        (1.0, 0.0, (4, 6), (4, 8)),
        (0.625, 0.5, (2, 4), (3, 7)),
    ],
)
def test_y_counts_from_the_bottom(
    x: float, y: float, rows: tuple[int, int], columns: tuple[int, int]
) -> None:
    image = noise(1)
    part = unchanged(Crop(x=x, y=y, width=0.5, height=1 / 3), image)
    assert np.array_equal(part, image[slice(*rows), slice(*columns)])


def test_the_whole_picture_and_whole_rows_of_it_are_not_copied() -> None:
    frame = Frame(noise(1))
    assert Crop(width=1.0, height=1.0).process(frame) is frame
    rows = Crop(width=1.0, height=0.5).process(frame).image
    assert np.shares_memory(rows, frame.image) and not rows.flags.writeable


@pytest.mark.parametrize(
    ("width", "height", "expected"),
    [
        (4, 0, (4, 3)),
        (0, 12, (16, 12)),
        (0, 0, (8, 6)),
        (8, 6, (8, 6)),
        (100, 1, (100, 1)),
        (1, 0, (1, 1)),
        (4096, 0, (4096, 3072)),
    ],
)
def test_one_side_follows_the_other(width: int, height: int, expected: tuple[int, int]) -> None:
    assert unchanged(Resize(width=width, height=height), noise(1)).shape == (*expected[::-1], 3)


@given(
    image=pictures(20),
    width=st.integers(1, 40),
    height=st.integers(1, 40),
    fit=st.sampled_from(["fit", "fill", "stretch"]),
)
def test_any_size_from_any_size(image: np.ndarray, width: int, height: int, fit: str) -> None:
    made = unchanged(Resize(width=width, height=height, fit=fit), image)
    assert made.shape == (height, width, 3)
    assert made.max() <= image.max(), "nothing becomes brighter than it was"
    if fit != "fit":
        assert made.min() >= image.min()


@given(level=st.integers(0, 255), width=st.integers(1, 40), height=st.integers(1, 40))
def test_what_has_one_colour_keeps_it(level: int, width: int, height: int) -> None:
    for fit in ("fill", "stretch"):
        made = unchanged(Resize(width=width, height=height, fit=fit), picture(level))
        assert made.min() == made.max() == level


def test_a_fitted_picture_has_black_beside_it_and_a_filled_one_is_cut() -> None:
    image = picture([[[0, 0, 9], [9, 9, 9], [9, 9, 9], [0, 9, 0]]], 4, 2)
    fitted = unchanged(Resize(width=4, height=4), image)
    assert not fitted[[0, 3]].any() and np.array_equal(fitted[1:3], image)
    filled = unchanged(Resize(width=2, height=2, fit="fill"), image)
    assert filled.min() == filled.max() == 9, "left and right are cut off"
    stretched = unchanged(Resize(width=2, height=2, fit="stretch"), image)
    assert stretched[0, 0].tolist() != [9, 9, 9]


def test_fine_stripes_become_grey_and_not_one_of_both() -> None:
    image = np.zeros((64, 64, 3), np.uint8)
    image[:, ::2] = 255
    made = unchanged(Resize(width=16, height=16), image)
    assert made.min() > 120 and made.max() < 135


def test_a_crop_that_follows_a_cable_is_brought_back_to_a_size() -> None:
    text = """
[a]
use = "shown"
which = "a"
[follow]
use = "crop"
from = "a"
x = 0.25
then = [{ use = "resize", width = 8 }]
[c]
use = "collector"
from = "follow"
"""
    image = noise(3)
    (made,) = seen(played(text, a=[image]))
    assert made.shape == (6, 8, 3)
