"""Nothing is sent while the input is lost."""

from __future__ import annotations

import math
from typing import TypeVar

from engine.core.node import Node

T = TypeVar("T")


class MuteOnLoss(Node):
    """Send nothing when its input is lost, until it is back: ``on_loss = "mute"``.

    What has an end is ended: notes, presses, and people who are there no more. It is so wherever a
    patch says nothing; it must be said only behind a box that holds.
    """

    @property
    def holds_on_loss(self) -> bool | None:
        """False: the loss propagates, even from a box that holds."""
        return False

    def process(self, value: T) -> T | None:
        """Return the message, unless it is NaN or infinite."""
        return None if isinstance(value, float) and not math.isfinite(value) else value
