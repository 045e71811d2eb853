"""Numbers that glide together to where they are wanted, computed from moments: nothing drifts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.messages import Ns

_ZERO = Ns(0)

Numbers = NDArray[np.float32]
"""Shape (n,); the same n from one moment to the next."""


@dataclass
class Glide:
    """Numbers on their way, in a straight line, from what was wanted to what is wanted now."""

    _from: Numbers | None = None
    _goal: Numbers | None = None
    _begun: Ns = _ZERO
    _last: Ns = _ZERO

    def reset(self) -> None:
        """Forget where the numbers were: what is wanted next is there at once."""
        self._from = self._goal = None

    def read(self, wanted: Numbers, at: Ns, takes: float) -> Numbers:
        """Return the numbers at a moment; ``takes`` is how many seconds a whole way lasts."""
        if self._goal is None or self._goal.shape != wanted.shape:
            self._from = self._goal = wanted
        elif not np.array_equal(wanted, self._goal):
            # It begins at the moment before, where the way so far is known to have led, so that
            # what never rests moves all the same.
            before = self._last
            self._from, self._goal, self._begun = self._on_the_way(before, takes), wanted, before
        self._last = at
        return self._on_the_way(at, takes)

    def _on_the_way(self, at: Ns, takes: float) -> Numbers:
        assert self._from is not None and self._goal is not None
        whole = ns(takes)
        gone = (at - self._begun) / whole if whole else 1.0
        if gone >= 1:
            return self._goal
        return self._from + np.float32(max(gone, 0.0)) * (self._goal - self._from)
