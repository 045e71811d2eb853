"""Which of some rows belongs to which of some columns, so that all of it costs the least."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

Pairs = Sequence[tuple[int, int]]


def assign(costs: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Return the pairs (row, column) of the cheapest assignment, as many as the smaller side has.

    ``costs`` holds a finite number for each row and column. This is the Hungarian method (Kuhn
    1955) by shortest augmenting paths, O(n³): for the few that are in a picture, quicker than a
    library's start.
    """
    if not costs or not costs[0]:
        return []
    if len(costs) > len(costs[0]):
        flipped = [list(column) for column in zip(*costs, strict=True)]
        return sorted((row, column) for column, row in assign(flipped))
    width = len(costs[0])
    of_row = [0.0] * (len(costs) + 1)
    of_column = [0.0] * (width + 1)
    owner = [0] * (width + 1)  # row of each column, from 1; column 0 is the one being placed
    for row in range(1, len(costs) + 1):
        owner[0] = row
        _augment(costs, of_row, of_column, owner)
    return sorted(
        (owner[column] - 1, column - 1) for column in range(1, width + 1) if owner[column]
    )


def cheapest(costs: NDArray[np.float64], below: float) -> list[tuple[int, int]]:
    """Return the pairs (row, column) of the cheapest assignment, each of which costs less."""
    return [pair for pair in assign(costs.tolist()) if costs[pair] < below]


def _augment(
    costs: Sequence[Sequence[float]],
    of_row: list[float],
    of_column: list[float],
    owner: list[int],
) -> None:
    """Find the row in ``owner[0]`` a column, moving others along the cheapest path."""
    width = len(of_column) - 1
    least = [math.inf] * (width + 1)
    way = [0] * (width + 1)
    used = [False] * (width + 1)
    column = 0
    while owner[column]:
        used[column] = True
        row, step, following = owner[column], math.inf, 0
        for other in range(1, width + 1):
            if used[other]:
                continue
            over = costs[row - 1][other - 1] - of_row[row] - of_column[other]
            if over < least[other]:
                least[other], way[other] = over, column
            if least[other] < step:
                step, following = least[other], other
        for other in range(width + 1):
            if used[other]:
                of_row[owner[other]] += step
                of_column[other] -= step
            else:
                least[other] -= step
        column = following
    while column:
        owner[column] = owner[way[column]]
        column = way[column]


def margin(
    pair: tuple[int, int], pairs: Pairs, costs: NDArray[np.float64], rows: Iterable[int]
) -> float:
    """Return by how much a pair is cheaper than the best way in which one of ``rows`` has it.

    That one gives its own column for it, if it has one among the ``pairs``.
    """
    row, column = pair
    taken = dict(pairs)
    others = [math.inf]
    for other in rows:
        if other != row:
            more = costs[other, column] - costs[row, column]
            if other in taken:
                more += costs[row, taken[other]] - costs[other, taken[other]]
            others.append(float(more))
    return min(others)
