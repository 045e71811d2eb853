"""Several cables become one."""

from __future__ import annotations

import math
from typing import TypeVar

from engine.core.node import Node

T = TypeVar("T")


class Merge(Node):
    """Make one of several: ``from = ["kick", "clap"]`` lets out whatever comes from any of them.

    Of numbers the newest counts, so of two faders the one that was moved last; of triggers, notes
    and texts each one goes on. In one moment they go in the order in which they are written.

    When one of them is lost, what has begun through here ends, and the others go on.
    """

    def process(self, value: T) -> T | None:
        """Let out what comes from the first."""
        return self.on_more(value)

    def on_more(self, more: T) -> T | None:
        """Let out what comes from another one."""
        return None if isinstance(more, float) and not math.isfinite(more) else more
