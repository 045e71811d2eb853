"""What pages hold down: each ends with the finger, and with the page whose finger it is.

A page renews what it holds a few times a second. A page that has gone, sleeps or hangs renews
nothing, so that nothing stays held: a recording would go on for ever.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

LAPSE_S: Final = 1.5
"""After so many seconds without renewal a hold is over."""

Held = tuple[str, str]
"""A box and its parameter."""


@dataclass(slots=True)
class _Hold:
    client: object
    until: float


class Holds:
    """Who holds what. ``let_go`` ends one, and returns whether that could be said.

    ``clock`` returns seconds.
    """

    def __init__(self, let_go: Callable[[Held], bool], clock: Callable[[], float]) -> None:
        self._let_go = let_go
        self._clock = clock
        self._holds: dict[Held, _Hold] = {}
        self._ending: set[Held] = set()

    def begin(self, held: Held, client: object) -> None:
        """Begin to hold; it is no longer another page's, whose finger then ends nothing."""
        self._ending.discard(held)
        self._holds[held] = _Hold(client, self._clock() + LAPSE_S)

    def renew(self, held: Held, client: object) -> None:
        """Hold on; what is over already, or another page's, stays so."""
        hold = self._holds.get(held)
        if hold is not None and hold.client is client:
            hold.until = self._clock() + LAPSE_S

    def end(self, held: Held, client: object) -> None:
        """Let go."""
        hold = self._holds.get(held)
        if hold is not None and hold.client is client:
            self._end(held)

    def client_left(self, client: object) -> None:
        """Let go what a page held that has gone."""
        for held in [each for each, hold in self._holds.items() if hold.client is client]:
            self._end(held)

    def look(self) -> None:
        """Let go what was not renewed, and once more what could not be: its box was off."""
        now = self._clock()
        for held in [each for each, hold in self._holds.items() if hold.until <= now]:
            self._end(held)
        for held in tuple(self._ending):
            self._end(held)

    def _end(self, held: Held) -> None:
        self._holds.pop(held, None)
        if self._let_go(held):
            self._ending.discard(held)
        else:
            self._ending.add(held)
