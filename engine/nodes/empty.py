"""What becomes of a number when nobody is there."""

from __future__ import annotations

import math
from typing import Annotated

from engine.core.clock import ns
from engine.core.messages import Ns
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.fade import Fade


class Empty(Node):
    """Bring a number to rest when it no longer comes: ``empty`` on any box.

    Numbers pass as they are. When none has come for ``after``, because nobody is there or the
    camera was lost, the number goes from where it was to ``to`` within ``fade``, and rests. When
    numbers come again they pass at once; put a ``smooth`` behind it for a soft return. Says nothing
    before the first number has come.
    """

    to: Annotated[float, Param("where the number comes to rest")] = 0.0
    after: Annotated[float, Param("how long nothing must have come", 0, 3600, unit="s")] = 2.0
    fade: Annotated[float, Param("how long the way takes", 0, 3600, unit="s")] = 0.0
    when_lost: Annotated[
        bool, Param('whether a lost camera is nobody, too; not so where "on_loss" says more')
    ] = True

    _last: float | None = None
    _at: Ns = Ns(0)
    _due: Ns | None = None

    @property
    def holds_on_loss(self) -> bool | None:
        """True when a lost camera counts as nobody: the number then fades to rest."""
        return True if self.when_lost else None

    def process(self, value: float, at: Ns) -> float | None:
        """Return the number as it is."""
        if not math.isfinite(value):
            return None
        self._last, self._at = value, at
        self._due = Ns(at + ns(self.after))
        return value

    def wake(self) -> Ns | None:
        """Return when the fade begins, then when its next step is due."""
        return self._due

    def on_wake(self, at: Ns) -> float | None:
        """Return the next number of the fade."""
        if self._last is None or self._due is None or at < self._due:
            return None
        fade = Fade(self._last, self.to, Ns(self._at + ns(self.after)), ns(self.fade))
        self._due = fade.next(at)
        return fade.value(at)

    def reset(self) -> None:
        """Forget the number: a lost camera does not mean that nobody is there."""
        self._last = self._due = None
