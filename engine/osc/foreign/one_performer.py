"""Whom a layout follows that has room for one: the one of the lowest slot, until they have left.

Without it an avatar would jump to whoever walks past its performer, or stands beside them while
they are hidden.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from engine.core.clock import SECOND
from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Ns

PATIENCE: Final = SECOND
"""For how long nobody is told rather than another one who was there at the same time.

A newcomer is told at once: it may be the same one with another id."""


class OnePerformer:
    """The one who is followed, by id, and who was seen beside them."""

    def __init__(self) -> None:
        self._id: int | None = None
        self._seen_at = Ns(0)
        self._others: Set[int] = frozenset()

    def among(self, message: Landmarks, at: Ns) -> Instance | None:
        """Return the one that is followed; None where they are not seen."""
        seen = {one.id: one for one in message.seen}
        one = seen.get(self._id) if self._id is not None else None
        if one is None:
            others = self._others if at - self._seen_at <= PATIENCE else ()
            free = (each for each in message.seen if each.id not in others)
            one = min(free, key=lambda each: each.slot, default=None)
        if one is not None:
            self._id, self._seen_at, self._others = one.id, at, seen.keys() - {one.id}
        return one
