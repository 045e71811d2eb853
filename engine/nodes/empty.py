"""What becomes of a number when nobody is there."""

from __future__ import annotations

import math
from typing import Annotated, ClassVar

from engine.core.clock import ns
from engine.core.messages import Ns
from engine.core.node import Node
from engine.core.parameter import Param

STEP = ns(1 / 60)
"""As often as a projector or a desk can follow."""


class Empty(Node):
    """Bring a number to rest when it no longer comes: ``empty`` on any box.

    Numbers pass as they are. When none has come for ``after``, because nobody is there or the
    camera was lost, the number goes from where it was to ``to`` within ``fade``, and rests. When
    numbers come again they pass at once; put a ``smooth`` behind it for a soft return. Says nothing
    before the first number has come.
    """

    outlasts_loss: ClassVar[bool] = True

    to: Annotated[float, Param("where the number comes to rest")] = 0.0
    after: Annotated[float, Param("how long nothing must have come", 0, 3600, unit="s")] = 2.0
    fade: Annotated[float, Param("how long the way takes", 0, 3600, unit="s")] = 0.0

    _from: float | None = None
    _at: Ns = Ns(0)
    _due: Ns | None = None

    def process(self, value: float, at: Ns) -> float | None:
        """Pass a number."""
        if not math.isfinite(value):
            return None
        self._from, self._at = value, at
        self._due = Ns(at + ns(self.after))
        return value

    def wake(self) -> Ns | None:
        """Ask for the moment at which the way begins, and for each step on it."""
        return self._due

    def on_wake(self, at: Ns) -> float | None:
        """Take a step on the way."""
        if self._from is None or self._due is None or at < self._due:
            return None
        gone, whole = at - self._at - ns(self.after), ns(self.fade)
        if gone >= whole:
            self._due = None
            return self.to
        self._due = Ns(at + STEP)
        part = max(0.0, gone / whole) if whole else 0.0
        return (1.0 - part) * self._from + part * self.to

    # No reset: a lost camera resets every box behind it, and that is just what this one is for.
