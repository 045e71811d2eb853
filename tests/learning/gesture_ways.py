"""How well ``window_dtw`` tells gestures: ways of a point in the plane, made by somebody else.

uv run python -m tests.learning.gesture_ways       the table that docs/learning.md tells
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.learning.examples import Examples, OneTake
from engine.learning.window_dtw import WindowDtw

Rows = NDArray[np.float32]
Way = Callable[[int, np.random.Generator], Rows]

COUNT = 5
MOMENTS = 45
WALK = 6000
PACE = 30.0


@dataclass
class Tally:
    """How many gestures were made, told, and had another one told on their way."""

    made: int = 0
    told: int = 0
    another: int = 0
    false: int = 0

    @property
    def false_a_minute(self) -> float:
        """How often random movement matched, a minute at 30 moments a second."""
        return self.false / (self.made / (4 * COUNT) * WALK / PACE / 60)


def way(seed: int) -> Way:
    """Return a smooth way in the plane, as somebody makes it: never twice the same."""
    rng = np.random.default_rng(seed)
    order = np.arange(1, 4)
    sines, cosines = rng.normal(size=(2, 3)) / order, rng.normal(size=(2, 3)) / order

    def made(count: int, who: np.random.Generator) -> Rows:
        even = np.linspace(0, 1, count)
        turn = even + 0.03 * np.sin(2 * np.pi * even + who.uniform(0, 6))
        angles = np.pi * order * turn[:, None]
        rows = np.sin(angles) @ sines.T + np.cos(angles) @ cosines.T
        rows -= rows[0]
        rows /= np.abs(rows).max()
        rows = rows * (1 + 0.08 * who.normal(size=2)) + 0.03 * who.normal(size=2)
        return (rows + 0.02 * who.normal(size=rows.shape) + 0.5).astype(np.float32)

    return made


def walk(who: np.random.Generator) -> Rows:
    """Return random movement."""
    smooth = np.ones(15) / 15
    steps = [np.convolve(who.normal(size=WALK), smooth, "same") for _ in range(2)]
    return (0.5 + 0.8 * np.sin(0.12 * np.cumsum(steps, axis=1).T)).astype(np.float32)


def matches(spotter: WindowDtw, rows: Rows) -> list[int]:
    """Return the gestures that begin to match while rows come."""
    heard = [spotter.take(row) for row in rows]
    return [one.matched for one in heard if one is not None and one.matched]


def tried(seed: int, tally: Tally) -> None:
    """Teach some ways, three examples each, and make them again at 0.7 to 1.4 of their speed."""
    who = np.random.default_rng(1000 + seed)
    ways = [way(100 * seed + number) for number in range(COUNT)]
    lesson = Examples(("x", "y"))
    for number, made in enumerate(ways, 1):
        for _ in range(3):
            rows = made(int(MOMENTS * who.uniform(0.9, 1.1)), who)
            lesson.takes.append(OneTake(str(number), rows, np.arange(len(rows), dtype=np.float32)))
    spotter = WindowDtw(lesson, COUNT)
    for _ in range(4):
        for number, made in enumerate(ways, 1):
            rows = made(int(MOMENTS / who.uniform(0.7, 1.4)), who)
            still = np.repeat(rows[:1], int(who.integers(15, 40)), axis=0)
            spotter.reset()
            found = matches(spotter, np.vstack([still, rows, np.repeat(rows[-1:], 10, axis=0)]))
            tally.made += 1
            tally.told += number in found
            tally.another += any(one != number for one in found)
    spotter.reset()
    tally.false += len(matches(spotter, walk(who)))


if __name__ == "__main__":
    whole = Tally()
    for seed in range(100, 116):
        tried(seed, whole)
    print(f"{whole.told / whole.made:.1%} of {whole.made} gestures told")
    print(f"another one matched on the way in {whole.another / whole.made:.1%}")
    print(f"{whole.false_a_minute:.2f} matches a minute of random movement")
