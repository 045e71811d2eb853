"""A curve through points, straight or smooth."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import pairwise

Point = tuple[float, float]


class Curve:
    """A curve through points in order of their x; before the first and after the last it is level.

    A smooth one never leaves the range between two neighbours: the monotone cubic of Fritsch &
    Carlson (SIAM J. Numer. Anal. 1980), with the slopes of Fritsch & Butland (1984). Of two points
    with one x the curve jumps from the first to the second.
    """

    def __init__(self, points: Sequence[Point], smooth: bool) -> None:
        self._xs = [float(x) for x, _ in points]
        self._ys = [float(y) for _, y in points]
        self._slopes = _slopes(self._xs, self._ys) if smooth else None

    def at(self, x: float) -> float:
        """Return the height of the curve at ``x``."""
        right = bisect_right(self._xs, x)
        if right == 0:
            return self._ys[0]
        if right == len(self._xs):
            return self._ys[-1]
        left = right - 1
        width = self._xs[right] - self._xs[left]
        part = (x - self._xs[left]) / width
        low, high = self._ys[left], self._ys[right]
        height = (1.0 - part) * low + part * high
        if self._slopes is not None:
            height += _bend(part, width, high - low, *self._slopes[left : right + 1])
        return min(max(height, min(low, high)), max(low, high))


def _bend(part: float, width: float, rise: float, left: float, right: float) -> float:
    """Return how far the cubic of Hermite is from the straight line."""
    rest = 1.0 - part
    return part * rest * (rest * (left * width - rise) - part * (right * width - rise))


def _slopes(xs: Sequence[float], ys: Sequence[float]) -> list[float]:
    """Return the slope at each point: none where the curve turns, and never too steep."""
    widths = [right - left for left, right in pairwise(xs)]
    steep = [
        (high - low) / width if width > 0 else 0.0
        for (low, high), width in zip(pairwise(ys), widths, strict=True)
    ]
    inner = [
        _inner(*two, *across) for two, across in zip(pairwise(steep), pairwise(widths), strict=True)
    ]
    return [*steep[:1], *inner, *steep[-1:]] if steep else [0.0]


def _inner(before: float, after: float, width_before: float, width_after: float) -> float:
    """Return the weighted harmonic mean of two slopes; 0 where they differ in direction."""
    if before * after <= 0:
        return 0.0
    share = (2 * width_after + width_before) / (3 * (width_before + width_after))
    rest = share / before + (1.0 - share) / after
    return 1.0 / rest if rest else 0.0
