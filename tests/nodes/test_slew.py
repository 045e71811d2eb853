"""A number that rises and falls only so fast."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.nodes.slew import STEP, Slew


def run(slew: Slew, until: float) -> list[tuple[int, float]]:
    """Wake it as it asks for, up to a moment."""
    given_ = []
    while (due := slew.wake()) is not None and due <= ns(until):
        given_.append((due, slew.on_wake(due)))
    return given_


def test_the_first_number_passes_and_then_it_rests() -> None:
    slew = Slew()
    assert slew.process(0.7, ns(0)) == 0.7
    assert slew.wake() is None


@pytest.mark.parametrize(("rise", "fall"), [(1.0, 2.0), (0.25, 0.5), (2.0, 0.1)])
def test_up_and_down_take_their_times(rise: float, fall: float) -> None:
    slew = Slew(rise=rise, fall=fall)
    slew.process(0.0, ns(0))
    slew.process(1.0, ns(0))
    up = run(slew, 10)
    assert up[-1][1] == 1.0 and up[-1][0] == pytest.approx(ns(rise), abs=STEP)
    slew.process(0.0, ns(10))
    down = run(slew, 20)
    assert down[-1][1] == 0.0 and down[-1][0] - ns(10) == pytest.approx(ns(fall), abs=STEP)
    assert slew.wake() is None


def test_no_time_is_a_jump() -> None:
    slew = Slew(rise=0.0, fall=0.0)
    assert [slew.process(value, ns(0)) for value in (0.0, 1.0, 0.2)] == [0.0, 1.0, 0.2]
    assert slew.wake() is None


def test_its_steps_do_not_drift() -> None:
    slew = Slew(rise=3600.0)
    slew.process(0.0, ns(0))
    slew.process(1.0, ns(5))
    given_ = run(slew, 65)
    assert {b[0] - a[0] for a, b in pairwise(given_)} == {STEP}
    assert given_[-1][1] == pytest.approx(60 / 3600, abs=1e-4)


def test_span_makes_other_units_feel_the_same() -> None:
    slew = Slew(rise=1.0, span=127)
    slew.process(0.0, ns(0))
    slew.process(127.0, ns(0))
    assert run(slew, 0.5)[-1][1] == pytest.approx(63.5, abs=2.2)


def test_a_time_changed_on_the_way_makes_no_jump() -> None:
    slew = Slew(rise=10.0)
    slew.process(0.0, ns(0))
    slew.process(1.0, ns(0))
    before = run(slew, 5)[-1][1]
    slew.rise = 1.0
    after = run(slew, 5.1)[0][1]
    assert before == pytest.approx(0.5, abs=0.01) and after - before == pytest.approx(1 / 60)


@given(
    st.lists(st.tuples(st.floats(-1e6, 1e6), st.floats(0, 0.2)), min_size=1, max_size=30),
    st.floats(0.01, 5),
    st.floats(0.01, 5),
    st.floats(0.1, 1e6),
)
def test_it_is_never_faster_than_said_and_stays_within_what_came(steps, rise, fall, span) -> None:
    slew, at, last, seen = Slew(rise=rise, fall=fall, span=span), 0.0, None, []
    for value, later in steps:
        at += later
        seen.append(value)
        for moment, number in [*run(slew, at), (ns(at), slew.process(value, ns(at)))]:
            assert min(seen) - 1e-6 <= number <= max(seen) + 1e-6
            if last is not None:
                most = span * (moment - last[0]) / 1e9
                assert -most / fall - 1e-3 <= number - last[1] <= most / rise + 1e-3
            last = (moment, number)


def test_a_wake_that_comes_too_early_or_after_a_reset_does_nothing() -> None:
    slew = Slew(rise=1.0)
    assert slew.on_wake(ns(0)) is None
    slew.process(0.0, ns(0))
    slew.process(1.0, ns(1))
    assert slew.on_wake(ns(1)) is None
    slew.reset()
    assert slew.wake() is None and slew.on_wake(ns(2)) is None
    assert slew.process(0.3, ns(2)) == 0.3
