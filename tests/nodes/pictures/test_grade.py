"""Tone and colour of a picture: each knob alone, all of them at once, and fades to black."""

from __future__ import annotations

import colorsys
from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.messages import Frame
from engine.nodes.grade import Grade

from .chain import noise, picture, pictures, played, seen, unchanged

KNOBS = {
    "level": st.floats(0, 1),
    "brightness": st.floats(-1, 1),
    "contrast": st.floats(0, 10),
    "gamma": st.floats(0.1, 10),
    "saturation": st.floats(0, 10),
    "hue": st.floats(-1, 1),
    "invert": st.booleans(),
    "threshold": st.floats(0, 1),
}
GREYS = np.repeat(np.arange(256, dtype=np.uint8)[np.newaxis, :, np.newaxis], 3, axis=2)
GREYS.flags.writeable = False


def greys(**knobs: float) -> np.ndarray:
    """Return what becomes of each grey; it stays grey."""
    made = unchanged(Grade(**knobs), GREYS)
    assert (made.max(axis=2) - made.min(axis=2)).max() <= 1
    return made[0, :, 1].astype(float)


def test_as_it_comes_it_changes_nothing_and_copies_nothing() -> None:
    frame = Frame(noise(1))
    assert Grade().process(frame) is frame
    assert Grade(hue=1.0).process(frame) is frame, "once around is where it was"


@given(image=pictures(), knobs=st.fixed_dictionaries({}, optional=KNOBS))
def test_any_knobs_give_a_picture_of_the_same_size(
    image: np.ndarray, knobs: dict[str, float]
) -> None:
    assert unchanged(Grade(**knobs), image).shape == image.shape


@given(image=pictures(), level=st.floats(0, 1))
def test_the_fader_goes_to_black(image: np.ndarray, level: float) -> None:
    made = unchanged(Grade(level=level), image).astype(float)
    assert np.abs(made - level * image).max() <= 0.5001


@given(
    image=pictures(),
    knobs=st.fixed_dictionaries({}, optional={k: v for k, v in KNOBS.items() if k != "level"}),
)
def test_at_level_zero_nothing_is_seen_whatever_the_other_knobs(
    image: np.ndarray, knobs: dict[str, float]
) -> None:
    assert not unchanged(Grade(level=0.0, **knobs), image).any()


@pytest.mark.parametrize(
    ("knobs", "expected"),
    [
        ({"brightness": 0.2}, lambda x: x + 51),
        ({"brightness": -1.0}, lambda x: 0 * x),
        ({"contrast": 2.0}, lambda x: 2 * x - 127.5),
        ({"contrast": 0.0}, lambda x: 0 * x + 127.5),
        ({"gamma": 2.0}, lambda x: 255 * (x / 255) ** 0.5),
        ({"gamma": 0.5}, lambda x: 255 * (x / 255) ** 2),
        ({"invert": True}, lambda x: 255 - x),
        ({"invert": True, "gamma": 2.0}, lambda x: 255 - 255 * (x / 255) ** 0.5),
        ({"saturation": 0.0}, lambda x: x),
        ({"saturation": 7.0}, lambda x: x),
        ({"hue": 0.3}, lambda x: x),
        ({"hue": 0.3, "gamma": 2.0}, lambda x: 255 * (x / 255) ** 0.5),
        ({"threshold": 0.5}, lambda x: 255.0 * (x >= 127.5)),
        ({"threshold": 1.0}, lambda x: 255.0 * (x == 255)),
        ({"threshold": 0.5, "level": 0.4}, lambda x: 102.0 * (x >= 127.5)),
        ({"threshold": 0.5, "invert": True}, lambda x: 255.0 * (255 - x >= 127.5)),
    ],
    ids=lambda each: str(each) if isinstance(each, dict) else "",
)
def test_what_each_knob_does_to_grey(
    knobs: dict[str, float], expected: Callable[[np.ndarray], np.ndarray]
) -> None:
    said = np.clip(expected(np.arange(256.0)), 0, 255)
    assert np.abs(greys(**knobs) - said).max() <= 1


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_hues_turn_from_red_by_green_to_blue(steps: int) -> None:
    red = picture((0, 0, 180))
    blue, green, red_ = (int(each) for each in unchanged(Grade(hue=steps / 3), red)[0, 0])
    hue, _, _ = colorsys.rgb_to_hsv(red_ / 255, green / 255, blue / 255)
    assert abs((hue - steps / 3 + 0.5) % 1 - 0.5) < 0.1


@given(image=pictures())
def test_without_saturation_all_is_grey_and_as_bright(image: np.ndarray) -> None:
    made = unchanged(Grade(saturation=0.0), image).astype(float)
    assert (made.max(axis=2) - made.min(axis=2)).max() <= 1
    assert np.abs(made[:, :, 0] - image @ [0.072, 0.715, 0.213]).max() <= 1


def test_a_knob_that_moves_a_little_changes_little() -> None:
    """Gamma goes another way than the rest; there is no step where it begins."""
    for knobs in ({"contrast": 1.5}, {"hue": 0.2, "saturation": 1.4}, {"threshold": 0.4}):
        without = unchanged(Grade(gamma=1.0, **knobs), GREYS).astype(int)
        a_little = unchanged(Grade(gamma=1.001, **knobs), GREYS).astype(int)
        assert np.count_nonzero(np.abs(without - a_little) > 2) <= 3


def test_a_line_fades_a_picture_to_black_in_a_patch() -> None:
    text = """
[a]
use = "shown"
which = "a"
times = 12
[go]
use = "pressed"
at = [0.25]
[fade]
use = "line"
from = "go"
start = 1
to = 0
time = "500 ms"
[grade]
use = "grade"
from = "a"
level = { from = "fade" }
[c]
use = "collector"
from = "grade"
"""
    levels = [int(image.max()) for image in seen(played(text, a=[picture(200)]))]
    assert levels[:3] == [200, 200, 200] and levels[-1] == 0
    assert sorted(levels, reverse=True) == levels and len(set(levels)) > 4
