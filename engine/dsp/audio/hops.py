"""Cut a stream of sound into overlapping windows, whatever the size of its blocks.

The same samples give the same windows however they were split into blocks: hops are counted from
the first sample of the source. After a gap or a change of sample rate the windows start afresh.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Block

Samples = NDArray[np.float32]

_SPARE_WINDOWS = 8
"""Buffer space behind the newest window, in windows, so that samples are seldom moved."""

LOUDEST = 10.0
"""Largest amplitude accepted: 20 dB above full scale."""


def hops_within(samples: int, rate: int, hop: float) -> int:
    """Return how many hops of ``hop`` seconds end within the first ``samples`` of a stream."""
    return int((samples + 0.5) / (hop * rate))


class Hops:
    """Yields the newest ``window`` seconds of a stream after each ``hop`` seconds.

    ``rate`` is the sample rate of the last block in Hz; ``gap`` is whether that block did not
    continue the one before it.
    """

    def __init__(self, window: float, hop: float) -> None:
        self.rate = 0
        self.gap = False
        self._window = window
        self._hop = hop
        self._expected: int | None = None
        self._buffer: Samples = np.empty(0, np.float32)
        self._count = 0

    def feed(self, block: Block) -> Iterator[Samples]:
        """Yield the windows that end within a block; the first ones are shorter.

        Windows are float32, shape (n,), and must not be written to. NaN and infinities become
        silence.
        """
        start = self._expected
        self.gap = start is not None and (block.start != start or block.rate != self.rate)
        if self.gap:
            self.reset()
        self.rate = block.rate
        self._expected = block.start + len(block.samples)
        size = round(self._window * self.rate)
        self._append(clean(block.samples), size)
        return self._windows(block.start, self._expected, size)

    def reset(self) -> None:
        """Start afresh with the next block."""
        self._expected = None
        self._buffer = np.empty(0, np.float32)
        self._count = 0

    def _append(self, samples: Samples, size: int) -> None:
        """Append samples behind the newest ``size``.

        Samples already in the buffer are never moved in place, as windows of it may be in use.
        """
        count = self._count + len(samples)
        if count > len(self._buffer):
            newest = self._buffer[max(0, self._count - size) : self._count]
            self._buffer = np.empty(len(newest) + len(samples) + _SPARE_WINDOWS * size, np.float32)
            self._buffer[: len(newest)] = newest
            self._count = len(newest)
            count = self._count + len(samples)
        self._buffer[self._count : count] = samples
        self._count = count

    def _windows(self, start: int, end: int, size: int) -> Iterator[Samples]:
        """Yield the window of each hop that ends in (start, end], in samples of the source."""
        first, last = (hops_within(each, self.rate, self._hop) + 1 for each in (start, end))
        buffer, count = self._buffer, self._count
        for hop in range(first, last):
            stop = count - end + min(round(hop * self._hop * self.rate), end)
            yield buffer[max(0, stop - size) : stop]


def clean(samples: Samples) -> Samples:
    """Return samples that are finite and within ±LOUDEST; valid input is returned as it is."""
    if np.vdot(samples, samples) <= LOUDEST**2:
        return samples  # their energy is below that of a single sample that is too loud
    if not np.isfinite(samples).all():
        samples = np.nan_to_num(samples, nan=0.0, posinf=0.0, neginf=0.0)
    return np.clip(samples, -LOUDEST, LOUDEST)
