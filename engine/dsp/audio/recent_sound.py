"""The last seconds of a stream of sound, by the numbers of their samples."""

from __future__ import annotations

from collections import deque

import numpy as np

from engine.core.messages import Block
from engine.dsp.audio.hops import Samples, clean


class RecentSound:
    """Keeps blocks that follow each other; ``end`` is the number of the next sample."""

    def __init__(self) -> None:
        self.end = 0
        self._blocks: deque[tuple[int, Samples]] = deque()

    def add(self, block: Block, seconds: float) -> None:
        """Add a block, and forget what is longer ago; one after a gap is kept alone."""
        if block.start != self.end:
            self._blocks.clear()
        self._blocks.append((block.start, clean(block.samples)))
        self.end = block.start + len(block.samples)
        least = self.end - round(seconds * block.rate)
        while self._blocks and self._blocks[0][0] + len(self._blocks[0][1]) <= least:
            self._blocks.popleft()

    def clear(self) -> None:
        """Forget all of it."""
        self._blocks.clear()

    def take(self, begin: int, end: int) -> Samples:
        """Return the samples from one number to another, as far as they are there."""
        parts = [
            samples[max(0, begin - start) : max(0, end - start)]
            for start, samples in self._blocks
            if start < end and start + len(samples) > begin
        ]
        return np.concatenate(parts) if parts else np.empty(0, np.float32)
