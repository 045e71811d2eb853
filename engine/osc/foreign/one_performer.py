"""Whom a layout tells of that has room for one: who is in one slot, the lowest to begin with.

Without it an avatar would jump to whoever comes in by a lower slot, or stands beside its performer
while they are hidden.
"""

from __future__ import annotations

from collections.abc import Set
from typing import Final

from engine.core.clock import SECOND
from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Ns

PATIENCE: Final = SECOND
"""For how long nobody is told rather than somebody who was there beside the one that is missed.

After it the lowest slot is told until somebody is in theirs again. A newcomer is told at once: it
may be the same one with another id."""


class OnePerformer:
    """The slot that is followed, and who was seen beside whoever is in it."""

    def __init__(self) -> None:
        self._slot: int | None = None
        self._seen_at = Ns(0)
        self._others: Set[int] = frozenset()

    def among(self, message: Landmarks, at: Ns) -> Instance | None:
        """Return the one to be told; None where they are not seen."""
        followed = next((one for one in message.seen if one.slot == self._slot), None)
        told = followed
        if followed is None:
            waits = self._slot is not None and at - self._seen_at <= PATIENCE
            free = (one for one in message.seen if not (waits and one.id in self._others))
            told = min(free, key=lambda one: one.slot, default=None)
            if waits or self._slot is None:
                followed = told
        if followed is not None:
            self._slot, self._seen_at = followed.slot, at
            self._others = {one.id for one in message.seen} - {followed.id}
        return told
