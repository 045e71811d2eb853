"""Knobs from numbers: ridge regression, straight or by a Gaussian kernel, in closed form.

Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed. 2009, 3.4.1 and 5.8.
The penalty and the width of the kernel are those that err least when places are left out in turn: a
place is all that was taught the same knobs. Of a few places that says nothing, for what is left out
lies beyond the others and not between them: there knobs go nearly straight from one to the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.learning.examples import Examples
from engine.learning.metric import Metric, enough
from engine.learning.weights import EVEN, LessonWeights

Floats = NDArray[np.float64]

_SEED: Final = 20
_MOST: Final = 600
"""Examples that it is fitted to; of more some are drawn, always the same ones."""
_TRIED: Final = 300
"""Examples by which the penalty and the width are chosen; of more some, evenly among all."""
_PENALTIES: Final = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
_WIDTHS: Final = (0.7, 1.5, 4.0)
"""Widths of the kernel, in the root mean square spread of the examples."""
_FOLDS: Final = 5
FEW: Final = 5
"""Places, of fewer of which none is left out to choose a penalty and a width."""
_STRAIGHT: Final = (1.5, 1e-3)
"""The width and the penalty for these."""
_ALIKE: Final = 0.02
_CONTRADICTED: Final = 0.1
"""How far off what was shown itself comes back, in parts of a knob's way, so that it is told."""
_FAR: Final = 3.0
_FURTHEST: Final = 1.5
"""How far a single place may reach, in the spread of the examples, where the next is nearer."""


@dataclass(frozen=True, slots=True, eq=False)
class KernelTable:
    """All that knobs are reckoned from, as ``engine.training.lesson_graph`` writes it down.

    ``rows`` (m, n) are the examples and ``middle`` (n,) what is not known, multiplied by ``scale``
    (n,); ``weights`` (m, knobs), to which ``mean`` (knobs,) is added.
    """

    rows: Floats
    scale: Floats
    middle: Floats
    weights: Floats
    mean: Floats
    width: float
    limit: float


class Regressor:
    """Reckons the knobs of a moment from examples of both.

    ``error`` is the root mean square error of places that were left out, in parts of a knob's way.
    Of a few that were shown once each it is that of what was shown itself, where that contradicts
    itself, and else NaN; ``is_left_out`` tells which.
    """

    def __init__(self, examples: Examples, weights: LessonWeights = EVEN) -> None:
        self.names, self.knobs = examples.names, examples.knobs
        rows, targets = examples.rows(), examples.targets().astype(np.float64)
        labels, takes = examples.numbers()
        counts = weights.of_classes(examples.labels)[labels]
        if len(rows) > _MOST:
            kept = np.sort(np.random.default_rng(_SEED).permutation(len(rows))[:_MOST])
            rows, targets, counts, takes = rows[kept], targets[kept], counts[kept], takes[kept]
        places = np.unique(np.nan_to_num(targets), axis=0, return_inverse=True)[1].ravel()
        plain = Metric.plain(self.names, rows)
        self._metric = plain.weighed(weights.of_numbers(self.names))
        scaled = self._metric.scaled(rows)
        known = np.isfinite(scaled)
        self._middle = np.where(known, scaled, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        self._rows = np.where(known, scaled, self._middle)
        self._mean = known_mean(targets)
        wanted = np.where(np.isfinite(targets), targets, self._mean) - self._mean
        squares = _squares(self._rows, self._rows)
        self._limit = _reach(squares, places)
        self.is_left_out = _many(places) or _several(places, takes)
        way = np.nanmax(targets, axis=0) - np.nanmin(targets, axis=0)
        self._way = np.where(way > 0, way, 1.0)
        wanted /= self._way
        self.error, self._width, penalty = _chosen(squares, wanted, places, takes, counts)
        self._weights = _solved(_kernel(squares, self._width), wanted, penalty / counts)

    def table(self) -> KernelTable:
        """Return what knobs are reckoned from."""
        scale = 1.0 / np.sqrt(self._metric.variance)
        return KernelTable(
            self._rows,
            scale,
            self._middle,
            self._weights * self._way,
            self._mean,
            self._width,
            self._limit,
        )

    def reckon(self, values: NDArray[np.float32]) -> tuple[Floats, float] | None:
        """Return the knobs (k,) for a moment (n,), and how far it is from all that was shown.

        Beyond 1 it was never shown anything like it. None where too little is known.
        """
        scaled = self._metric.scaled(values)
        known = np.isfinite(scaled)
        if not enough(known):
            return None
        one = np.where(known, scaled, self._middle)
        squares = _squares(one[None], self._rows)
        knobs = self._mean + self._way * (_kernel(squares, self._width) @ self._weights)[0]
        return knobs, float(np.sqrt(squares.min()) / self._limit)


def known_mean(targets: Floats) -> Floats:
    """Return the mean of each column over what is known of it; 0 where nothing is."""
    known = np.isfinite(targets)
    mean: Floats = np.where(known, targets, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return mean


def _squares(one: Floats, other: Floats) -> Floats:
    """Return the mean square distances of rows (a, n) and (b, n): (a, b)."""
    middle = other.mean(axis=0)  # of numbers that lie far from 0 the squares would hide all else
    one, other = one - middle, other - middle
    found = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1) - 2.0 * one @ other.T
    return np.asarray(np.maximum(found, 0.0) / max(1, one.shape[1]))


def _kernel(squares: Floats, width: float) -> Floats:
    return np.asarray(np.exp(-squares / (2.0 * width**2)))


def _solved(kernel: Floats, wanted: Floats, penalty: Floats) -> Floats:
    """Return the weights of examples (m, k); ``penalty`` (m,) is heavy for what counts little."""
    lifted = kernel.copy()
    lifted.flat[:: len(lifted) + 1] += penalty
    return np.asarray(np.linalg.solve(lifted, wanted), np.float64)


def _chosen(
    squares: Floats,
    wanted: Floats,
    places: NDArray[np.intp],
    takes: NDArray[np.intp],
    counts: Floats,
) -> tuple[float, float, float]:
    """Return the least error, and the width and the penalty that lead to it.

    Of a few places takes are left out, where each of them has several: then the widest kernel is
    taken of those that err as little, since nothing tells what lies between.
    """
    few = not _many(places)
    if few and not _several(places, takes):
        width, penalty = _STRAIGHT
        kernel = _kernel(squares, width)
        off = kernel @ _solved(kernel, wanted, penalty / counts) - wanted
        error = float(np.sqrt(np.mean(off**2)))
        return (error if error > _CONTRADICTED else np.nan, width, penalty)
    some = np.unique(np.linspace(0, len(squares) - 1, min(len(squares), _TRIED)).astype(np.intp))
    squares, wanted, counts = squares[np.ix_(some, some)], wanted[some], counts[some]
    left = (takes if few else places)[some]
    found = [
        (error, width, penalty)
        for width in _WIDTHS
        for error, penalty in _left_out(_kernel(squares, width), wanted, left, counts)
    ]
    best = min(found)
    alike = [one for one in found if few and one[0] <= best[0] + _ALIKE]
    return max(alike, key=lambda one: (one[1], -one[2]), default=best)


def _many(places: NDArray[np.intp]) -> bool:
    """Whether there are places enough to leave some out, so that others lie around them."""
    return int(places.max(initial=0)) + 1 >= FEW


def _several(places: NDArray[np.intp], takes: NDArray[np.intp]) -> bool:
    """Whether each place was shown in more than one take."""
    return all(len(np.unique(takes[places == place])) > 1 for place in np.unique(places))


def _left_out(
    kernel: Floats, wanted: Floats, left: NDArray[np.intp], counts: Floats
) -> list[tuple[float, float]]:
    """Return for each penalty the root mean square error of what was left out, and the penalty.

    Some numbers of ``left`` are left out at a time.
    """
    order = np.unique(left, return_inverse=True)[1].ravel()
    folds = min(_FOLDS, int(order.max(initial=0)) + 1)
    totals = np.zeros(len(_PENALTIES))
    for fold in range(folds):
        out = order % folds == fold
        within, across = kernel[np.ix_(~out, ~out)], kernel[np.ix_(out, ~out)]
        for place, penalty in enumerate(_PENALTIES):
            weights = _solved(within, wanted[~out], penalty / counts[~out])
            totals[place] += ((across @ weights - wanted[out]) ** 2).sum()
    errors = np.sqrt(totals / max(1, wanted.size))
    return list(zip(errors.tolist(), _PENALTIES, strict=True))


def _reach(squares: Floats, places: NDArray[np.intp]) -> float:
    """Return how far from the examples knobs are still known.

    That goes by how far the nearest example of another place is, as most have it: what lies between
    two places is known, though each of them was shown several times.
    """
    apart = np.where(places[:, None] != places, squares, np.inf)
    near = apart.min(axis=1, initial=np.inf)
    near = near[np.isfinite(near)]
    if not len(near):
        return _FAR * 0.3
    spacing = max(0.05, float(np.sqrt(np.quantile(near, 0.9))))
    return min(_FAR * spacing, max(spacing, _FURTHEST))
