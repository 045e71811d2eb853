"""A curve through points."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dsp.curve import Curve

NUMBER = st.integers(-(10**6), 10**6).map(lambda number: number / 1000)
POINTS = st.lists(st.tuples(NUMBER, NUMBER), min_size=1, max_size=12).map(sorted)


@given(POINTS, NUMBER, st.booleans())
def test_it_stays_between_its_neighbours_and_is_level_beyond(points, x, smooth) -> None:
    height = Curve(points, smooth).at(x)
    before = [p for p in points if p[0] <= x][-1:] or points[:1]
    after = [p for p in points if p[0] > x][:1] or points[-1:]
    ends = before[0][1], after[0][1]
    assert min(ends) <= height <= max(ends)


@given(POINTS, st.booleans())
def test_it_goes_through_its_points(points, smooth) -> None:
    curve = Curve(points, smooth)
    last = dict(points)  # of several with one x the last
    assert all(curve.at(x) == pytest.approx(y, rel=1e-9, abs=1e-6) for x, y in last.items())


@given(st.lists(st.floats(0, 1), min_size=2, max_size=8).map(sorted))
def test_what_rises_never_falls_on_its_way(heights) -> None:
    curve = Curve([(float(k), y) for k, y in enumerate(heights)], smooth=True)
    drawn = [curve.at(x) for x in np.linspace(-1, len(heights), 200)]
    assert all(b >= a - 1e-9 for a, b in pairwise(drawn))


def test_a_straight_one_is_what_numpy_draws() -> None:
    points = [(0.0, 1.0), (0.3, 0.2), (0.7, 0.9), (1.0, 0.0)]
    xs = np.linspace(-0.2, 1.2, 101)
    expected = np.interp(xs, *zip(*points, strict=True))
    assert [Curve(points, smooth=False).at(x) for x in xs] == pytest.approx(list(expected))


def test_a_smooth_one_is_the_monotone_cubic_of_the_paper() -> None:
    # x^2 at 0, 1, 2, 4: slopes 1, harmonic means of 1, 3 and 3, 6, then 6.
    curve = Curve([(0.0, 0.0), (1.0, 1.0), (2.0, 4.0), (4.0, 16.0)], smooth=True)
    slope = 1.5  # 6 / (3 / 1 + 3 / 3)
    assert curve.at(0.5) == pytest.approx(0.5 * (0 + 1) + (1.0 - slope) / 8)
    assert curve.at(1.5) == pytest.approx(2.5 + (slope - 9 / (5 / 3 + 4 / 6)) / 8)


def test_two_points_above_each_other_are_a_jump() -> None:
    for smooth in (False, True):
        curve = Curve([(0.0, 0.0), (0.5, 0.2), (0.5, 0.8), (1.0, 1.0)], smooth)
        assert curve.at(0.4999999) == pytest.approx(0.2, abs=1e-5)
        assert curve.at(0.5) == pytest.approx(0.8)
