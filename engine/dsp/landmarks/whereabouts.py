"""Where a part of everybody is, from picture to picture.

A part of several joints, such as the feet, is in the middle of those that are seen. When one of
them is hidden, or seen again, that middle jumps by half a stride, as it may over a line and back.
So it glides there.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from engine.core.clock import SECOND
from engine.core.landmarks import Landmarks
from engine.core.messages import Ns
from engine.dsp.landmarks.body import Body, Point, reshaped

GLIDE: Final = 0.3
"""Seconds in which it is where the joints are that are seen now, or nearly."""
FORGOTTEN: Final = 0.2
"""Seconds after which somebody who was not seen has gone on meanwhile, and is at once there."""


@dataclass(slots=True)
class _Place:
    """Where somebody was: ``aside`` is how far from the middle of ``joints``."""

    place: Point
    aside: Point
    joints: tuple[int, ...]
    at: Ns


class Whereabouts:
    """Follows where a part of everybody is."""

    def __init__(self) -> None:
        self._before: dict[int, _Place] = {}
        self._part = ""
        self._aspect = 0.0

    def update(
        self, found: Landmarks, part: str, confidence: float, at: Ns
    ) -> dict[int, tuple[int, Point]]:
        """Return slot and (x, y) of a part of everybody of whom it is seen, by id.

        Raise UnknownName where the skeleton has no such part.
        """
        rows = found.skeleton.rows(part)
        if part != self._part or reshaped(found.aspect, self._aspect):
            self._before, self._part, self._aspect = {}, part, found.aspect
        self._before = {
            who: one for who, one in self._before.items() if 0 <= at - one.at <= FORGOTTEN * SECOND
        }
        known = {}
        for one in found.seen:
            body = Body(one.points, found.aspect, confidence, found.skeleton)
            middle = body.position(part)
            if middle is not None:
                joints = tuple(row for row in rows if row in body.seen)
                known[one.id] = one.slot, self._shown(one.id, middle, joints, at)
        return known

    def _shown(self, who: int, middle: Point, joints: tuple[int, ...], at: Ns) -> Point:
        """Return where somebody is whose joints have a middle."""
        before, aside = self._before.get(who), (0.0, 0.0)
        if before is not None and before.joints != joints:
            aside = before.place[0] - middle[0], before.place[1] - middle[1]
        elif before is not None:
            left = math.exp(-(at - before.at) / SECOND / GLIDE)
            aside = before.aside[0] * left, before.aside[1] * left
        place = middle[0] + aside[0], middle[1] + aside[1]
        self._before[who] = _Place(place, aside, joints, at)
        return place
