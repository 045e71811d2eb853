"""What surfaces are told of a person, a hand, a face or a thing: where it is, and how it moves."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Final

from engine.core.clock import SECOND
from engine.core.errors import ParameterError
from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Detections, Ns
from engine.core.nearest import nearest
from engine.core.skeletons import Skeleton, point_names
from engine.dsp.landmarks.body import Body
from engine.osc.foreign.room import Room

GAP: Final = 0.5
"""Seconds without a reading after which a speed is not known, and is 0."""
_LARGEST: Final = 0x7FFFFFFF


@dataclass(frozen=True, slots=True)
class Tracked:
    """One that is tracked: places and sizes in parts of the picture, y from the top.

    ``angle`` is how far it leans, in radians, 0 upright, clockwise, below 2 pi; ``width`` and
    ``height`` are across and along it, as of a picture that was turned back. Speeds are a second
    each, that of the angle in turns; ``faster`` and ``spins`` are their accelerations.
    """

    session: int
    slot: int
    x: float
    y: float
    width: float = 0.0
    height: float = 0.0
    angle: float = 0.0
    across: float = 0.0
    down: float = 0.0
    turns: float = 0.0
    faster: float = 0.0
    spins: float = 0.0

    @property
    def speeds(self) -> tuple[float, float, float, float, float]:
        """Across, down, turns, and the accelerations along the path and of the turns."""
        return self.across, self.down, self.turns, self.faster, self.spins


Numbers = tuple[str, Callable[[Tracked], tuple[float, ...]]]
"""What a message says of one: the type tags, and their numbers."""

BOUNDS: Final[Numbers] = (
    "i" + "f" * 11,
    lambda m: (
        *(m.session, m.x, m.y, m.angle, m.width, m.height, m.width * m.height),
        *m.speeds,
    ),
)
"""A blob of TUIO 1.1, and the bounds of TUIO 2.0."""


class Speeds:
    """Speeds of all that is seen, from one reading to the next; nobody is remembered when gone."""

    def __init__(self) -> None:
        self._before: dict[int, tuple[Ns, Tracked]] = {}

    def update(self, seen: list[Tracked], at: Ns) -> list[Tracked]:
        """Return the same with their speeds."""
        moving = [self._with_speed(one, at) for one in seen]
        self._before = {one.session: (at, one) for one in moving}
        return moving

    def _with_speed(self, now: Tracked, at: Ns) -> Tracked:
        since, before = self._before.get(now.session, (at, now))
        gap = (at - since) / SECOND
        if not 0 < gap <= GAP:
            return now
        across, down = (now.x - before.x) / gap, (now.y - before.y) / gap
        # The shorter way round, in turns.
        turned = (now.angle - before.angle) / math.tau
        turns = (turned - round(turned)) / gap
        was = math.hypot(before.across, before.down)
        return replace(
            now,
            across=across,
            down=down,
            turns=turns,
            faster=(math.hypot(across, down) - was) / gap,
            spins=(turns - before.turns) / gap,
        )


def check_parts(parts: list[str] | None, skeleton: Skeleton) -> None:
    """Raise ParameterError for a part that a skeleton does not have."""
    for name in parts or ():
        if name not in skeleton.rows_of:
            known = nearest(name, skeleton.rows_of) or nearest(name, point_names())
            raise ParameterError(f'there is no joint "{name}" in "{skeleton.name}".{known}')


def of_landmarks(
    found: Landmarks, parts: list[str] | None, room: Room | None = None
) -> Iterator[Tracked]:
    """Yield each that is seen: the middle of each instance, or of each of its ``parts``.

    A session is the id, or with several parts a number of its own for each. What is not seen is
    not yielded. Of people on a floor the surface is their ``room`` as seen from above, its near
    edge below: who stands outside of it is not on it.
    """
    wide, deep = room or (1.0, 1.0)
    for one in found.seen:
        body = Body(one.points, found.aspect, skeleton=found.skeleton)
        places = [body.position(part) for part in parts] if parts else [body.centre()]
        angle = _lean(body, found.skeleton, found.aspect)
        width, height = _extent(body, angle, found.aspect)
        for index, place in enumerate(places):
            if place is None:
                continue
            x, y = place[0] / wide, 1 - place[1] / deep
            if room is None or (0 <= x <= 1 and 0 <= y <= 1):
                session = (one.id * len(places) + index) & _LARGEST
                yield Tracked(session, one.slot, x, y, width, height, angle)


def of_detections(found: Detections) -> Iterator[Tracked]:
    """Yield each thing that is tracked, by its box; what is no number is left out."""
    for slot, one in enumerate(found.seen, 1):
        x, y, width, height = one.box
        if one.id and math.isfinite(x + y + width + height):
            yield Tracked(one.id & _LARGEST, slot, x, 1 - y, width, height)


def untracked(found: Detections) -> str:
    """Return that things without an id are left out, in words; empty where all have one."""
    if all(one.id for one in found.seen):
        return ""
    return "things that are not tracked have no id, and a surface goes by ids: they are left out"


def middle_of(one: Instance, found: Landmarks, part: str | None) -> tuple[float, float] | None:
    """Return where one of those seen is, or a part of it; None where that is not seen."""
    body = Body(one.points, found.aspect, skeleton=found.skeleton)
    return body.position(part) if part else body.centre()


def _extent(body: Body, angle: float, aspect: float) -> tuple[float, float]:
    """Return how wide and how high it is, turned upright."""
    sine, cosine = math.sin(angle), math.cos(angle)
    places = [(x * aspect, y) for x, y, _ in body.seen.values()] or [(0.0, 0.0)]
    across = [x * cosine - y * sine for x, y in places]
    along = [x * sine + y * cosine for x, y in places]
    return (max(across) - min(across)) / aspect, max(along) - min(along)


def _lean(body: Body, skeleton: Skeleton, aspect: float) -> float:
    """Return how far it leans: hips to shoulders, or along its ruler; 0 where that is not seen."""
    ends = ("hips", "shoulders") if skeleton.is_body else skeleton.ruler
    first, last = (body.position(end) for end in ends) if ends else (None, None)
    if first is None or last is None:
        return 0.0
    return math.atan2((last[0] - first[0]) * aspect, last[1] - first[1]) % math.tau
