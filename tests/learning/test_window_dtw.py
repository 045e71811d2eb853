"""Distances of a stream to examples are those of the definition, and gestures match when made."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.learning.examples import Examples, OneTake
from engine.learning.window_dtw import FAR, SHORTEST, WindowDtw

from .gesture_ways import Tally, tried

Rows = NDArray[np.float32]


def arc(count: int, seed: int) -> Rows:
    turn = np.linspace(0, 1, count)
    return shaky(np.stack([turn, np.sin(np.pi * turn)], axis=1), seed)


def corner(count: int, seed: int) -> Rows:
    turn = np.linspace(0, 1, count)
    return shaky(np.stack([np.abs(2 * turn - 1), turn], axis=1), seed)


def shaky(rows: NDArray[np.float64], seed: int) -> Rows:
    rng = np.random.default_rng(seed)
    return (rows + 0.02 * rng.normal(size=rows.shape)).astype(np.float32)


def lesson(*takes: tuple[int, Rows]) -> Examples:
    found = Examples(("x", "y"))
    for number, rows in takes:
        found.takes.append(OneTake(str(number), rows, np.arange(len(rows), dtype=np.float32)))
    return found


def taught() -> Examples:
    shown = [(n, made(30, seed)) for n, made in ((1, arc), (2, corner)) for seed in range(3)]
    return lesson(*shown)


def told(spotter: WindowDtw, rows: Rows) -> list[int]:
    """Return the gestures that begin to match while rows come."""
    heard = [spotter.take(row) for row in rows]
    return [one.matched for one in heard if one is not None and one.matched]


def distance(one: Rows, other: Rows) -> float:
    """Return the distance of two stretches by the definition of Sakoe and Chiba."""

    @lru_cache
    def sum_to(i: int, j: int) -> float:
        cost = float(np.linalg.norm(one[i] - other[j]))
        if i == 0 and j == 0:
            return cost
        before = [(i - 1, j), (i, j - 1), (i - 1, j - 1)]
        return cost + min(sum_to(a, b) for a, b in before if a >= 0 and b >= 0)

    return sum_to(len(one) - 1, len(other) - 1)


def test_distances_are_those_of_the_nearest_stretch_that_ends_now() -> None:
    example, other, stream = arc(9, 1), corner(7, 2), shaky(np.zeros((12, 2)) + 0.4, 3)
    spotter = WindowDtw(lesson((1, example), (3, other)), 3)
    heard = [spotter.take(row) for row in stream]
    assert heard[: SHORTEST - 1] == [None] * (SHORTEST - 1)
    last = heard[-1]
    assert last is not None
    for number, rows in ((1, example), (3, other)):
        ending = [stream[len(stream) - n :] for n in range(SHORTEST, len(stream) + 1)]
        expected = min(distance(rows, each) for each in ending)
        assert last.distances[number - 1] == pytest.approx(expected, rel=1e-5)
    assert last.distances[1] == FAR, "a gesture that was never shown"


@pytest.mark.parametrize("count", [22, 30, 42])
@pytest.mark.parametrize(("number", "made"), [(1, arc), (2, corner)])
def test_a_gesture_matches_once_when_it_is_made_fast_or_slow(number: int, made, count: int) -> None:
    spotter = WindowDtw(taught(), 2)
    still = np.full((20, 2), 0.5, np.float32)
    for seed in range(40, 44):
        assert told(spotter, still) == []
        assert told(spotter, made(count, seed)) == [number]


def test_standing_still_and_what_was_never_shown_match_nothing() -> None:
    spotter = WindowDtw(taught(), 2)
    for place in (0.0, 0.5, 1.0):
        assert told(spotter, np.full((60, 2), place, np.float32)) == []
    turn = np.linspace(0, 6 * math.pi, 90)
    circles = np.stack([2 + np.cos(turn), 2 + np.sin(turn)], axis=1)
    assert told(spotter, circles.astype(np.float32)) == []


def test_one_example_alone_and_a_threshold_of_ones_own() -> None:
    alone = lesson((1, arc(30, 1)))
    assert told(WindowDtw(alone, 1), arc(30, 50)) == [1]
    assert told(WindowDtw(alone, 1, threshold=1e-3), arc(30, 50)) == []
    assert told(WindowDtw(alone, 1, threshold=1e3), np.zeros((30, 2), np.float32)) == [1]


def test_a_gap_forgets_what_came_before() -> None:
    spotter = WindowDtw(taught(), 2)
    told(spotter, arc(30, 50)[:15])
    spotter.reset()
    assert spotter.take(np.zeros(2, np.float32)) is None


def test_nothing_shown_is_never_near() -> None:
    assert WindowDtw(Examples(("x",)), 2).take(np.zeros(1, np.float32)) is None


def test_ways_that_somebody_else_makes_are_told_and_random_movement_hardly_ever() -> None:
    tally = Tally()
    tried(7, tally)
    assert tally.told >= 0.9 * tally.made
    assert tally.another <= 0.3 * tally.made
    assert tally.false_a_minute <= 2
