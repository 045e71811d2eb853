"""Stop everything that runs beside the loop, within a time limit."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from engine.core.clock import Clock, ns

PATIENCE = 3.0
"""Seconds that all stalled threads are waited for together."""


class Running(Protocol):
    """Something with a thread of its own."""

    def stop(self) -> None:
        """Request its end, without waiting."""
        ...

    def join(self, timeout: float) -> None:
        """Wait for its end, at most ``timeout`` seconds."""
        ...


def close_all(groups: Iterable[Sequence[Running]], clock: Clock) -> None:
    """Stop the groups one after another, and the members of a group at once."""
    until = clock.now() + ns(PATIENCE)
    for group in groups:
        for each in group:
            each.stop()
        for each in group:
            each.join(max(0.0, (until - clock.now()) / 1e9))
