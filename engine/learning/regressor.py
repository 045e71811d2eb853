"""Knobs from numbers: ridge regression, straight or by a Gaussian kernel, in closed form.

Hastie, Tibshirani and Friedman, The Elements of Statistical Learning, 2nd ed. 2009, 3.4.1 and 5.8.
The penalty and the width of the kernel are those that err least when takes are left out in turn.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.learning.examples import Examples
from engine.learning.metric import Metric

Floats = NDArray[np.float64]

_SEED: Final = 20
_MOST: Final = 600
"""Examples that it is fitted to; of more some are drawn, always the same ones."""
_PENALTIES: Final = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)
_WIDTHS: Final = (0.7, 1.5, 4.0)
"""Widths of the kernel, in the root mean square spread of the examples."""
_FOLDS: Final = 5
_FEW: Final = 4
"""Fewer takes than this say nothing of penalties: each one that is left out was a place of its
own. What was shown is then given again as it was."""
_WIDTH: Final = 1.5
_FAR: Final = 3.0


class Regressor:
    """Reckons the knobs of a moment from examples of both.

    ``error`` is the root mean square error of takes that were left out, in parts of a knob's way.
    """

    def __init__(self, examples: Examples) -> None:
        self.names, self.knobs = examples.names, examples.knobs
        rows, targets = examples.rows(), examples.targets().astype(np.float64)
        _, takes = examples.numbers()
        if len(rows) > _MOST:
            kept = np.sort(np.random.default_rng(_SEED).permutation(len(rows))[:_MOST])
            rows, targets, takes = rows[kept], targets[kept], takes[kept]
        self._metric = Metric.plain(self.names, rows)
        scaled = self._metric.scaled(rows)
        known = np.isfinite(scaled)
        self._middle = np.where(known, scaled, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
        self._rows = np.where(known, scaled, self._middle)
        self._mean = _known_mean(targets)
        wanted = np.where(np.isfinite(targets), targets, self._mean) - self._mean
        squares = _squares(self._rows, self._rows)
        self._limit = _FAR * _spacing(squares, takes)
        way = np.nanmax(targets, axis=0) - np.nanmin(targets, axis=0)
        self._way = np.where(way > 0, way, 1.0)
        wanted /= self._way
        few = len(np.unique(takes)) < _FEW
        self.error, self._width, penalty = min(
            (_left_out(_kernel(squares, width), wanted, takes, penalty), width, penalty)
            for width in ((_WIDTH,) if few else _WIDTHS)
            for penalty in ((_PENALTIES[0],) if few else _PENALTIES)
        )
        self._weights = _solved(_kernel(squares, self._width), wanted, penalty)

    def reckon(self, values: NDArray[np.float32]) -> tuple[Floats, float] | None:
        """Return the knobs (k,) for a moment (n,), and how far it is from all that was shown.

        Beyond 1 it was never shown anything like it. None where too little is known.
        """
        scaled = self._metric.scaled(values)
        known = np.isfinite(scaled)
        if known.sum() < max(1.0, 0.4 * len(scaled)):
            return None
        one = np.where(known, scaled, self._middle)
        squares = _squares(one[None], self._rows)
        knobs = self._mean + self._way * (_kernel(squares, self._width) @ self._weights)[0]
        return knobs, float(np.sqrt(squares.min()) / self._limit)


def _known_mean(targets: Floats) -> Floats:
    known = np.isfinite(targets)
    mean: Floats = np.where(known, targets, 0.0).sum(axis=0) / np.maximum(known.sum(axis=0), 1)
    return mean


def _squares(one: Floats, other: Floats) -> Floats:
    """Return the mean square distances of rows (a, n) and (b, n): (a, b)."""
    found = (one**2).sum(axis=1)[:, None] + (other**2).sum(axis=1) - 2.0 * one @ other.T
    return np.asarray(np.maximum(found, 0.0) / max(1, one.shape[1]))


def _kernel(squares: Floats, width: float) -> Floats:
    return np.asarray(np.exp(-squares / (2.0 * width**2)))


def _solved(kernel: Floats, wanted: Floats, penalty: float) -> Floats:
    return np.asarray(np.linalg.solve(kernel + penalty * np.eye(len(kernel)), wanted), np.float64)


def _left_out(kernel: Floats, wanted: Floats, takes: NDArray[np.intp], penalty: float) -> float:
    """Return the root mean square error of takes that were left out, some at a time."""
    order = np.unique(takes, return_inverse=True)[1]
    folds = min(_FOLDS, int(order.max(initial=0)) + 1)
    if folds < 2:
        fitted = kernel @ _solved(kernel, wanted, penalty)
        return float(np.sqrt(np.mean((fitted - wanted) ** 2)))
    total = 0.0
    for fold in range(folds):
        out = order % folds == fold
        weights = _solved(kernel[np.ix_(~out, ~out)], wanted[~out], penalty)
        total += float(((kernel[np.ix_(out, ~out)] @ weights - wanted[out]) ** 2).sum())
    return float(np.sqrt(total / max(1, wanted.size)))


def _spacing(squares: Floats, takes: NDArray[np.intp]) -> float:
    """Return how far the example of another take is that is nearest, as most have it."""
    apart = np.where(takes[:, None] != takes, squares, np.inf)
    near = apart.min(axis=1, initial=np.inf)
    near = near[np.isfinite(near)]
    return max(0.05, float(np.sqrt(np.quantile(near, 0.9)))) if len(near) else 0.3
