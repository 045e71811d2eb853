"""Two pictures mixed: the ends of the fader, the formulas, masks, sizes, cables in a patch."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import PatchError
from engine.core.messages import Frame
from engine.nodes.mix import Mix

from .chain import alike, noise, picture, pictures, played, seen, unchanged

HOW = ("fade", "add", "multiply", "screen", "lighten", "darken", "difference")
FORMULAS = {
    "fade": lambda a, b: b,
    "add": lambda a, b: np.minimum(a + b, 1),
    "multiply": lambda a, b: a * b,
    "screen": lambda a, b: 1 - (1 - a) * (1 - b),
    "lighten": np.maximum,
    "darken": np.minimum,
    "difference": lambda a, b: abs(a - b),
}
every_way = pytest.mark.parametrize("how", HOW)
AMOUNTS = st.floats(0, 1)


@every_way
@given(two=alike())
def test_it_is_what_the_formula_says(how: str, two: tuple[np.ndarray, np.ndarray]) -> None:
    first, second = two
    said = FORMULAS[how](first / 255.0, second / 255.0) * 255
    assert np.abs(unchanged(Mix(how=how), first, second) - said).max() <= 1


@every_way
@given(two=alike(), amount=AMOUNTS)
def test_the_fader_goes_from_the_first_picture_to_all_of_it(
    how: str, two: tuple[np.ndarray, np.ndarray], amount: float
) -> None:
    first, second = two
    whole = FORMULAS[how](first / 255.0, second / 255.0) * 255
    if how == "add":
        said = np.minimum(first + amount * second, 255)
    else:
        said = first + amount * (whole - first)
    assert np.abs(unchanged(Mix(how=how, amount=amount), first, second) - said).max() <= 1.5
    assert np.array_equal(unchanged(Mix(how=how, amount=0.0), first, second), first)


@every_way
@given(three=alike(count=3), amount=AMOUNTS, invert=st.booleans())
def test_black_of_a_mask_keeps_the_first_picture_and_white_shows_all_of_it(
    how: str, three: tuple[np.ndarray, np.ndarray, np.ndarray], amount: float, invert: bool
) -> None:
    first, second, third = three
    mask = np.repeat(np.where(third[:, :, :1] < 128, 0, 255).astype(np.uint8), 3, axis=2)
    whole = unchanged(Mix(how=how), first, second)
    made = unchanged(Mix(how=how, invert=invert), first, second, mask)
    inside = (mask == 0) if invert else (mask == 255)
    assert np.array_equal(made, np.where(inside, whole, first)), "exact where it is black or white"
    partly = unchanged(Mix(how=how, amount=amount, invert=invert), first, second, mask)
    assert np.array_equal(partly[~inside], first[~inside])
    said = first + amount * (whole.astype(float) - first)
    assert np.abs(partly - said)[inside].max(initial=0) <= 2


@given(first=pictures(), second=pictures(), mask=pictures(), how=st.sampled_from(HOW))
def test_any_sizes_are_brought_to_that_of_the_first(
    first: np.ndarray, second: np.ndarray, mask: np.ndarray, how: str
) -> None:
    assert unchanged(Mix(how=how, amount=0.7), first, second, mask).shape == first.shape


def test_any_picture_is_a_mask_by_its_brightness() -> None:
    first, second = picture(0, 3, 1), picture(200, 3, 1)
    mask = picture([[[0, 0, 0], [0, 255, 0], [128, 128, 128]]], 3, 1)
    levels = unchanged(Mix(), first, second, mask)[0, :, 0]
    assert levels.tolist() == [0, round(200 * 150 / 255), round(200 * 128 / 255)]


def test_a_still_is_brought_to_size_once_and_a_new_one_anew() -> None:
    box = Mix(amount=1.0)
    small, other = picture(40, 2, 2), picture(90, 2, 2)
    assert unchanged(box, noise(1), small).max() == 40
    kept = box._scaler._last
    unchanged(box, noise(2), small)
    assert kept is not None and box._scaler._last is kept
    assert unchanged(box, noise(3), other).max() == 90
    assert unchanged(box, noise(3, 4, 4), other).shape == (4, 4, 3)


def test_without_another_picture_or_at_zero_nothing_is_copied() -> None:
    frame = Frame(noise(1))
    assert Mix().process(frame) is frame
    assert Mix(amount=0.0).process(frame, Frame(noise(2))) is frame


PATCH = """
[a]
use = "shown"
which = "a"
[b]
use = "shown"
which = "b"
start = {start}
[m]
use = "shown"
which = "m"
[mix]
use = "mix"
from = "a"
{lines}
[c]
use = "collector"
from = "mix"
"""


def test_a_crossfade_in_a_patch_takes_the_newest_of_both() -> None:
    text = PATCH.format(start=0.15, lines='other = { from = "b" }\nmask = { from = "m" }')
    shows = {"a": [picture(10)] * 4, "b": [picture(50), picture(90)], "m": [picture(255)] * 4}
    assert [image.max() for image in seen(played(text, **shows))] == [10, 10, 50, 90]


def test_a_mix_of_one_picture_is_refused_with_the_inlet_that_is_missing() -> None:
    with pytest.raises(PatchError, match="other"):
        played(PATCH.format(start=0, lines=""), a=[noise(1)], b=[noise(1)], m=[noise(1)])


def test_a_way_that_does_not_exist_is_told_with_the_nearest() -> None:
    with pytest.raises(PatchError, match='"screen"'):
        played(
            PATCH.format(start=0, lines='other = { from = "b" }\nhow = "scren"'), a=[], b=[], m=[]
        )
