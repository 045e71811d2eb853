"""A number fades to rest when its input is lost."""

from __future__ import annotations

import math
from typing import Annotated, TypeVar

from engine.core.clock import ns
from engine.core.messages import Ns
from engine.core.node import Node
from engine.core.parameter import Param
from engine.dsp.fade import Fade

Number = TypeVar("Number", bool, int, float)


class RestOnLoss(Node):
    """Bring a number to rest when its input is lost: ``on_loss = "rest"`` on any box or cable.

    It goes from where it was to ``to`` within ``fade``; a switch goes there at the end of the way.
    Numbers that come again pass at once. Says nothing before the first number has come.
    """

    to: Annotated[float, Param("where the number comes to rest")] = 0.0
    fade: Annotated[float, Param("how long the way takes", 0, 3600, unit="s")] = 0.0

    _last: bool | int | float | None = None
    _fade: Fade | None = None
    _due: Ns | None = None

    @property
    def holds_on_loss(self) -> bool | None:
        """True: what it feeds gets the fade instead of a reset."""
        return True

    def process(self, value: Number) -> Number | None:
        """Return the number as it is."""
        if not math.isfinite(value):
            return None
        self._last, self._fade, self._due = value, None, None
        return value

    def on_input_lost(self, at: Ns) -> None:
        """Start the fade."""
        if self._last is not None and self._fade is None:
            self._fade = Fade(float(self._last), self.to, at, ns(self.fade))
            self._due = at

    def wake(self) -> Ns | None:
        """Return when the next step of the fade is due."""
        return self._due

    def on_wake(self, at: Ns) -> bool | int | float | None:
        """Return the next number of the fade."""
        if self._fade is None or self._due is None or at < self._due:
            return None
        self._due = self._fade.next(at)
        return self._like_the_last(self._fade.value(at))

    def _like_the_last(self, value: float) -> bool | int | float:
        """Return the number in the type that came: a switch, a whole number, or a float."""
        if isinstance(self._last, bool):
            return value > 0
        return round(value) if isinstance(self._last, int) else value
