"""A number of any range becomes 0 to 1."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.nodes.normalise import Normalise, Normalised


def run(node: Normalise, values: list[float], rate: float = 30) -> list[Normalised | None]:
    return [node.process(value, ns(index / rate)) for index, value in enumerate(values)]


def wave(low: float, high: float, seconds: float, rate: float = 30) -> list[float]:
    middle, half = (low + high) / 2, (high - low) / 2
    return [middle - half * math.cos(i / rate * 6.0) for i in range(round(seconds * rate))]


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-50, -10), (0, 127), (1e-6, 2e-6), (-1e9, 1e9)])
def test_it_finds_the_range_whatever_it_is(low: float, high: float) -> None:
    found = run(Normalise(forget=0.0), wave(low, high, 6))
    assert found[:59] == [None] * 59
    told = [one for one in found if one is not None]
    assert min(one.value for one in told) == pytest.approx(0, abs=0.01)
    assert max(one.value for one in told) == pytest.approx(1, abs=0.01)
    width = high - low
    assert told[-1].low == pytest.approx(low, abs=0.01 * width)
    assert told[-1].high == pytest.approx(high, abs=0.01 * width)


def test_what_never_moves_is_never_told() -> None:
    assert run(Normalise(), [5.0] * 300) == [None] * 300
    assert run(Normalise(learn=0.0), [5.0] * 3) == [None] * 3


def test_least_says_what_is_no_movement() -> None:
    told = run(Normalise(least=1.0, learn=0.0), [5.0, 5.001, 4.999])
    assert [round(one.value, 2) for one in told if one] == [0.5, 0.5, 0.5]


def test_it_forgets_slowly() -> None:
    node = Normalise(forget=10.0)
    assert run(node, wave(0, 100, 6))[-1].high == pytest.approx(100, abs=20)
    later = [node.process(v, ns(6 + i / 30)) for i, v in enumerate(wave(0, 10, 60))]
    assert later[-1].high == pytest.approx(10, abs=2)
    never = Normalise(forget=0.0)
    run(never, wave(0, 100, 6))
    later = [never.process(v, ns(6 + i / 30)) for i, v in enumerate(wave(0, 10, 60))]
    assert later[-1].high == pytest.approx(100, abs=0.1)


def test_a_hand_that_stands_still_is_not_blown_up() -> None:
    node = Normalise(forget=10.0)
    run(node, wave(0, 100, 6))
    still = [node.process(50 + 0.01 * (i % 3), ns(6 + i / 30)) for i in range(30 * 60)]
    values = [one.value for one in still[-90:]]
    assert max(values) - min(values) < 0.05
    assert still[-1].high - still[-1].low > 3


def test_silence_forgets_nothing() -> None:
    node = Normalise(forget=10.0)
    before = run(node, wave(0, 100, 6))[-1]
    after = node.process(50.0, ns(3600))
    assert after.high - after.low == pytest.approx(before.high - before.low, rel=0.15)


@given(
    st.lists(st.tuples(st.floats(-1e300, 1e300), st.floats(-1, 10)), max_size=50),
    st.floats(0, 100),
    st.floats(0, 100),
)
def test_it_is_always_a_number_from_0_to_1_within_its_range(steps, forget, least) -> None:
    node, at = Normalise(learn=0.0, forget=forget, least=least), 0.0
    for value, later in steps:
        at += later
        told = node.process(value, ns(max(0.0, at)))
        if told is not None:
            assert 0 <= told.value <= 1
            assert told.low < told.high
            resolution = 1e-15 * max(abs(told.low), abs(told.high))
            assert told.high - told.low >= least * (1 - 1e-9) - 2 * resolution


def test_after_a_loss_it_learns_anew() -> None:
    node = Normalise()
    run(node, wave(0, 1, 6))
    node.reset()
    assert [node.process(v, ns(10 + i / 30)) for i, v in enumerate(wave(0, 9, 1))] == [None] * 30
