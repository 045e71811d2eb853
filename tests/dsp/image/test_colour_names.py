"""Colours by name."""

from __future__ import annotations

import numpy as np
import pytest

from engine.dsp.image.colour_names import look


def plain(*bgr: int) -> np.ndarray:
    return np.full((36, 64, 3), bgr, np.uint8)


@pytest.mark.parametrize(
    ("bgr", "name"),
    [
        *(((0, 0, 255), "red"), ((30, 20, 200), "red"), ((0, 130, 255), "orange")),
        *(((0, 230, 255), "yellow"), ((40, 180, 40), "green"), ((200, 200, 40), "turquoise")),
        *(((255, 60, 0), "blue"), ((120, 40, 20), "blue"), ((200, 60, 120), "violet")),
        *(((200, 80, 255), "pink"), ((30, 60, 110), "brown"), ((255, 255, 255), "white")),
        *(((128, 128, 128), "grey"), ((0, 0, 0), "black"), ((30, 24, 20), "black")),
    ],
)
def test_one_colour_has_its_name(bgr: tuple[int, int, int], name: str) -> None:
    assert look(plain(*bgr)).colours == (name,)


def test_the_colour_of_which_there_is_most_comes_first_and_little_is_not_named() -> None:
    picture = plain(255, 60, 0)
    picture[:, :20] = (0, 0, 255)
    picture[:2, :2] = (0, 230, 255)
    assert look(picture).colours == ("blue", "red")


def test_numbers_of_light() -> None:
    dark, bright = look(plain(0, 0, 0)), look(plain(255, 255, 255))
    assert (dark.bright, bright.bright) == pytest.approx((0, 1))
    assert look(plain(0, 0, 255)).warmth == pytest.approx(1)
    assert look(plain(255, 0, 0)).warmth == pytest.approx(-1)
    assert look(plain(255, 0, 0)).vivid > 0.9
    assert bright.vivid < 0.1


def test_one_pixel_is_looked_at() -> None:
    assert look(np.zeros((1, 1, 3), np.uint8)).colours == ("black",)
