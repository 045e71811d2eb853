"""Matches moments that were told with those that are true."""

from __future__ import annotations

from collections.abc import Sequence


def matches(
    true: Sequence[float], told: Sequence[float], earliest: float, latest: float
) -> list[tuple[int, int]]:
    """Return the places of each true moment and of the one told that is matched to it.

    Both are in seconds and sorted. Each is matched once: with the first that is left of those that
    come from ``earliest`` to ``latest`` seconds after it, which may be below 0.
    """
    found = []
    here = 0
    for place, moment in enumerate(true):
        while here < len(told) and told[here] < moment + earliest:
            here += 1
        if here < len(told) and told[here] <= moment + latest:
            found.append((place, here))
            here += 1
    return found
