"""What the judge computes: slopes, gaps, and when a stream is itself again. Pure functions."""

from __future__ import annotations

import statistics
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import combinations, pairwise

MOST_POINTS = 300
"""More points than this are thinned before a line is laid: it looks at every pair."""
STEADY = 5
"""So many values in a row are a stream that flows again."""

Span = tuple[float, float]


def slope(points: Sequence[tuple[float, float]]) -> float:
    """Give the slope of a line through points: the median of those of all pairs (Theil-Sen).

    One in four of the points may be anything without harm. 0 for fewer than two moments.
    """
    step = max(1, -(-len(points) // MOST_POINTS))
    pairs = combinations(points[::step], 2)
    slopes = [(y2 - y1) / (x2 - x1) for (x1, y1), (x2, y2) in pairs if x2 > x1]
    return statistics.median(slopes) if slopes else 0.0


def longest_gap(times: Sequence[float], span: Span, without: Iterable[Span] = ()) -> float:
    """Give the longest time of ``span`` without a value, leaving out gaps that touch ``without``.

    The beginning and the end of the span count as values.
    """
    begin, end = span
    inside = [begin, *(at for at in times if begin < at < end), end]
    left_out = sorted(without)
    return max((b - a for a, b in pairwise(inside) if not _touches(a, b, left_out)), default=0.0)


def flows_again(times: Sequence[float], after: float, within: float) -> float | None:
    """Give when the first of STEADY values came that lie ``within`` s, none before ``after``.

    None where that never was.
    """
    start = bisect_left(times, after)
    for index in range(start, len(times) - STEADY + 1):
        if times[index + STEADY - 1] - times[index] <= within:
            return times[index]
    return None


def in_spans(points: Iterable[tuple[float, float]], spans: Sequence[Span]) -> list[float]:
    """Give the values of the points whose moment lies in one of the spans."""
    return [value for at, value in points if any(a <= at <= b for a, b in spans)]


def _touches(a: float, b: float, spans: Iterable[Span]) -> bool:
    return any(a < end and begin < b for begin, end in spans)
