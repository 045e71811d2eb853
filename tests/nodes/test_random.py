"""A number by chance on each trigger."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.context import Context
from engine.core.messages import Trigger
from engine.nodes.random import Random
from tests.runtime.boxes import COLLECT, got, numbers, play


def throw(count: int, name: str = "dice", **settings: object) -> list[float]:
    dice = Random(**settings)
    dice.open(Context(name))
    return [dice.process(Trigger()) for _ in range(count)]


def test_the_same_name_and_seed_throw_the_same() -> None:
    assert throw(50) == throw(50)
    assert throw(50) != throw(50, name="other")
    assert throw(50) != throw(50, seed=1)


def test_a_show_that_is_played_twice_throws_the_same() -> None:
    patch = numbers("a", [1, 2, 3, 4]) + '[d]\nuse = "random"\nfrom = "a"\n' + COLLECT + 'd = "d"\n'
    assert got(play(patch), "d") == got(play(patch), "d")
    assert len({*got(play(patch), "d")}) == 4


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9), st.integers())
def test_any_number_lies_in_the_range_whichever_way_it_is_written(one, other, seed) -> None:
    assert all(
        min(one, other) <= n <= max(one, other) for n in throw(5, to=(one, other), seed=seed)
    )


@pytest.mark.parametrize(
    ("to", "step", "every"),
    [
        ((1, 6), 1, [1, 2, 3, 4, 5, 6]),
        ((6, 1), 1, [1, 2, 3, 4, 5, 6]),
        ((0, 1), 0.25, [0, 0.25, 0.5, 0.75, 1]),
        ((0, 0.3), 0.1, [0, 0.1, 0.2, 0.3]),
        ((0, 1), 0.4, [0, 0.4, 0.8]),
        ((5, 5), 1, [5]),
        ((0, 1), 9, [0]),
    ],
)
def test_steps_are_all_thrown_and_nothing_else(to, step, every) -> None:
    thrown = throw(400, to=to, step=step)
    assert sorted({*thrown}) == pytest.approx(every)


@given(st.integers(1, 12), st.integers())
def test_without_repeats_none_comes_twice_in_a_row(most: int, seed: int) -> None:
    thrown = throw(60, to=(0, most), step=1, repeats=False, seed=seed)
    assert all(a != b for a, b in pairwise(thrown))
    if most > 1:
        assert len({*thrown}) > 2 or most == 1


def test_without_repeats_and_with_one_number_it_is_that_number() -> None:
    assert throw(3, to=(5, 5), step=1, repeats=False) == [5, 5, 5]


def test_steps_too_fine_to_tell_apart_are_any_number() -> None:
    assert len({*throw(100, to=(0, 1), step=1e-300)}) == 100


def test_a_loss_does_not_bring_the_same_numbers_again() -> None:
    dice = Random()
    dice.open(Context("dice"))
    first = dice.process(Trigger())
    dice.reset()
    assert dice.process(Trigger()) != first
    dice.open(Context("dice"))
    assert dice.process(Trigger()) == first
