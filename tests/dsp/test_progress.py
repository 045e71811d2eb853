"""What goes on by itself, computed from its moments."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import MILLISECOND, ns
from engine.dsp.progress import Progress, next_tick

HOUR = 3600.0


@pytest.mark.parametrize("speed", [0.0, 0.1, 1.0, 7.3])
def test_it_grows_with_time_and_does_not_drift(speed):
    progress = Progress()
    progress.begin(ns(1), 0.25)
    for seconds in (0.0, 0.1, 12 * HOUR, 24 * HOUR):
        assert progress.read(ns(1 + seconds), speed) == pytest.approx(0.25 + seconds * speed)


def test_a_new_speed_counts_from_where_it_was_read_last():
    progress = Progress()
    progress.begin(ns(0))
    assert progress.read(ns(1), 0.5) == 0.5
    assert progress.read(ns(2), 0.1) == pytest.approx(0.6)
    assert progress.moment(1.0) == pytest.approx(ns(6), abs=2)


@given(
    st.floats(0.001, 100),
    st.floats(0, 1000),
    st.lists(st.floats(0, 2), max_size=5),
)
def test_a_moment_is_when_it_is_there(speed, part, times):
    progress = Progress()
    progress.begin(ns(5))
    at = 5.0
    for later in times:
        at += later
        progress.read(ns(at), speed)
    progress.read(ns(at), speed)
    assert progress.read(progress.moment(part), speed) == pytest.approx(part, abs=1e-6 * speed)


def test_what_stands_still_never_arrives():
    progress = Progress()
    progress.read(ns(1), 0.0)
    assert progress.moment(1.0) is None


@pytest.mark.parametrize("fps", [1, 24, 30, 59.94, 60, 1000])
def test_ticks_lie_on_one_grid_for_ever(fps):
    since = ns(3)
    at = since
    for count in range(1, 500):
        at = next_tick(since, at, fps)
        assert at == pytest.approx(since + count * 1e9 / fps, abs=1)
    assert next_tick(since, ns(3 + 24 * HOUR), fps) > ns(3 + 24 * HOUR)


@given(st.integers(0, 10**15), st.integers(0, 10**12), st.floats(0.5, 1000))
def test_a_tick_is_later_and_not_much(since, passed, fps):
    at = since + passed
    assert 0 < next_tick(since, at, fps) - at <= 1e9 / fps + 1000


@pytest.mark.parametrize(("end", "expected"), [(0.05, 0.05), (0.1005, 0.1005), (0.2, 0.1)])
def test_an_end_takes_the_place_of_what_is_later_or_just_before(end, expected):
    assert next_tick(ns(0), ns(0.01), 10, ns(end)) == ns(expected)


def test_ticks_are_more_than_a_millisecond_from_the_end():
    assert next_tick(ns(0), ns(0), 100, ns(0.01) + MILLISECOND) == ns(0.01) + MILLISECOND
