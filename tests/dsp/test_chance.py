"""Numbers by chance: the same each time, and as chance has them."""

from __future__ import annotations

import statistics
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dsp.chance import seed_of, smooth, uniform

KNOWN = [0.749748, 0.372393, 0.438284]


def test_a_seed_gives_the_same_numbers_for_ever() -> None:
    assert [round(uniform(1, index), 6) for index in range(3)] == KNOWN
    assert seed_of("dice") == 2702107220


@given(st.integers(-(2**70), 2**70), st.integers(0, 2**40))
def test_it_is_a_number_from_0_to_below_1(seed: int, index: int) -> None:
    assert 0 <= uniform(seed, index) < 1


@pytest.mark.parametrize("seed", [0, 1, 2, -1, 2**64 - 1, seed_of("a")])
def test_all_numbers_are_as_likely_and_do_not_follow_from_each_other(seed: int) -> None:
    numbers = [uniform(seed, index) for index in range(4000)]
    counts = [sum(int(number * 10) == tenth for number in numbers) for tenth in range(10)]
    assert max(abs(count - 400) for count in counts) < 80
    assert abs(statistics.correlation(numbers[:-1], numbers[1:])) < 0.05
    other = [uniform(seed + 1, index) for index in range(4000)]
    assert abs(statistics.correlation(numbers, other)) < 0.05


@given(st.integers(0, 2**32), st.floats(0, 1e6))
def test_smooth_noise_never_jumps_and_stays_between_its_numbers(seed: int, phase: float) -> None:
    index = int(phase)
    ends = uniform(seed, index), uniform(seed, index + 1)
    assert min(ends) - 1e-9 <= smooth(seed, phase) <= max(ends) + 1e-9
    assert abs(smooth(seed, phase + 1e-4) - smooth(seed, phase)) < 1e-3


def test_at_whole_phases_it_is_the_number_itself() -> None:
    assert [smooth(7, float(k)) for k in range(5)] == [uniform(7, k) for k in range(5)]
    steps = [abs(b - a) for a, b in pairwise(smooth(7, k / 60) for k in range(600))]
    assert max(steps) < 1.9 / 60
