"""From one range to another."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.errors import ParameterError
from engine.nodes.scale import Scale

CURVES = ["linear", "exp", "log", "smooth", "square", "root"]
ends = st.tuples(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
above_zero = st.tuples(st.floats(1e-3, 1e6), st.floats(1e-3, 1e6))


@pytest.mark.parametrize(
    ("settings", "value", "expected"),
    [
        ({}, 0.25, 0.25),
        ({"to": (20, 20000)}, 0.5, 10010),
        ({"to": (20, 20000), "curve": "exp"}, 0.5, math.sqrt(20 * 20000)),
        ({"to": (20000, 20), "curve": "exp"}, 1.0, 20),
        ({"to": (-1, -100), "curve": "exp"}, 0.5, -10),
        ({"in_": (20, 20000), "curve": "log"}, 20, 0),
        ({"in_": (55, 880), "curve": "log"}, 220, 0.5),
        ({"in_": (-100, -1), "curve": "log"}, -10, 0.5),
        ({"in_": (55, 880), "curve": "log"}, -3, 0),
        ({"in_": (-50, -10), "to": (0, 127)}, -30, 63.5),
        ({"in_": (-50, -10), "to": (0, 127)}, 0, 127),
        ({"to": (1, 0)}, 0.2, 0.8),
        ({"in_": (1, 0)}, 0.2, 0.8),
        ({"curve": "smooth"}, 0.5, 0.5),
        ({"curve": "smooth"}, 0.25, 0.15625),
        ({"curve": "square"}, 0.5, 0.25),
        ({"curve": "root"}, 0.25, 0.5),
        ({"clamp": False}, 2, 2),
        ({"clamp": False, "curve": "square"}, -2, -4),
        ({"clamp": False, "curve": "exp", "to": (1, 10)}, 2, 100),
        ({"in_": (3, 3), "to": (5, 9)}, 3, 5),
        ({"in_": (3, 3), "to": (5, 9)}, 8, 5),
    ],
)
def test_where_a_number_ends_up(settings, value, expected):
    assert Scale(**settings).process(value) == pytest.approx(expected)


@given(st.floats(allow_nan=False, allow_infinity=False), ends, ends, st.sampled_from(CURVES))
def test_the_result_stays_within_the_range_that_goes_out(value, in_, to, curve):
    scale = Scale()
    # As a hand may set them while playing: also exp and log over zero.
    scale.in_, scale.to, scale.curve = in_, to, curve
    assert min(to) <= scale.process(value) <= max(to)


@given(st.floats(0, 1), st.floats(0, 1), above_zero, st.sampled_from(CURVES))
def test_a_rising_range_keeps_the_order(one, other, to, curve):
    scale = Scale(in_=(0.01, 1), to=(min(to), max(to)), curve=curve)
    low, high = scale.process(min(one, other)), scale.process(max(one, other))
    assert low <= high or low == pytest.approx(high)


@given(above_zero, st.floats(0, 1))
def test_log_is_the_way_back_of_exp(ends, value):
    if ends[1] / ends[0] > 1.001:  # nearer together, floats cannot tell what lies between
        there = Scale(to=ends, curve="exp").process(value)
        assert Scale(in_=ends, curve="log").process(there) == pytest.approx(value, abs=1e-6)


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({"curve": "exp"}, "to"),
        ({"curve": "exp", "to": (-1, 1)}, "to"),
        ({"curve": "log"}, "in"),
    ],
)
def test_a_curve_of_ratios_over_zero_is_told(settings, key):
    with pytest.raises(ParameterError, match=f"needs both ends of {key} above zero"):
        Scale(**settings)


def test_set_while_playing_it_is_straight_instead():
    scale = Scale(to=(1, 10), curve="exp")
    scale.to = (0, 10)
    assert scale.process(0.5) == 5


def test_a_number_far_off_a_curve_says_nothing():
    assert Scale(to=(1, 10), curve="exp", clamp=False).process(1e300) is None
    assert Scale(to=(1e-300, 1e300), curve="exp", clamp=False).process(-1e300) in (0, None)
    assert Scale(in_=(0, 1e-300), to=(0, 1e10), clamp=False).process(1e300) is None
