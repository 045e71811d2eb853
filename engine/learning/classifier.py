"""Classes by nearest neighbours, which abstains from what it was never shown.

A moment is unknown where it is further from all examples than these are from each other, by a
share of the way to the examples of other classes: nearest neighbours with a reject option (Hellman
1970; the distance reject of Dubuisson and Masson 1993).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.learning.examples import Examples
from engine.learning.metric import Metric, enough, filled
from engine.learning.weights import EVEN, LessonWeights

Floats = NDArray[np.float64]

NEIGHBOURS: Final = 3
_OWN: Final = 0.95
_OTHER: Final = 0.2
_ALONE: Final = 2.5
"""How many times further than its own examples from each other a class without others reaches."""
_STILL: Final = 1.5
"""How far such a class reaches at least, in its spread."""
LEAST: Final = 0.05
"""A distance below which nothing is nearer."""
_ONCE: Final = 1.5
"""How much further a class reaches that was shown once: its examples lie too close together."""
_VIEWS: Final = 16
FURTHEST: Final = 1e6
_SAMPLE: Final = 300
"""Examples by which limits are measured, at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Guess:
    """What a moment is taken for: ``shares`` of the classes, float64, (classes,), which sum to 1.

    ``distance`` is how far the nearest example is, where 1 is the limit beyond which it is unknown;
    ``nearest`` is the number of that example.
    """

    shares: Floats
    distance: float
    nearest: int

    @property
    def best(self) -> int:
        """The number of the likeliest class."""
        return int(self.shares.argmax())


@dataclass(frozen=True, slots=True, eq=False)
class NearestTable:
    """All that a guess of a whole moment needs, as ``engine.training.lesson_graph`` writes it down.

    ``rows`` (m, n) are the examples, ``scale`` (n, n) or (n,) what they and a moment are multiplied
    by, ``labels`` (m,) the number of the class of each, ``limits`` and ``weights`` (classes,).
    """

    rows: Floats
    scale: Floats
    labels: NDArray[np.intp]
    limits: Floats
    weights: Floats


class Classifier:
    """Tells the classes of examples apart. ``reach`` is how far from them one is still known.

    It is a share, 0 to 1, of the way from the examples of a class to those of the others.
    """

    def __init__(self, examples: Examples, reach: float, weights: LessonWeights = EVEN) -> None:
        self.names = examples.names
        self.classes = examples.labels
        self._labels, takes = examples.numbers()
        rows = examples.rows()
        learned = Metric.learned(self.names, rows, self._labels)
        self._metric = learned.weighed(weights.of_numbers(self.names))
        self._weights = weights.of_classes(self.classes)
        self._rows = filled(rows, self._labels)
        self._members = [np.flatnonzero(self._labels == n) for n in range(len(self.classes))]
        self._views: dict[bytes, _View] = {}
        self._reaches = self._measured(takes)
        self.set_reach(reach)

    def set_reach(self, reach: float) -> None:
        """Set how far from the examples one is still known, 0 to 1."""
        self._limits = np.array([one.limit(reach) for one in self._reaches])

    def table(self) -> NearestTable:
        """Return what a guess is made from, where all numbers are known."""
        scale = self._metric.scale(np.ones(len(self.names), bool))
        return NearestTable(self._rows, scale, self._labels, self._limits, self._weights)

    def guess(self, values: NDArray[np.float32]) -> Guess | None:
        """Return what a moment (n,) is; None where too little of it is known."""
        known = np.isfinite(values)
        if not enough(known):
            return None
        far = self._view(known).distances(values[known])
        nearest = int(far.argmin())
        near = np.array([_mean_of_nearest(far[members]) for members in self._members])
        shares = self._weights / (near**2 + LEAST**2) ** 2
        return Guess(
            shares / shares.sum(),
            float(far[nearest] / self._limits[self._labels[nearest]]),
            nearest,
        )

    def _view(self, known: NDArray[np.bool_]) -> _View:
        """Return the examples as they are seen where only some numbers are known."""
        mark = known.tobytes()
        if mark not in self._views:
            if len(self._views) >= _VIEWS:
                self._views.pop(next(iter(self._views)))
            self._views[mark] = _View(self._rows[:, known], self._metric.scale(known))
        return self._views[mark]

    def _measured(self, takes: NDArray[np.intp]) -> list[_Reach]:
        """Return for each class how far its examples are from each other, and from the rest."""
        count = len(self._rows)
        chosen = np.unique(np.linspace(0, count - 1, min(count, _SAMPLE)).astype(np.intp))
        several = [len(np.unique(takes[members])) > 1 for members in self._members]
        own: list[list[float]] = [[] for _ in self.classes]
        other: list[list[float]] = [[] for _ in self.classes]
        view = self._view(np.ones(len(self.names), bool))
        for row in chosen:
            label = self._labels[row]
            far = view.distances(self._rows[row])
            same = self._labels == label
            apart = takes != takes[row] if several[label] else np.arange(count) != row
            own[label].append(far[same & apart].min(initial=np.inf))
            other[label].append(far[~same].min(initial=np.inf))
        return [_reach(*found) for found in zip(own, other, several, strict=True)]


@dataclass(frozen=True, slots=True)
class _Reach:
    """How far the examples of a class are from each other, and from those of others, as most are.

    ``between`` is infinite for a class alone; ``several`` says that it has more than one take.
    """

    least: float
    between: float
    several: bool

    def limit(self, reach: float) -> float:
        """Return how far from its examples something is still known."""
        if not np.isfinite(self.between):
            return max(_ALONE * self.least, _STILL)
        share = reach if self.several else min(1.0, _ONCE * reach)
        return max(self.least + share * max(0.0, self.between - self.least), LEAST)


def _reach(own: list[float], other: list[float], several: bool) -> _Reach:
    near = [each for each in own if np.isfinite(each)]
    away = [each for each in other if np.isfinite(each)]
    return _Reach(
        float(np.quantile(near, _OWN)) if near else LEAST,
        float(np.quantile(away, _OTHER)) if away else np.inf,
        several,
    )


class _View:
    """Examples by the numbers that are known: ``rows`` (m, k), multiplied by ``scale``."""

    def __init__(self, rows: Floats, scale: Floats) -> None:
        self._scale = scale
        self._rows = self._scaled(rows)

    def distances(self, one: Floats | NDArray[np.float32]) -> Floats:
        """Return how far the examples are from a moment (k,): (m,)."""
        apart = self._rows - self._scaled(one)
        return np.asarray(np.sqrt(np.einsum("ij,ij->i", apart, apart)))

    def _scaled(self, rows: Floats | NDArray[np.float32]) -> Floats:
        return np.asarray(rows @ self._scale if self._scale.ndim == 2 else rows * self._scale)


def _mean_of_nearest(far: Floats) -> float:
    if len(far) > NEIGHBOURS:
        far = np.partition(far, NEIGHBOURS - 1)[:NEIGHBOURS]
    return float(min(far.mean(), FURTHEST))
