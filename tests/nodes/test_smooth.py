"""The One Euro filter, and what was put around it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.nodes.smooth import PAUSE, Smooth


def one_euro(values, rate, min_cutoff, beta, d_cutoff):
    """Filter as the paper writes it (Casiez, Roussel & Vogel 2012, algorithm 1)."""

    def alpha(cutoff):
        tau = 1 / (2 * math.pi * cutoff)
        te = 1 / rate
        return 1 / (1 + tau / te)

    out, previous, speed = [], None, 0.0
    for x in values:
        if previous is None:
            previous = x
        else:
            dx = (x - previous) * rate
            speed = alpha(d_cutoff) * dx + (1 - alpha(d_cutoff)) * speed
            a = alpha(min_cutoff + beta * abs(speed))
            previous = a * x + (1 - a) * previous
        out.append(previous)
    return out


STEP = [0.0] * 10 + [1.0] * 50
RAMP = [0.0] * 10 + list(np.linspace(0, 1, 50))


@pytest.mark.parametrize("values", [STEP, RAMP], ids=["step", "ramp"])
@pytest.mark.parametrize("rate", [15, 30, 120])
@pytest.mark.parametrize("constants", [(1.0, 0.0, 1.0), (1.0, 3.0, 1.0), (0.2, 0.7, 2.0)])
def test_it_is_the_filter_of_the_paper(values, rate, constants):
    smooth = Smooth(min_cutoff=constants[0], beta=constants[1], d_cutoff=constants[2])
    mine = [smooth.process(value, ns(index / rate)) for index, value in enumerate(values)]
    assert mine == pytest.approx(one_euro(values, rate, *constants), abs=1e-6)


def test_the_knob_at_half_is_the_filter_with_these_constants():
    smooth = Smooth(smooth=0.5)
    mine = [smooth.process(value, ns(index / 30)) for index, value in enumerate(RAMP)]
    assert mine == pytest.approx(one_euro(RAMP, 30, 1.0, 3.0, 1.0), abs=1e-6)


def run(values, rate=30, **settings):
    smooth = Smooth(**settings)
    return [smooth.process(value, ns(index / rate)) for index, value in enumerate(values)]


def test_0_passes_everything():
    assert run(STEP, smooth=0) == STEP


def test_1_hardly_moves():
    assert run(STEP, smooth=1)[-1] < 0.6


@pytest.mark.parametrize(("less", "more"), [(0.1, 0.3), (0.3, 0.5), (0.5, 0.7), (0.7, 1.0)])
def test_more_calms_more_and_lags_more(less, more):
    noise = 0.5 + np.random.default_rng(3).normal(0, 0.01, 300)
    assert np.std(run(noise, smooth=more)[60:]) < np.std(run(noise, smooth=less)[60:])
    assert run(STEP, smooth=more)[14] < run(STEP, smooth=less)[14]


def test_at_half_a_hand_is_calm_and_not_late():
    noise = 0.5 + np.random.default_rng(4).normal(0, 0.01, 600)
    assert np.std(run(noise)[60:]) < 0.005
    fast = np.clip(np.arange(60) / 30 - 0.5, 0, 1)  # the whole way in a second
    behind = fast - run(fast)
    assert max(behind) < 0.1


def test_span_makes_other_units_feel_the_same():
    loud = [-50 + 40 * value for value in RAMP]
    plain, scaled = run(RAMP), run(loud, span=40)
    assert scaled == pytest.approx([-50 + 40 * value for value in plain])


@pytest.mark.parametrize("smooth", [0.2, 0.5, 0.8])
def test_the_frame_rate_does_not_matter(smooth):
    def ends(rate):
        values = [0.5 + 0.4 * math.sin(3 * i / rate) for i in range(3 * rate)]
        return np.array(run(values, rate, smooth=smooth)[:: rate // 15])

    assert ends(30) == pytest.approx(ends(120), abs=0.05)


@given(
    st.lists(st.tuples(st.floats(-1e9, 1e9), st.floats(-0.1, 1)), min_size=1, max_size=50),
    st.floats(0, 1),
    st.floats(0, 100),
)
def test_it_stays_within_what_came(steps, smooth, span):
    node, at, seen = Smooth(smooth=smooth, span=span), 0.0, []
    for value, later in steps:
        at += later
        seen.append(value)
        given = [node.process(value, ns(at))]
        if node.wake() is not None:
            given.append(node.on_wake(node.wake()))
        slack = 1e-9 * max(map(abs, seen))
        assert all(min(seen) - slack <= each <= max(seen) + slack for each in given)


def test_a_knob_that_was_let_go_is_reached():
    smooth = Smooth(smooth=0.8)
    for index in range(10):
        smooth.process(index / 9, ns(index / 30))
    given, due = [], smooth.wake()
    assert due == ns(9 / 30) + ns(PAUSE)
    while (due := smooth.wake()) is not None:
        given.append(smooth.on_wake(due))
    assert given[-1] == 1.0
    assert given == sorted(given)
    assert due is None


def test_a_knob_that_jumps_after_a_rest_glides():
    smooth = Smooth(smooth=0.8, beta=0)
    smooth.process(0.0, ns(0))
    first = smooth.process(1.0, ns(10))
    assert first < 0.1
    later = smooth.wake()
    assert later < ns(10.1)
    assert first < smooth.on_wake(later) < 0.2


def test_a_camera_is_not_answered_twice():
    smooth = Smooth()
    for index in range(60):
        at = ns(index / 15)
        assert smooth.wake() is None or smooth.wake() > at
        smooth.process(index % 2, at)


def test_a_wake_that_comes_too_early_does_nothing():
    smooth = Smooth()
    assert smooth.on_wake(ns(0)) is None
    smooth.process(0.0, ns(0))
    smooth.process(1.0, ns(0.03))
    assert smooth.on_wake(ns(0.04)) is None


def test_after_a_gap_it_starts_where_the_number_is():
    smooth = Smooth(smooth=1)
    smooth.process(0.0, ns(0))
    smooth.process(1.0, ns(0.03))
    smooth.reset()
    assert smooth.wake() is None
    assert smooth.process(0.7, ns(0.06)) == 0.7


def test_two_numbers_of_one_moment_are_no_speed():
    smooth = Smooth()
    smooth.process(0.0, ns(1))
    assert smooth.process(1.0, ns(1)) == 0.0
    assert smooth.process(1.0, ns(0.9)) == 0.0
    assert Smooth(smooth=0).process(1.0, ns(1)) == 1.0
