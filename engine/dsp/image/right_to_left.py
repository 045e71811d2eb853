"""Put a line into the order in which its letters are seen, for what draws from left to right.

Hebrew and Arabic are kept in the order in which they are read. This is the part of the Unicode
Bidirectional Algorithm (UAX #9) that a line without explicit marks needs: letters, digits, and what
stands between them.
"""

from __future__ import annotations

import unicodedata
from itertools import groupby
from typing import Final

_RIGHT: Final = ("R", "AL")
_NUMBERS: Final = ("EN", "AN")
_BRACKETS: Final = str.maketrans("()[]{}<>«»", ")(][}{><»«")


def as_seen(line: str) -> str:
    """Return the letters of a line from left to right, as they are seen."""
    kinds = [unicodedata.bidirectional(each) for each in line]
    if not any(kind in _RIGHT for kind in kinds):
        return line
    levels = _levels(kinds)
    order = list(range(len(line)))
    for least in range(max(levels), 0, -1):
        begin = 0
        for within, run in groupby(levels[each] >= least for each in range(len(line))):
            end = begin + len(list(run))
            if within:
                order[begin:end] = reversed(order[begin:end])
            begin = end
    turned = {each: line[each].translate(_BRACKETS) for each in order if levels[each] % 2}
    return "".join(turned.get(each, line[each]) for each in order)


def _levels(kinds: list[str]) -> list[int]:
    """Return the level of each letter: even from left to right, odd from right to left."""
    strong = next(kind for kind in kinds if kind == "L" or kind in _RIGHT)
    base = int(strong in _RIGHT)
    levels: list[int | None] = []
    last = base
    for kind in kinds:
        if kind in _NUMBERS:
            levels.append(2 if last == 1 else last)
        elif kind == "L" or kind in _RIGHT:
            last = 1 if kind in _RIGHT else 2 * base
            levels.append(last)
        else:
            levels.append(None)
    return _between(levels, base)


def _between(levels: list[int | None], base: int) -> list[int]:
    """Return the levels, where what has no direction has that of both neighbours, or the line's."""
    found: list[int] = []
    for number, known in enumerate(levels):
        before = found[-1] if found else base
        after = next((each for each in levels[number:] if each is not None), base)
        between = before if before == after else 1 if before and after else base
        found.append(between if known is None else known)
    return found
