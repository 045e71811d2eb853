"""Ends everything that runs beside the loop, as long as that takes within reason."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from engine.core.clock import Clock, ns

PATIENCE = 3.0
"""Seconds that everything that stalls is waited for, all together."""


class Running(Protocol):
    """Something with a thread of its own."""

    def stop(self) -> None:
        """Have it end soon."""
        ...

    def join(self, timeout: float) -> None:
        """Wait for its end, at most for so many seconds."""
        ...


def close_all(groups: Iterable[Sequence[Running]], clock: Clock) -> None:
    """End one group after another, and all of a group at once."""
    until = clock.now() + ns(PATIENCE)
    for group in groups:
        for each in group:
            each.stop()
        for each in group:
            each.join(max(0.0, (until - clock.now()) / 1e9))
