"""Cases that are much alike: some of them by day, for all take long, and all by .ci/night."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TypeVar

NIGHT = "SENSORIUM_NIGHT" in os.environ

T = TypeVar("T")
U = TypeVar("U")


def few(cases: Iterable[T], count: int) -> list[T]:
    """Return so many cases, the first, the last and some between; by night all of them."""
    every = list(cases)
    if NIGHT or len(every) <= count:
        return every
    return [every[n * (len(every) - 1) // (count - 1)] for n in range(count)]


def pairs(first: Iterable[T], second: Iterable[U], share: int) -> list[tuple[T, U]]:
    """Return one in so many pairs, each of the first with others of the second; by night all."""
    return [
        (one, other)
        for row, one in enumerate(first)
        for column, other in enumerate(second)
        if NIGHT or (row + column) % share == 0
    ]
