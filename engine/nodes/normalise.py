"""A number of any range becomes 0 to 1."""

from __future__ import annotations

import math
from typing import Annotated, NamedTuple

from engine.core.clock import SECOND
from engine.core.messages import Ns
from engine.core.node import Node
from engine.core.parameter import Param

PAUSE = 1.0
"""Seconds: a longer silence counts as this, for who says nothing shows no other range."""

REMAINS = 0.1
"""What part of the widest range stays at least, or the trembling of what stands still would fill
it."""

SLOWER = 10.0
"""How many times longer than the range itself its width is remembered."""


class Normalised(NamedTuple):
    """Where the number lies in its range, 0 to 1, and the ends of that range."""

    value: float
    low: float
    high: float


class Normalise(Node):
    """Bring a number to 0 to 1 without being told its range: it finds lowest and highest itself.

    It says nothing until it has watched for ``learn`` and the number has moved. What was lowest and
    highest is slowly forgotten, within about ``forget``, so that it fits again when somebody
    smaller comes; ``forget = "0 s"`` never forgets. A number that stands still keeps its place: the
    range never shrinks to its trembling. Set ``least`` when you know how small a range may be.

    ``low`` and ``high`` say the range that it found.
    """

    learn: Annotated[
        float, Param("how long it watches before it says anything", 0, 3600, unit="s")
    ] = 2.0
    forget: Annotated[
        float, Param("how slowly it forgets the ends of the range; 0 s never", 0, 86400, unit="s")
    ] = 60.0
    least: Annotated[float, Param("the range is never smaller than this", 0)] = 0.0

    _low: float = math.inf
    _high: float = -math.inf
    _widest: float = 0.0
    _at: Ns | None = None
    _began: Ns = Ns(0)

    def process(self, value: float, at: Ns) -> Normalised | None:
        """Return where a number lies, or None while its range is not known."""
        if not math.isfinite(value):
            return None
        if self._at is None:
            self._began = self._at = at
        self._forget(value, min(max(0.0, (at - self._at) / SECOND), PAUSE))
        self._at = max(at, self._at)
        self._low, self._high = min(self._low, value), max(self._high, value)
        self._widest = max(self._widest, self._high - self._low)
        if (at - self._began) / SECOND < self.learn:
            return None
        return self._normalised(value)

    def reset(self) -> None:
        """Forget the range."""
        self._low, self._high, self._widest, self._at = math.inf, -math.inf, 0.0, None

    def _forget(self, value: float, passed: float) -> None:
        """Let both ends of the range come a little nearer to a number."""
        if self.forget > 0 and passed > 0 and self._low <= self._high:
            share = -math.expm1(-passed / self.forget)
            self._low += share * (value - self._low)
            self._high += share * (value - self._high)
            self._widest *= math.exp(-passed / (SLOWER * self.forget))

    def _normalised(self, value: float) -> Normalised | None:
        wanted = max(self.least, REMAINS * self._widest)
        missing = max(0.0, wanted - (self._high - self._low)) / 2
        low, high = self._low - missing, self._high + missing
        width = high - low
        if not (width > 0 and math.isfinite(width)):
            return None
        return Normalised(min(max((value - low) / width, 0.0), 1.0), low, high)
