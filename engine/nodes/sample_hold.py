"""Take a value and keep it."""

from __future__ import annotations

import math
from typing import Any, TypeVar

from engine.core.messages import Ns, Trigger
from engine.core.node import Node

T = TypeVar("T")


class SampleHold(Node):
    """Take what something is at the moment of a trigger, and say nothing until the next one.

    ``from`` is what is watched, ``take`` the trigger: with ``from = "reach"`` and
    ``take = { from = "kick" }`` the reach jumps with each kick. A trigger that comes before there
    is anything to take gives nothing. What comes in the same moment as the trigger counts.
    """

    _value: Any = None
    _taken: Ns | None = None

    def needs(self) -> tuple[str, ...]:
        """Return its trigger, without which it would never speak."""
        return ("take",)

    def process(self, value: T) -> T | None:
        """Remember what came; return nothing."""
        if not isinstance(value, float) or math.isfinite(value):
            self._value = value
        return None

    def on_take(self, take: Trigger, at: Ns) -> None:
        """Take the value once all that belongs to this moment has come."""
        self._taken = at

    def wake(self) -> Ns | None:
        """Return the moment of a trigger that has not been answered."""
        return self._taken

    def on_wake(self, at: Ns) -> Any:
        """Return the value of the moment of the trigger."""
        if self._taken is None or at < self._taken:
            return None
        self._taken = None
        return self._value

    def reset(self) -> None:
        """Forget the value: it is from before the gap."""
        self._value = self._taken = None
