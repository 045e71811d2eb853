"""A hue becomes red, green and blue."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.nodes.hue_to_rgb import HueToRgb

KNOWN = [
    (0, (1, 0, 0)),
    (1 / 6, (1, 1, 0)),
    (1 / 3, (0, 1, 0)),
    (0.5, (0, 1, 1)),
    (2 / 3, (0, 0, 1)),
    (5 / 6, (1, 0, 1)),
    (1, (1, 0, 0)),
    (-1 / 3, (0, 0, 1)),
    (7 + 1 / 3, (0, 1, 0)),
]


@pytest.mark.parametrize(("hue", "colour"), KNOWN)
def test_the_circle_of_colours(hue: float, colour: tuple[float, float, float]) -> None:
    assert HueToRgb().process(hue) == pytest.approx(colour, abs=1e-9)


@given(st.floats(-1e9, 1e9), st.floats(0, 1), st.floats(0, 1))
def test_the_brightest_is_its_value_and_the_darkest_follows_from_saturation(hue, much, value):
    colour = HueToRgb(saturation=much, value=value).process(hue)
    assert max(colour) == pytest.approx(value)
    assert min(colour) == pytest.approx(value * (1 - much))


def test_what_is_no_number_is_no_colour() -> None:
    assert HueToRgb().process(float("nan")) is None
