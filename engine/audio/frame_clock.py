"""Finds out by the clock of a JACK server what of its sound was lost, and what was only late.

Why: JACK tells all its programs of whatever is late anywhere, and PortAudio makes that the same
word as lost sound. A server that waits for its programs (``jackd -S``) was late for 195 blocks in 3
s of sound beside three busy programs, and not one sample was missing; one that does not wait lost
half of the sound at as many words. The server counts the frames of its cycles, missed ones too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

_WRAPS: Final = 1 << 32
"""Frames after which the count of a server begins anew."""


class FrameClock:
    """The frames of a server, against those that came from it."""

    def __init__(self, frames: Callable[[], int], cycle: int) -> None:
        """``frames()`` is the count at the beginning of the present cycle of ``cycle`` frames."""
        self._frames = frames
        self._cycle = cycle
        self._last: int | None = None
        self._passed = 0
        self._known = 0
        self._before = 0

    def missing(self, received: int) -> int:
        """Return how many frames were lost since it was last asked, when a block comes.

        ``received`` are those of all blocks before. It is asked for each block, and counts what is
        missing for two cycles: who is asked late looks at the next cycle, and has lost nothing.
        """
        now = self._frames()
        if self._last is None:
            self._last = now
        step = (now - self._last) % _WRAPS
        if step == 0 or step > _WRAPS // 2:
            return 0  # another block of the same cycle
        self._last = now
        self._passed += step
        behind = self._passed - received
        surely, self._before = min(behind, self._before), behind
        lost = surely - self._known
        if lost < self._cycle:
            return 0
        self._known = surely
        return lost
