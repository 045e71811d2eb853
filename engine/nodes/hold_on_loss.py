"""The last value is held when the input is lost."""

from __future__ import annotations

import math
from typing import TypeVar

from engine.core.node import Node

T = TypeVar("T")


class HoldOnLoss(Node):
    """Keep the last value when its input is lost: ``on_loss = "hold"`` on any box or cable.

    Whoever gets it stays as it is, and goes on from there when the input is back. Only notes end,
    and boxes that play notes begin anew: none may sound on without a player.
    """

    @property
    def holds_on_loss(self) -> bool | None:
        """True: what it feeds plays on."""
        return True

    def process(self, value: T) -> T | None:
        """Return the message, unless it is NaN or infinite."""
        return None if isinstance(value, float) and not math.isfinite(value) else value
