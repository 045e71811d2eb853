from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.lab.stress.numbers import flows_again, in_spans, longest_gap, slope


@given(st.floats(-100, 100), st.floats(-100, 100))
def test_the_slope_of_a_line_is_its_slope(rise, start):
    points = [(float(x), start + rise * x) for x in range(50)]
    assert slope(points) == pytest.approx(rise, abs=1e-6)


def test_a_fifth_of_the_points_may_be_anything():
    points = [(float(x), 3.0 * x if x % 5 else 1e6) for x in range(200)]
    assert slope(points) == pytest.approx(3.0)


def test_more_points_than_are_looked_at_are_thinned():
    assert slope([(float(x), 2.0 * x) for x in range(10_000)]) == pytest.approx(2.0)


@pytest.mark.parametrize("points", [[], [(1.0, 2.0)], [(1.0, 2.0), (1.0, 9.0)]])
def test_where_there_is_no_line_it_is_flat(points):
    assert slope(points) == 0.0


def test_the_longest_gap_has_the_ends_of_the_show_in_it():
    assert longest_gap([3.0, 4.0], (0.0, 9.0)) == 5.0
    assert longest_gap([8.0], (0.0, 9.0)) == 8.0
    assert longest_gap([], (0.0, 9.0)) == 9.0


def test_a_gap_that_touches_a_fault_does_not_count():
    times = [1.0, 2.0, 7.0, 8.0]
    assert longest_gap(times, (0.0, 9.0)) == 5.0
    assert longest_gap(times, (0.0, 9.0), [(3.0, 4.0)]) == 1.0
    assert longest_gap(times, (0.0, 9.0), [(7.0, 7.5)]) == 5.0


def test_a_stream_flows_again_with_the_first_of_five_in_a_row():
    times = [1.0, 2.0, 5.0, 9.0, 9.1, 9.2, 9.3, 9.4]
    assert flows_again(times, 0.0, 1.0) == 9.0
    assert flows_again(times, 9.05, 1.0) is None
    assert flows_again(times, 0.0, math.inf) == 1.0


def test_values_are_taken_of_the_spans_only():
    points = [(1.0, 10.0), (2.0, 20.0), (3.0, 30.0)]
    assert in_spans(points, [(0.5, 1.5), (3.0, 4.0)]) == [10.0, 30.0]
