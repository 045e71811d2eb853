"""How long to wait before what failed is tried again: 0.25 s, then twice as long, up to 5 s."""

from __future__ import annotations

from typing import Final

FIRST: Final = 0.25
LONGEST: Final = 5.0


class BackOff:
    """The pauses of one thing that is tried again and again."""

    def __init__(self) -> None:
        self._next = FIRST

    def next(self, *, held: bool = False) -> float:
        """Give the next pause in seconds; ``held`` says that the last attempt did well."""
        pause = FIRST if held else self._next
        self._next = min(2 * pause, LONGEST)
        return pause
