"""Cuts a stream of sound into windows that overlap, whatever the size of its blocks.

The same samples give the same windows, however they were cut: hops are counted from the first
sample of the source. Where something is missing, or the rate changes, it begins anew: what was
before a gap says nothing about what is behind it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Block

Samples = NDArray[np.float32]

_ROOM = 8
"""For how many windows there is room behind the newest, so that they are seldom moved."""

LOUDEST = 10.0
"""Anything beyond is no sound: 20 dB above full scale."""


def passed(samples: int, rate: int, hop: float) -> int:
    """Give how many hops of so many seconds end within the first samples of a stream."""
    return int((samples + 0.5) / (hop * rate))


class Hops:
    """The newest ``window`` seconds of a stream, after each ``hop`` seconds of it.

    ``rate`` is that of the last block, in Hz, and ``broke`` whether that block did not follow the
    one before it.
    """

    def __init__(self, window: float, hop: float) -> None:
        self.rate = 0
        self.broke = False
        self._window = window
        self._hop = hop
        self._expected: int | None = None
        self._heard: Samples = np.empty(0, np.float32)
        self._count = 0

    def feed(self, block: Block) -> Iterator[Samples]:
        """Give the windows that end within a block; at the beginning they are shorter.

        Do not write to them. What is no number counts as silence.
        """
        start = self._expected
        self.broke = start is not None and (block.start != start or block.rate != self.rate)
        if self.broke:
            self.reset()
        self.rate = block.rate
        self._expected = block.start + len(block.samples)
        size = round(self._window * self.rate)
        self._put(clean(block.samples), size)
        return self._cut(block.start, self._expected, size)

    def reset(self) -> None:
        """Begin anew with the next block."""
        self._expected = None
        self._heard = np.empty(0, np.float32)
        self._count = 0

    def _put(self, samples: Samples, size: int) -> None:
        """Put samples behind the newest ``size``.

        What was heard is never moved where it lies, as windows of it may be in use.
        """
        count = self._count + len(samples)
        if count > len(self._heard):
            newest = self._heard[max(0, self._count - size) : self._count]
            self._heard = np.empty(len(newest) + len(samples) + _ROOM * size, np.float32)
            self._heard[: len(newest)] = newest
            self._count = len(newest)
            count = self._count + len(samples)
        self._heard[self._count : count] = samples
        self._count = count

    def _cut(self, start: int, end: int, size: int) -> Iterator[Samples]:
        """Give the windows of hops that end after ``start``, of the last samples before ``end``."""
        first, last = (passed(each, self.rate, self._hop) + 1 for each in (start, end))
        heard, count = self._heard, self._count
        for hop in range(first, last):
            stop = count - end + min(round(hop * self._hop * self.rate), end)
            yield heard[max(0, stop - size) : stop]


def clean(samples: Samples) -> Samples:
    """Give samples that can be reckoned with: finite, and no louder than sound can be."""
    if np.vdot(samples, samples) <= LOUDEST**2:
        return samples  # the squares of all are less than one that is too loud: nothing to mend
    if not np.isfinite(samples).all():
        samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
    return np.clip(samples, -LOUDEST, LOUDEST)
