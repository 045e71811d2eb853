"""A walk over the places of a list."""

from __future__ import annotations

from collections import Counter
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.dsp.walk import Direction, Walk

DIRECTIONS = get_args(Direction)
directions = st.sampled_from(DIRECTIONS)


def places(length, direction, count, **options):
    walk = Walk()
    return [walk.step(length, direction, **options) for _ in range(count)]


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("up", [0, 1, 2, 0, 1, 2, 0]),
        ("down", [2, 1, 0, 2, 1, 0, 2]),
        ("pingpong", [0, 1, 2, 1, 0, 1, 2]),
    ],
)
def test_each_direction_goes_its_way(direction, expected):
    assert places(3, direction, 7) == expected


@pytest.mark.parametrize(
    ("direction", "expected"),
    [
        ("up", [False, False, True, False, False, True]),
        ("down", [False, False, True, False, False, True]),
        ("pingpong", [False, False, False, False, True, False]),
        ("random", [False, False, True, False, False, True]),
        ("shuffle", [False, False, True, False, False, True]),
    ],
)
def test_it_knows_the_end_of_a_round(direction, expected):
    walk, ends = Walk(), []
    for _ in range(6):
        walk.step(3, direction)
        ends.append(walk.at_end)
    assert ends == expected


@pytest.mark.parametrize(("direction", "count"), [("up", 3), ("down", 3), ("pingpong", 5)])
def test_without_a_loop_it_stops_at_the_end_and_back_leads_away(direction, count):
    walk = Walk()
    way = [walk.step(3, direction, loop=False) for _ in range(count)]
    assert None not in way
    assert walk.step(3, direction, loop=False) is None
    assert [walk.step(3, direction, loop=False, back=True) for _ in range(count - 1)] == (
        way[-2::-1]
    )
    assert walk.step(3, direction, loop=False, back=True) is None


@given(st.integers(1, 12), st.sampled_from(["up", "down", "pingpong"]), st.integers(1, 40))
def test_back_undoes_a_step(length, direction, count):
    walk = Walk()
    way = [walk.step(length, direction) for _ in range(count)]
    back = [walk.step(length, direction, back=True) for _ in range(count - 1)]
    assert back == way[-2::-1]


@given(st.lists(st.tuples(st.integers(1, 9), directions, st.booleans(), st.booleans())))
def test_it_never_leaves_a_list_that_changes(steps):
    walk = Walk(seed=3)
    for length, direction, loop, back in steps:
        place = walk.step(length, direction, loop=loop, back=back)
        assert place is None or 0 <= place < length


@given(st.integers(2, 9), st.integers(0, 100))
def test_random_never_stays(length, seed):
    walk = Walk(seed)
    way = [walk.step(length, "random") for _ in range(50)]
    assert all(one != other for one, other in pairwise(way))


@given(st.integers(2, 9), st.integers(0, 100), st.integers(1, 6))
def test_shuffle_takes_each_once_a_round_and_never_twice_in_a_row(length, seed, rounds):
    walk = Walk(seed)
    way = [walk.step(length, "shuffle") for _ in range(length * rounds)]
    assert set(Counter(way).values()) == {rounds}
    assert all(one != other for one, other in pairwise(way))


@pytest.mark.parametrize("direction", ["random", "shuffle"])
def test_the_seed_alone_decides_where_chance_leads(direction):
    one, same, other = (
        [walk.step(6, direction) for _ in range(30)] for walk in (Walk(1), Walk(1), Walk(2))
    )
    assert one == same != other


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_a_list_of_one_is_always_at_its_end(direction):
    walk = Walk()
    for _ in range(3):
        assert walk.step(1, direction) == 0
        assert walk.at_end
