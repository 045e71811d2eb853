"""Gestures by examples: which of very many are followed, and what is said of the others."""

from __future__ import annotations

import numpy as np

from engine.learning.examples import Examples, OneTake
from engine.learning.gestures import PACE, newest_takes
from engine.learning.lesson import Lesson

_NAMES = ("p", "q")


def take(label: str, seconds: float, seed: int, moves: float = 1.0) -> OneTake:
    """Return a take that wanders about."""
    count = round(seconds * PACE)
    way = moves * np.cumsum(np.random.default_rng(seed).normal(size=(count, 2)), axis=0)
    return OneTake(label, way.astype(np.float32), np.arange(count, dtype=np.float32) / PACE)


def followed(*takes: tuple[str, int]) -> list[int]:
    """Return the places of the takes that are followed, of a gesture and so many moments each."""
    kept = newest_takes([(label, np.zeros((count, 1)), 0.0) for label, count in takes])
    moments = [count for _, count in takes]
    return [moments.index(len(path)) for _, path, _ in kept]


def test_of_many_long_ones_the_newest_are_followed() -> None:
    takes = [("long", 500 + seed) for seed in range(12)]
    assert followed(*takes) == [7, 8, 9, 10, 11]
    assert followed(*takes, ("wave", 20)) == [7, 8, 9, 10, 11, 12]
    assert followed(*[("short", 10 + seed) for seed in range(70)]) == [*range(10, 70)]


def test_of_each_gesture_two_are_followed_in_any_case() -> None:
    old, new = (
        [(label, size + n) for n in range(9)] for label, size in (("old", 350), ("new", 400))
    )
    assert followed(*old, *new) == [7, 8, *range(11, 18)]


def test_what_does_not_move_or_is_too_short_is_told() -> None:
    takes = [take("wave", 1.0, 1), take("wave", 1.0, 2, moves=0.0), take("wave", 0.1, 3)]
    lesson = Lesson.of("gesture", Examples(_NAMES, takes), 0.2)
    assert lesson.report == (
        "by 1 examples; 2 takes do not move, or are too short, and are left out"
    )


def test_how_many_older_ones_are_left_out_is_told() -> None:
    takes = [take("wave", 0.5, seed) for seed in range(61)]
    lesson = Lesson.of("gesture", Examples(_NAMES, takes), 0.2)
    assert lesson.report.endswith("by 60 examples; 1 older takes are left out")
