"""A series of durations, of which the newest are kept.

Why ring buffers: a set plays for weeks. Percentiles are over the last 8192 samples, counts and
maxima over the whole time.
"""

from __future__ import annotations

from array import array

import numpy as np

from engine.core.clock import MILLISECOND

RING = 8192
_RECENT = 101


class Samples:
    """The newest durations of a series in ms, and the largest ever."""

    def __init__(self) -> None:
        self._ring = array("q", bytes(8 * RING))
        self._count = 0
        self._max = 0

    def add(self, nanoseconds: int) -> None:
        """Add one duration in ns."""
        self._ring[self._count % RING] = nanoseconds
        self._count += 1
        if nanoseconds > self._max:  # noqa: PLR1730 - max() would take as long as all the rest
            self._max = nanoseconds

    def __len__(self) -> int:
        return self._count

    def percentile(self, percent: float) -> float:
        """Return a percentile in ms, interpolated between samples; 0 without any.

        Why not by ``np.percentile``: it loads ``numpy.ma`` when first called, while a show plays.
        """
        newest = np.sort(np.frombuffer(self._ring, np.int64)[: min(self._count, RING)])
        if not len(newest):
            return 0.0
        place = percent / 100 * (len(newest) - 1)
        return round(float(np.interp(place, np.arange(len(newest)), newest)) / MILLISECOND, 4)

    def recent_median(self, most: int = _RECENT) -> float:
        """Return the median of the last few samples in ms, cheaply; 0 without samples."""
        end = self._count % RING
        few = min(self._count, most, _RECENT)
        newest = sorted(self._ring[(end - few + index) % RING] for index in range(few))
        return round(newest[few // 2] / MILLISECOND, 4) if newest else 0.0

    def summary(self, *, largest: bool = True) -> dict[str, float]:
        """Return p50, p99 and the maximum in ms."""
        numbers = {"p50": self.percentile(50), "p99": self.percentile(99)}
        return {**numbers, "max": round(self._max / MILLISECOND, 4)} if largest else numbers
