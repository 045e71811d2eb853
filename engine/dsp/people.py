"""Which person of a picture is meant."""

from __future__ import annotations

from typing import Annotated, Literal

from engine.core.messages import Person, Pose
from engine.core.parameter import Param

Who = Annotated[
    int | Literal["first"],
    Param('which person: 1, 2, 3 ... as in /p1, /p2, or "first" for whoever there is', 1),
]
"""Why "first" is the usual default: a soloist who leaves and comes back may be given another
number, and must not lose the instrument over it."""


def find(pose: Pose, who: int | str) -> Person | None:
    """Give one person: that of a slot, or "first", the lowest slot there is; None when absent."""
    if who == "first":
        return min(pose.people, key=lambda person: person.slot, default=None)
    return next((person for person in pose.people if person.slot == who), None)
