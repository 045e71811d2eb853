"""How far two moments are apart, by a measure that is learned from the spread of what was shown.

What scatters within one class counts little, what is always the same there counts much: the
inverse of the covariance within classes, drawn towards its diagonal, as in regularised discriminant
analysis (Friedman 1989; Hastie, Tibshirani and Friedman, The Elements of Statistical Learning,
2009, 4.3.1).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.learning.named_numbers import group_of

Floats = NDArray[np.float64]

_LEAST: Final = 1e-4
"""The least variance: a hundredth of a stature, or of a fader's way. Where no number ever moves as
far, it is that of the one that moves most: what is measured in millionths is learned as well."""
_FLOOR: Final = 0.01
"""The least variance within a class, in parts of the variance of all: twenty moments of one held
pose are nearly the same moment."""
_SHRINK: Final = 0.1
"""How far the covariance is drawn towards its diagonal."""
_NARROWEST: Final = 1e-6
"""The least eigenvalue of a correlation that is divided by."""
_WIDEST: Final = 96
"""Numbers of which a covariance is learned; of more each counts by itself."""
KNOWN: Final = 0.4
"""The part of the numbers that two moments must share to be compared."""


class Metric:
    """Distances between moments: root mean squares over the numbers that both are known of.

    ``covariance``: float64, shape (n, n), or (n,) where each number counts by itself.
    """

    def __init__(self, covariance: Floats) -> None:
        self.covariance = covariance

    @property
    def variance(self) -> Floats:
        """The variance of each number by itself: float64, shape (n,)."""
        return self.covariance if self.covariance.ndim == 1 else np.diag(self.covariance)

    @classmethod
    def learned(
        cls, names: Sequence[str], rows: NDArray[np.float32], labels: NDArray[np.intp]
    ) -> Metric:
        """Return the metric of examples: ``rows`` (m, n) and the number of the class of each."""
        wide = rows.astype(np.float64)
        classes = np.unique(labels)
        overall = _by_group(names, _variance(wide))
        floor = _FLOOR * overall + (_least(names, overall) if len(classes) > 1 else _LEAST)
        apart = wide.copy()
        for label in classes:
            apart[labels == label] -= _mean(wide[labels == label])
        apart = np.nan_to_num(apart)
        if wide.shape[1] > _WIDEST:
            return cls((apart**2).sum(axis=0) / max(1, len(wide)) + floor)
        covariance = apart.T @ apart / max(1, len(wide))
        diagonal = np.diag(np.diag(covariance))
        return cls((1 - _SHRINK) * covariance + _SHRINK * diagonal + np.diag(floor))

    @classmethod
    def plain(cls, names: Sequence[str], rows: NDArray[np.float32]) -> Metric:
        """Return the metric by the spread of all, one for all points of a body."""
        overall = _by_group(names, _variance(rows.astype(np.float64)))
        return cls(overall + _least(names, overall))

    def weighed(self, weights: Floats) -> Metric:
        """Return the metric where each number counts by its weight: ``weights`` (n,), above 0."""
        counts = weights / weights.mean() if len(weights) else weights
        if self.covariance.ndim == 1:
            return Metric(self.covariance / counts)
        root = np.sqrt(counts)
        return Metric(self.covariance / np.outer(root, root))

    def scale(self, known: NDArray[np.bool_]) -> Floats:
        """Return by what rows of the numbers that are known (k,) are multiplied: (k, k) or (k,).

        Distances are then plain ones.
        """
        count = max(1, int(known.sum()))
        each = 1.0 / np.sqrt(count * self.variance[known])
        if self.covariance.ndim == 1:
            return np.asarray(each)
        spread = np.sqrt(self.variance[known])
        correlation = self.covariance[np.ix_(known, known)] / np.outer(spread, spread)
        values, vectors = np.linalg.eigh(correlation)  # of covariances it would lose small numbers
        return np.asarray(each[:, None] * vectors / np.sqrt(np.maximum(values, _NARROWEST)))

    def scaled(self, rows: NDArray[np.float32]) -> Floats:
        """Return rows (m, n) in the scale of each number; what is not known stays NaN."""
        return np.asarray(rows / np.sqrt(self.variance))


def enough(known: NDArray[np.bool_]) -> bool:
    """Whether enough of the numbers of a moment are known to compare it."""
    return bool(known.sum() >= max(1.0, KNOWN * len(known)))


def filled(rows: NDArray[np.float32], labels: NDArray[np.intp]) -> Floats:
    """Return rows (m, n) in which what is not known is the mean of the class, or of all."""
    wide = rows.astype(np.float64)
    overall = np.nan_to_num(_mean(wide))
    for label in np.unique(labels):
        mean = _mean(wide[labels == label])
        mean = np.where(np.isfinite(mean), mean, overall)
        wide[labels == label] = np.where(
            np.isfinite(wide[labels == label]), wide[labels == label], mean
        )
    return wide


def _mean(rows: Floats) -> Floats:
    """Return the mean of each number over what is known of it; NaN where nothing is."""
    known = np.isfinite(rows)
    count = known.sum(axis=0)
    total: Floats = np.where(known, rows, 0.0).sum(axis=0)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _variance(rows: Floats) -> Floats:
    """Return the variance of each number over what is known of it; 0 where nothing is."""
    known = np.isfinite(rows)
    count = np.maximum(known.sum(axis=0), 1)
    filled = np.where(known, rows, 0.0)
    mean = filled.sum(axis=0) / count
    squares = np.where(known, rows - mean, 0.0) ** 2
    found: Floats = squares.sum(axis=0) / count
    return found


def _least(names: Sequence[str], variance: Floats) -> float:
    """Return the least variance; the places of a body have a scale of their own."""
    most = float(variance.max(initial=0.0))
    placed = any(group_of(name) != name for name in names)
    return _LEAST if placed or most == 0.0 else min(_LEAST, most)


def _by_group(names: Sequence[str], variance: Floats) -> Floats:
    groups = np.unique([group_of(name) for name in names], return_inverse=True)[1]
    if not len(groups):
        return variance
    mean = np.bincount(groups, variance) / np.bincount(groups)
    return np.asarray(mean[groups], np.float64)
