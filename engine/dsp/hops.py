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
        self._newest: Samples = np.zeros(0, np.float32)

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
        self._newest = np.concatenate([self._newest, clean(block.samples)])
        return self._cut(self._newest, block.start, self._expected)

    def _cut(self, samples: Samples, start: int, end: int) -> Iterator[Samples]:
        """Give the windows of hops that end after ``start``, of the last samples before ``end``."""
        size = round(self._window * self.rate)
        hops = range(*(passed(each, self.rate, self._hop) + 1 for each in (start, end)))
        moments = [min(round(each * self._hop * self.rate), end) for each in hops]
        ends = [len(samples) - (end - moment) for moment in moments]
        if len(samples) > size:
            self._newest = samples[len(samples) - size :].copy()
        return (samples[max(0, each - size) : each] for each in ends)

    def reset(self) -> None:
        """Begin anew with the next block."""
        self._expected = None
        self._newest = np.zeros(0, np.float32)


def clean(samples: Samples) -> Samples:
    """Give samples that can be reckoned with: finite, and no louder than sound can be."""
    if np.vdot(samples, samples) <= LOUDEST**2:
        return samples  # the squares of all are less than one that is too loud: nothing to mend
    if not np.isfinite(samples).all():
        samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
    return np.clip(samples, -LOUDEST, LOUDEST)
