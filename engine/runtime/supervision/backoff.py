"""Pauses between attempts: 0.25 s, doubled after each failure, up to 5 s."""

from __future__ import annotations

from typing import Final

FIRST: Final = 0.25
LONGEST: Final = 5.0


class BackOff:
    """The pauses between the attempts of one task."""

    def __init__(self) -> None:
        self._next = FIRST

    def next(self, *, held: bool = False) -> float:
        """Return the next pause in seconds; ``held``: whether the last attempt had succeeded."""
        pause = FIRST if held else self._next
        self._next = min(2 * pause, LONGEST)
        return pause
