"""The arithmetic of the judge: slopes, gaps, and when a stream flows again. Pure functions."""

from __future__ import annotations

import statistics
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise

MOST_POINTS = 300
"""More points than this are thinned before a line is fitted: the fit looks at every pair."""
STEADY = 5
"""This many values in a row make a stream that flows again."""

Span = tuple[float, float]


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Return the Theil-Sen slope of (x, y) points: the median of the slopes of all pairs.

    Up to a quarter of the points may be outliers. 0 for fewer than two distinct x.
    """
    step = max(1, -(-len(points) // MOST_POINTS))
    pairs = combinations(points[::step], 2)
    slopes = [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in pairs if x2 > x1]
    return statistics.median(slopes) if slopes else 0.0


def longest_gap(times: Sequence[float], span: Span, without: Iterable[Span] = ()) -> float:
    """Return the longest time in ``span`` without a value, ignoring gaps that touch ``without``.

    The beginning and the end of the span count as values.
    """
    begin, end = span
    inside = [begin, *(at for at in times if begin < at < end), end]
    left_out = sorted(without)
    return max((b - a for a, b in pairwise(inside) if not _touches(a, b, left_out)), default=0.0)


def flows_again(times: Sequence[float], after: float, within: float) -> float | None:
    """Return the time of the first of STEADY values within ``within`` s, none before ``after``.

    None where there are no such values.
    """
    start = bisect_left(times, after)
    for index in range(start, len(times) - STEADY + 1):
        if times[index + STEADY - 1] - times[index] <= within:
            return times[index]
    return None


def in_spans(points: Iterable[tuple[float, float]], spans: Sequence[Span]) -> list[float]:
    """Return the values of the points whose time lies in one of the spans."""
    return [value for at, value in points if any(a <= at <= b for a, b in spans)]


def _touches(a: float, b: float, spans: Iterable[Span]) -> bool:
    return any(a < end and begin < b for begin, end in spans)
