"""How far the last moments of a stream are from examples, by dynamic time warping.

Sakoe and Chiba, Dynamic programming algorithm optimization for spoken word recognition, 1978. The
examples are thinned to about ten moments each; they are compared with all stretches of the stream
that end now and are at least five moments long. A distance is the sum of the Euclidean ones along
the best path, in the units of the inputs, which is the number that Wekinator sends. Moments are
counted, and not timed.

All stretches that end now begin, backwards, at the same moment. So one matrix for each example,
reckoned from the end, has the distances of all of them in its last row; and one row of it, for all
examples at once, is a running minimum (see ``gestures``).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.learning.examples import Examples, OneTake

Floats = NDArray[np.float64]

SHORTEST: Final = 5
"""Moments of a stretch, after thinning."""
THINNED: Final = 10
"""About how many moments are left of the longest example."""
MOST_FOLLOWED: Final = 60
"""Examples that are compared at once: the newest of each gesture."""
FAR: Final = float(np.finfo(np.float32).max)
"""The distance of a gesture without examples."""
_SLOWEST: Final = 1.5
"""How long a stretch may be, in the longest example: somebody may be slower."""
_BETWEEN: Final = 0.2
"""How far the limit lies from the examples of the gesture towards what is none."""
_ALONE: Final = 0.3
"""The same where the gesture was shown once."""
_STEP: Final = 0.35
"""How far a moment lies from that of an example at most, in steps: they fall between each other."""
_RELEASED: Final = 1.2
"""A gesture is over when it is so much further away than its limit."""


@dataclass(frozen=True, slots=True)
class GestureDistances:
    """The distance of each gesture, and which has begun to match: its number from 1, or 0."""

    distances: tuple[float, ...]
    matched: int


class WindowDtw:
    """Compares a stream with examples, whose labels are the numbers of ``count`` gestures.

    ``threshold`` is the distance below which a gesture matches; 0 finds it in the examples: between
    how much those of a gesture differ and how far other gestures, and standing still, are away.
    """

    def __init__(self, examples: Examples, count: int, threshold: float = 0.0) -> None:
        takes = [take for take in examples.takes if len(take.rows) and 0 < int(take.label) <= count]
        takes = _newest(takes, count) if takes else []
        self.names = examples.names
        self._count = count
        longest = max((len(take.rows) for take in takes), default=0)
        self._every = max(1, longest // THINNED)
        paths = [take.rows[:: self._every].astype(np.float64) for take in takes]
        self._labels = np.array([int(take.label) for take in takes], np.intp)
        self._paths = _Backwards(paths, len(examples.names))
        self._limits = (
            np.full(len(paths), threshold) if threshold > 0 else _limits(self._labels, paths)
        )
        recent = max(1, round(_SLOWEST * self._paths.longest))
        self._stream: deque[NDArray[np.float64]] = deque(maxlen=recent)
        self._skipped, self._matched = 0, 0

    def reset(self) -> None:
        """Forget the stream."""
        self._stream.clear()
        self._skipped, self._matched = 0, 0

    def take(self, values: NDArray[np.float32]) -> GestureDistances | None:
        """Take a moment (n,); return the distances, or None while too little is known."""
        skipped, self._skipped = self._skipped, (self._skipped + 1) % self._every
        if skipped or not len(self._labels):
            return None
        self._stream.append(values.astype(np.float64))
        if len(self._stream) < min(SHORTEST, self._paths.longest):
            return None
        far = self._paths.distances(np.array(self._stream)[::-1])
        each = [
            far[self._labels == number].min(initial=FAR) for number in range(1, self._count + 1)
        ]
        before = self._matched
        self._matched = self._nearest(far / self._limits)
        began = self._matched if self._matched != before else 0
        return GestureDistances(tuple(map(float, each)), began)

    def _nearest(self, ratios: Floats) -> int:
        """Return the gesture that matches; the one that does stays until it is clearly over."""
        best = int(ratios.argmin())
        if ratios[best] < 1:
            return int(self._labels[best])
        held = ratios[self._labels == self._matched].min(initial=np.inf)
        return self._matched if held < _RELEASED else 0


class _Backwards:
    """Examples from their ends, padded to one length."""

    def __init__(self, paths: Sequence[Floats], width: int) -> None:
        self.longest = max(map(len, paths), default=0)
        self._ends = np.array([len(path) - 1 for path in paths], np.intp)
        self._rows = np.zeros((len(paths), self.longest, width))
        for row, path in zip(self._rows, paths, strict=True):
            row[: len(path)] = path[::-1]

    def distances(self, recent: Floats) -> Floats:
        """Return the distance of each example to the nearest stretch of ``recent``.

        That is (m, n), the newest moment first.
        """
        apart = self._rows[:, :, None, :] - recent[None, None, :, :]
        costs = np.sqrt(np.einsum("eijk,eijk->eij", apart, apart))
        least = min(SHORTEST, len(recent)) - 1
        sums = np.cumsum(costs[:, 0], axis=1)
        best = np.where(self._ends == 0, sums[:, least:].min(axis=1), np.inf)
        for place in range(1, self.longest):
            cost = costs[:, place]
            aside = np.pad(sums[:, :-1], ((0, 0), (1, 0)), constant_values=np.inf)
            total = np.cumsum(cost, axis=1)
            lifted = np.minimum(sums, aside) - (total - cost)
            sums = total + np.minimum.accumulate(lifted, axis=1)
            ended = self._ends == place
            best[ended] = sums[ended][:, least:].min(axis=1)
        return best


def _newest(takes: Sequence[OneTake], count: int) -> list[OneTake]:
    """Return the newest takes of each gesture, as many as can be compared at once."""
    each = max(2, MOST_FOLLOWED // max(1, count))
    labels = [take.label for take in takes]
    return [
        take for place, take in enumerate(takes) if labels[place + 1 :].count(labels[place]) < each
    ]


def _limits(labels: NDArray[np.intp], paths: Sequence[Floats]) -> Floats:
    """Return the distance below which each example counts as made."""
    if not paths:
        return np.empty(0)
    backwards = _Backwards(paths, paths[0].shape[1])
    costs = np.array([backwards.distances(path[::-1]) for path in paths])
    found = np.empty(len(paths))
    for place, path in enumerate(paths):
        same = labels == labels[place]
        others = costs[:, place][~same]
        same[place] = False
        still = _standing(path)
        away = min(still, float(others.min(initial=np.inf)))
        own = costs[:, place][same]
        near = float(own.max()) if len(own) else 0.0
        share = _BETWEEN if len(own) else _ALONE
        near = max(near, _STEP * float(np.linalg.norm(np.diff(path, axis=0), axis=1).sum()))
        found[place] = max(near + share * max(0.0, away - near), 1e-6)
    return found


def _standing(path: Floats) -> float:
    """Return the distance of an example to standing still at the best of its places."""
    apart = path[:, None, :] - path[None, :, :]
    return float(np.sqrt((apart**2).sum(axis=2)).sum(axis=0).min())
