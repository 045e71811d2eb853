"""On above a limit, off below another."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.messages import Trigger
from engine.nodes.gate import Gate, Gated


def run(gate, *values, step=0.03):
    """Feed values at even times; give what each of them brought."""
    return [gate.process(value, ns(index * step)) for index, value in enumerate(values)]


def switches(given):
    return [each.on if each else None for each in given]


def test_it_speaks_at_first_and_at_changes():
    assert switches(run(Gate(), 0.1, 0.2, 0.6, 0.7, 0.1)) == [False, None, True, None, False]


def test_opening_and_closing_are_triggers_with_the_number():
    assert run(Gate(), 0.9, 0.2) == [
        Gated(True, opened=Trigger(0.9)),
        Gated(False, closed=Trigger(0.2)),
    ]


def test_the_first_number_closes_nothing():
    assert run(Gate(), 0.1) == [Gated(False)]


def test_between_the_limits_it_stays_as_it_is():
    gate = Gate(above=0.6, below=0.4)
    assert switches(run(gate, 0.5, 0.7, 0.5, 0.41, 0.59, 0.39, 0.5, 0.6)) == [
        False,
        True,
        None,
        None,
        None,
        False,
        None,
        None,
    ]


@pytest.mark.parametrize(("above", "lower"), [(0.5, 0.46), (-30.0, -32.0), (100.0, 95.0)])
def test_without_below_it_closes_a_tenth_under_the_limit(above, lower):
    gate = Gate(above=above)
    further = lower - abs(above) / 10
    assert switches(run(gate, above + 1, lower, further)) == [True, None, False]


def test_a_below_that_is_above_cannot_make_it_flap():
    assert switches(run(Gate(above=0.5, below=0.9), 0.6, 0.6, 0.6)) == [True, None, None]


@given(st.lists(st.floats(0.4, 0.6), min_size=1), st.booleans())
def test_it_never_chatters_between_its_limits(values, open_):
    gate = Gate(above=0.6, below=0.4)
    gate.process(1.0 if open_ else 0.0, ns(0))
    assert [gate.process(value, ns(1 + i)) for i, value in enumerate(values)] == [None] * len(
        values
    )


def test_hold_puts_a_change_off():
    gate = Gate(hold=1.0)
    assert gate.process(1.0, ns(0)).on
    assert gate.wake() is None
    assert gate.process(0.0, ns(0.2)) is None
    assert gate.wake() == ns(1.0)
    assert gate.on_wake(ns(1.0)) == Gated(False, closed=Trigger(0.0))
    assert gate.wake() is None


def test_a_change_that_was_taken_back_within_hold_never_happened():
    gate = Gate(hold=1.0)
    gate.process(1.0, ns(0))
    gate.process(0.0, ns(0.2))
    assert gate.process(1.0, ns(0.4)) is None
    assert gate.wake() is None
    assert gate.on_wake(ns(1.0)) is None


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40), st.floats(0.01, 0.5))
def test_changes_are_hold_apart_and_the_last_number_counts(values, hold):
    gate, changes = Gate(hold=hold), []
    for index, value in enumerate(values):
        at = ns(index * 0.03)
        while (due := gate.wake()) is not None and due <= at:
            changes.append((due, gate.on_wake(due)))
        changes.append((at, gate.process(value, at)))
    while (due := gate.wake()) is not None:
        changes.append((due, gate.on_wake(due)))
    times = [at for at, change in changes if change]
    assert all(b - a >= ns(hold) for a, b in pairwise(times))
    on = [change.on for _, change in changes if change][-1]
    assert on == (values[-1] > 0.5 or (on and values[-1] >= 0.45))


def test_after_a_reset_the_next_number_says():
    gate = Gate(hold=5.0)
    gate.process(1.0, ns(0))
    gate.reset()
    assert gate.wake() is None
    assert gate.on_wake(ns(1)) is None
    assert gate.process(0.0, ns(0.1)) == Gated(False)
