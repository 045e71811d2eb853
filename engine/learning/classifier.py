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

Floats = NDArray[np.float64]

NEIGHBOURS: Final = 3
_OWN: Final = 0.95
_OTHER: Final = 0.2
_ALONE: Final = 2.5
"""How many times further than its own examples from each other a class without others reaches."""
_STILL: Final = 1.5
"""How far such a class reaches at least, in its spread."""
_LEAST: Final = 0.05
_ONCE: Final = 1.5
"""How much further a class reaches that was shown once: its examples lie too close together."""
_VIEWS: Final = 16
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


class Classifier:
    """Tells the classes of examples apart. ``reach`` is how far from them one is still known.

    It is a share, 0 to 1, of the way from the examples of a class to those of the others.
    """

    def __init__(self, examples: Examples, reach: float) -> None:
        self.names = examples.names
        self.classes = examples.labels
        self._labels, takes = examples.numbers()
        rows = examples.rows()
        self._metric = Metric.learned(self.names, rows, self._labels)
        self._rows = filled(rows, self._labels)
        self._members = [np.flatnonzero(self._labels == n) for n in range(len(self.classes))]
        self._views: dict[bytes, _View] = {}
        self._limits = self._measured(takes, reach)

    def guess(self, values: NDArray[np.float32]) -> Guess | None:
        """Return what a moment (n,) is; None where too little of it is known."""
        known = np.isfinite(values)
        if not enough(known):
            return None
        far = self._view(known).distances(values[known])
        nearest = int(far.argmin())
        near = np.array([_mean_of_nearest(far[members]) for members in self._members])
        weights = 1.0 / (near**2 + _LEAST**2) ** 2
        return Guess(
            weights / weights.sum(),
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

    def _measured(self, takes: NDArray[np.intp], reach: float) -> Floats:
        """Return how far from its examples each class reaches."""
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
        wide = [reach if many else min(1.0, _ONCE * reach) for many in several]
        return np.array([_limit(*pair) for pair in zip(own, other, wide, strict=True)])


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


def _limit(own: list[float], other: list[float], reach: float) -> float:
    near = [each for each in own if np.isfinite(each)]
    away = [each for each in other if np.isfinite(each)]
    least = float(np.quantile(near, _OWN)) if near else _LEAST
    if not away:
        return max(_ALONE * least, _STILL)
    between = float(np.quantile(away, _OTHER))
    return max(least + reach * max(0.0, between - least), _LEAST)


def _mean_of_nearest(far: Floats) -> float:
    if len(far) > NEIGHBOURS:
        far = np.partition(far, NEIGHBOURS - 1)[:NEIGHBOURS]
    return float(min(far.mean(), 1e6))
