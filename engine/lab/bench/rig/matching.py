"""Matches moments, and notes, that were told with those that are true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

MatchedNote = tuple[int, float]
"""The place of a note among those that were told, and by how many seconds it was late."""


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


def matched_notes(
    true: Sequence[tuple[float, int]],
    told: Sequence[tuple[float, int]],
    earliest: float,
    latest: float,
) -> list[MatchedNote]:
    """Return the told notes that match true ones, in order of the true ones' beginnings.

    Notes are seconds and numbers, in any order; each matches the same number, as ``matches`` has
    it.
    """
    places: dict[int, list[int]] = defaultdict(list)
    for place in sorted(range(len(told)), key=lambda place: told[place][0]):
        places[told[place][1]].append(place)
    found = []
    for number, heard in places.items():
        begins = sorted(at for at, each in true if each == number)
        at = [told[place][0] for place in heard]
        pairs = matches(begins, at, earliest, latest)
        found += [(begins[here], heard[there], at[there]) for here, there in pairs]
    return [(place, at - begin) for begin, place, at in sorted(found)]


def f_of_notes(
    true: Sequence[tuple[float, int]], told: Sequence[tuple[float, int]], within: float
) -> float:
    """Return the harmonic mean of precision and recall of notes that are so many seconds apart."""
    right = len(matched_notes(true, told, -within, within))
    return 2 * right / max(1, len(true) + len(told))
