"""Which one of those seen in a picture is meant."""

from __future__ import annotations

from typing import Annotated

from engine.core.landmarks import Instance, Landmarks
from engine.core.parameter import Param

Who = Annotated[int, Param("which person: 1, 2, 3 ... as in /p1, /p2; 0 for whoever is there", 0)]
"""Why 0 is the usual default: a soloist who leaves and comes back may be given another number, and
must not lose the instrument over it."""

Sure = Annotated[float, Param("a joint that is less sure than this is taken as not seen", 0, 1)]
"""How sure a joint must be to count."""


def find(found: Landmarks, who: int) -> Instance | None:
    """Return the one of a slot, or for 0 that of the lowest slot there is; None when absent."""
    if who == 0:
        return min(found.seen, key=lambda one: one.slot, default=None)
    return next((one for one in found.seen if one.slot == who), None)
