"""What is cut out by a mask: edges, sizes, what is behind."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.messages import Frame
from engine.nodes.cutout import Cutout
from tests.scenes import mask

PICTURE = Frame(np.full((60, 80, 3), (10, 20, 200), np.uint8), mirrored=True)
ROOM = Frame(np.full((30, 40, 3), (200, 100, 0), np.uint8))


def cut(frame: Frame = PICTURE, *others: Any, **parameters: Any) -> NDArray[np.uint8]:
    made = Cutout(**parameters).process(frame, *others)
    assert not made.image.flags.writeable
    assert made.mirrored is frame.mirrored
    return made.image


def test_white_is_the_picture_and_black_what_is_behind() -> None:
    image = cut(PICTURE, mask(), ROOM)
    assert (image[:, :40] == (10, 20, 200)).all()
    assert (image[:, 40:] == (200, 100, 0)).all()


def test_behind_may_be_a_colour_and_the_other_side_may_be_cut() -> None:
    image = cut(PICTURE, mask(), red=0.0, green=1.0, blue=0.2, invert=True)
    assert (image[:, :40] == (51, 255, 0)).all()
    assert (image[:, 40:] == (10, 20, 200)).all()


def test_a_grey_mask_shows_a_part_of_both() -> None:
    half = Frame(np.full((60, 80, 3), 128, np.uint8))
    assert np.abs(cut(PICTURE, half, ROOM).astype(int) - (105, 60, 100)).max() <= 1


@pytest.mark.parametrize("size", [(1, 1), (4, 60), (160, 120), (79, 31)])
def test_masks_and_pictures_behind_of_other_sizes_are_brought_to_it(size: tuple[int, int]) -> None:
    behind = Frame(np.full((size[0], size[1], 3), (200, 100, 0), np.uint8))
    image = cut(PICTURE, mask(*size), behind)
    assert image.shape == PICTURE.image.shape
    if size[0] > 1:
        assert (image[:, :15] == (10, 20, 200)).all()
        assert (image[:, 65:] == (200, 100, 0)).all()


@pytest.mark.parametrize("shape", [(60, 80), (60, 80, 1)])
def test_grey_pictures_fit_everywhere(shape: tuple[int, ...]) -> None:
    grey = Frame(np.full(shape, 90, np.uint8))
    assert (cut(grey, mask(), grey) == 90).all()
    assert (cut(PICTURE, Frame(np.full(shape, 255, np.uint8))) == PICTURE.image).all()


def test_an_edge_is_soft_and_moves() -> None:
    def white(**parameters: Any) -> NDArray[np.float64]:
        return cut(PICTURE, mask(), **parameters)[30, :, 2].astype(float) / 200

    assert set(white()) == {0.0, 1.0}
    soft = white(feather=0.2)
    assert (np.diff(soft) <= 0).all()
    assert ((soft > 0.05) & (soft < 0.95)).sum() > 6
    assert soft.sum() == pytest.approx(white().sum(), abs=1)
    assert white(grow=0.1).sum() == pytest.approx(46, abs=0.5)
    assert white(grow=-0.1).sum() == pytest.approx(34, abs=0.5)


def test_without_a_mask_yet_nothing_is_cut_out() -> None:
    assert (cut(PICTURE, None, ROOM) == (200, 100, 0)).all()
    assert (cut(PICTURE) == 0).all()


def test_a_still_behind_is_brought_to_size_once_and_a_new_one_anew() -> None:
    box = Cutout()
    garden = Frame(np.full((30, 40, 3), (0, 90, 0), np.uint8))
    assert (box.process(PICTURE, None, ROOM).image == (200, 100, 0)).all()
    kept = box._scaler._last
    box.process(PICTURE, None, ROOM)
    assert kept is not None and box._scaler._last is kept
    assert (box.process(PICTURE, None, garden).image == (0, 90, 0)).all()
