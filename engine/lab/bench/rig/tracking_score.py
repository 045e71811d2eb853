"""How well ids hold: switches, fragments and IDF1 of what a tracker told against the truth.

Switches and fragments are those of CLEAR MOT (Bernardin & Stiefelhagen 2008), IDF1 that of Ristani
et al. 2016. One told and one true are the same where they lie alike by ALIKE or more.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.core.skeletons import COCO_17
from engine.dsp.landmarks.assignment import assign, cheapest
from engine.dsp.landmarks.sighting import extent
from engine.dsp.landmarks.similarity import similarity, spread

ALIKE = 0.4
"""OKS: above it, nobody would say that it is somebody else."""
_NEVER = 1e6

Bodies = Mapping[int, NDArray[np.float32]]
"""Everybody in a picture by id: points (k, 3), those of no confidence unknown."""
Table = NDArray[np.float64]


@dataclass(frozen=True)
class Ids:
    """Counts over some footage; ``idf1`` is 0 to 1."""

    switches: int
    fragments: int
    idf1: float
    truths: int
    told: int
    found: int


@dataclass(frozen=True)
class Sights:
    """One picture: the true ids, the told ids, and how alike each pair lies, (truths, told)."""

    truths: Sequence[int]
    told: Sequence[int]
    alike: Table


def seen(truths: Bodies, told: Bodies, aspect: float) -> Sights:
    """Return how alike the true and the told bodies of a picture lie, by OKS."""
    table = np.zeros((len(truths), len(told)))
    sigmas = spread(COCO_17).k
    for row, true in enumerate(truths.values()):
        places = true[:, :2] * [aspect, 1.0]
        known = true[:, 2] > 0
        size = np.array(extent(places))
        for column, points in enumerate(told.values()):
            apart = ((places - points[:, :2] * [aspect, 1.0]) ** 2).sum(axis=1)
            weights = (known & (points[:, 2] > 0)).astype(float)
            table[row, column] = similarity(apart, weights, size, sigmas, np.zeros(()))[0]
    return Sights(list(truths), list(told), table)


def score(pictures: Sequence[Sights], alike: float = ALIKE) -> Ids:
    """Return how well ids held over pictures in order of time."""
    last: dict[int, int] = {}
    found_before: set[int] = set()
    lost: set[int] = set()
    together: Counter[tuple[int, int]] = Counter()
    switches = fragments = found = 0
    for picture in pictures:
        pairs = _matched(picture, last, alike)
        found += len(pairs)
        for true, told in pairs.items():
            switches += last.get(true, told) != told
            last[true] = told
            if true in lost:
                fragments += 1
                lost.discard(true)
        lost |= {true for true in found_before if true in picture.truths and true not in pairs}
        found_before |= pairs.keys()
        together.update(
            (true, told)
            for row, true in enumerate(picture.truths)
            for column, told in enumerate(picture.told)
            if picture.alike[row, column] >= alike
        )
    truths = sum(len(picture.truths) for picture in pictures)
    told_ = sum(len(picture.told) for picture in pictures)
    idf1 = 2 * _most_together(together) / max(truths + told_, 1)
    return Ids(switches, fragments, idf1, truths, told_, found)


def _matched(picture: Sights, last: Mapping[int, int], alike: float) -> dict[int, int]:
    """Return the told id of each true one: as it was before where that still fits."""
    pairs: dict[int, int] = {}
    for row, true in enumerate(picture.truths):
        before = last.get(true, -1)
        if before in picture.told and before not in pairs.values():
            column = picture.told.index(before)
            if picture.alike[row, column] >= alike:
                pairs[true] = before
    rows = [row for row, true in enumerate(picture.truths) if true not in pairs]
    taken = set(pairs.values())
    columns = [column for column, told in enumerate(picture.told) if told not in taken]
    rest = picture.alike[np.ix_(rows, columns)]
    costs = np.where(rest >= alike, 1 - rest, _NEVER)
    for row, column in cheapest(costs, _NEVER):
        pairs[picture.truths[rows[row]]] = picture.told[columns[column]]
    return pairs


def _most_together(together: Counter[tuple[int, int]]) -> int:
    """Return in how many pictures ids agree when each true one is given its best told one."""
    truths = sorted({true for true, _ in together})
    told = sorted({told for _, told in together})
    costs = [[-float(together[true, one]) for one in told] for true in truths]
    return round(-sum(costs[row][column] for row, column in assign(costs)))
