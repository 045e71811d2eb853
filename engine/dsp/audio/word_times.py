"""When each token of a text was spoken, by how a network attended to the sound as it wrote them.

The way is that of Whisper: the weights of the heads that follow the sound are evened out, and the
cheapest monotonic path leads through them (dynamic time warping; Sakoe and Chiba 1978).
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

MEDIAN: Final = 7
"""Steps over which weights are evened out."""


def token_times(attention: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return the step at which each token begins, and that at which the last one ends.

    ``attention`` is (heads, tokens + 1, steps): the last row is that of the end. The answer is
    (tokens + 1,), and never falls.
    """
    shares = attention / np.maximum(attention.sum(axis=2, keepdims=True), 1e-9)
    spread = shares.std(axis=1, keepdims=True)
    normal = (shares - shares.mean(axis=1, keepdims=True)) / np.maximum(spread, 1e-9)
    return first_steps(-_evened(normal).mean(axis=0))


def _evened(values: Floats) -> Floats:
    """Return the running median over the last axis, mirrored at its ends."""
    half = min(MEDIAN // 2, values.shape[2] - 1)
    padded = np.pad(values, ((0, 0), (0, 0), (half, half)), mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1, axis=2)
    return np.asarray(np.median(windows, axis=3))


def first_steps(cost: Floats) -> NDArray[np.int64]:
    """Return where the cheapest path enters each row of costs (rows, steps).

    The path begins at the first step of the first row, ends at the last of the last, and goes on by
    a step, a row, or both.
    """
    rows, steps = cost.shape
    entered = np.zeros((rows, steps), np.int64)
    """Where the best path to a place has entered its row."""
    slanting = np.zeros((rows, steps), np.bool_)
    """Whether a path that enters a row there takes a step as well."""
    before = np.cumsum(cost[0])
    for row in range(1, rows):
        diagonal = np.concatenate(([np.inf], before[:-1]))
        slanting[row] = diagonal <= before
        along = np.cumsum(cost[row])
        worth = np.minimum(diagonal, before) - (along - cost[row])
        best = np.minimum.accumulate(worth)
        fresh = np.concatenate(([True], worth[1:] < best[:-1]))
        entered[row] = np.maximum.accumulate(np.where(fresh, np.arange(steps), 0))
        before = best + along
    found = np.zeros(rows, np.int64)
    at = steps - 1
    for row in range(rows - 1, 0, -1):
        at = found[row] = entered[row, at]
        at -= int(slanting[row, at])
    return found
