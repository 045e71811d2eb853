"""What a network found in one picture, made ready for the tracker."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.dsp.landmarks.areas import Area
from engine.dsp.landmarks.similarity import Floats, Spread

SURE: Final = 0.2
"""A point that is less sure than this says nothing of where somebody is."""
SURELY: Final = 0.4
"""The share of the points, the surest, whose mean says how sure a detection is: 7 joints of 17."""
SMALLEST: Final = 0.01
"""Picture heights; nothing counts as smaller."""


@dataclass(slots=True, eq=False)
class Sighting:
    """One detection: ``points`` (k, 2) in picture heights, ``weights`` (k,) 0 where unknown.

    ``row`` is its place among those given, ``centre`` (2,) the middle of what carries it, ``size``
    the root of the surface of the box around it. ``looks`` (d,) is how it looks, each -1 to 1, NaN
    where that is not seen. ``free`` until it is laid on a track; ``turned`` where its sides were
    exchanged.
    """

    row: int
    points: Floats
    weights: Floats
    score: float
    centre: Floats
    size: float
    ignored: bool
    looks: Floats
    free: bool = True
    turned: bool = False

    def turn(self, sides: NDArray[np.intp]) -> None:
        """Exchange its sides: ``sides`` (k,) is the point of the other side of each."""
        self.points, self.weights = self.points[sides], self.weights[sides]
        self.turned = not self.turned


def sightings(
    points: NDArray[np.float32],
    aspect: float,
    scores: ArrayLike | None,
    ignore: Sequence[Area],
    spread: Spread,
    *,
    looks: ArrayLike | None = None,
) -> list[Sighting]:
    """Return the detections that hold anything finite, the surest first.

    Those that are equally sure come in the order of their numbers, so that the order in which they
    were given does not matter.
    """
    given = None if scores is None else np.asarray(scores, np.float64)
    worn = np.empty((len(points), 0)) if looks is None else np.asarray(looks, np.float64)
    worn = np.where(np.abs(worn) <= 1, worn, np.nan)
    found = []
    for row, one in enumerate(np.asarray(points, np.float64)):
        places, weights = one[:, :2], one[:, -1]
        finite = np.isfinite(one).all(axis=1)
        weights = np.where(finite & (weights >= SURE), np.minimum(weights, 1.0), 0.0)
        known = weights > 0
        score = _score(weights) if given is None else float(given[row])
        if not known.any() or not score >= 0:  # NaN too
            continue
        places = np.where(known[:, None], places, 0.0)
        ignored = any(area.holds(places[known]).mean() > 0.5 for area in ignore)
        places = places * [aspect, 1.0]
        size = extent(places[known])
        centre = middle(places, weights * spread.steady)
        score = min(score, 1.0)
        found.append(Sighting(row, places, weights, score, centre, size, ignored, worn[row]))
    return sorted(found, key=lambda one: (-one.score, one.points.tolist(), one.weights.tolist()))


def middle(points: Floats, weights: Floats) -> Floats:
    """Return the weighted mean (2,) of points (k, 2); some weight is not 0."""
    centre: Floats = weights @ points / weights.sum()
    return centre


def extent(points: Floats) -> float:
    """Return the root of the surface of the box around points, at least SMALLEST.

    A box is taken to be no thinner than a quarter of its length: arms that hang make no smaller
    body.
    """
    sides = np.ptp(points, axis=0)
    longest = float(sides.max())
    return max(float(np.sqrt(longest * max(float(sides.min()), longest / 4))), SMALLEST)


def _score(weights: Floats) -> float:
    surest = np.sort(weights)[-max(1, round(SURELY * len(weights))) :]
    return float(surest.mean())
