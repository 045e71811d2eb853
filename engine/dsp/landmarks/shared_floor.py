"""Who is who on one floor that several cameras see.

Each camera follows its people by itself and tells where they stand, in metres. Those of two cameras
that stand in one place are one person. That is seen to for some pictures before it is believed, and
again while it lasts: views that part, as when a camera takes two who cross for each other, are told
apart again. All of it goes by places alone, as cameras see people from different sides.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np

from engine.core.clock import SECOND
from engine.core.messages import Ns
from engine.dsp.landmarks.assignment import cheapest
from engine.dsp.landmarks.body import Point

FRESH: Final = 0.3
"""Seconds for which what a camera said last still says where somebody is."""
SETTLE: Final = 0.4
"""Seconds over which it is seen how far a view is from a person."""
BIRTH: Final = 3
"""Pictures in which somebody is seen before they are told."""
PARTED: Final = 2.0
"""By how many times ``within`` two views of one person must be apart to be two."""
CLEARLY: Final = 0.5
"""By what part of ``within`` a person must be nearer than the next one, or it is waited for."""
WAITED: Final = 1.0
"""Seconds after which a view that may be either of two is the nearer one's."""
BLEND: Final = 0.4
"""Seconds in which a place glides to where other cameras see it."""
WALK: Final = 1.5
"""Metres a second that somebody may have gone unseen."""
FURTHEST: Final = 1.5
"""Metres that they may have gone at most."""
_NEVER: Final = 1e6


@dataclass(frozen=True, slots=True)
class Stood:
    """One whom a camera sees: its own ``id`` for them, and where they stand in metres."""

    id: int
    place: Point
    sure: float = 1.0


@dataclass(slots=True, eq=False)
class _View:
    """Somebody as one camera sees them; ``apart`` are the metres to each person, of late."""

    camera: int
    id: int
    place: Point
    sure: float
    at: float
    since: float
    pictures: int = 1
    person: FloorPerson | None = None
    apart: dict[int, float] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class FloorPerson:
    """Somebody on the floor: ``place`` in metres, ``at`` the second at which they were seen."""

    slot: int
    id: int
    place: Point
    sure: float
    at: float
    views: list[_View] = field(default_factory=list)
    _aside: Point = (0.0, 0.0)
    _seen_by: frozenset[int] = frozenset()

    def move(self, views: Sequence[_View], now: float) -> None:
        """Be where ``views`` see it; where others see it than before, glide there."""
        total = sum(view.sure for view in views)
        there = (
            sum(view.sure * view.place[0] for view in views) / total,
            sum(view.sure * view.place[1] for view in views) / total,
        )
        seen_by = frozenset(id(view) for view in views)
        left = math.exp(-max(now - self.at, 0.0) / BLEND)
        aside = (self._aside[0] * left, self._aside[1] * left)
        if self._seen_by and seen_by != self._seen_by and now - self.at <= FRESH:
            aside = self.place[0] - there[0], self.place[1] - there[1]
        self._aside, self._seen_by = aside, seen_by
        self.place = there[0] + aside[0], there[1] + aside[1]
        self.sure, self.at = max(view.sure for view in views), now


class SharedFloor:
    """Makes one of what several cameras see of a floor; ids count from 1 and are never reused.

    ``within`` are the metres between two views of one person, ``memory`` the seconds for which a
    person who is unseen keeps slot and id. Both may be set at any time.
    """

    def __init__(self, within: float, memory: float) -> None:
        self.within, self.memory = within, memory
        self._views: dict[tuple[int, int], _View] = {}
        self._people: list[FloorPerson] = []
        self._ids = 0
        self._now = -math.inf

    def hush(self) -> None:
        """Forget what the cameras said last; who is who stays."""
        self._views.clear()
        for person in self._people:
            person.views.clear()

    def update(self, camera: int, seen: Sequence[Stood], at: Ns) -> list[FloorPerson]:
        """Take in whom a camera sees in a picture; return everybody on the floor, by slot."""
        self._now = now = max(at / SECOND, self._now)
        views = [self._view(camera, one, now) for one in seen if math.isfinite(sum(one.place))]
        self._forget(now)
        self._measure(views)
        self._part(views)
        self._place(now)
        self._recognise(views, now)
        self._greet(views, now)
        self._place(now)
        here = [person for person in self._people if person.slot and self._fresh(person, now)]
        return sorted(here, key=lambda person: person.slot)

    def _view(self, camera: int, one: Stood, now: float) -> _View:
        view = self._views.get((camera, one.id))
        if view is None or now - view.at > self.memory:
            if view is not None:
                self._unbind(view)
            view = _View(camera, one.id, one.place, one.sure, now, now)
            self._views[camera, one.id] = view
            return view
        view.place, view.sure, view.at = one.place, max(one.sure, 1e-3), now
        view.pictures += 1
        return view

    def _forget(self, now: float) -> None:
        """Forget those who are unseen for longer than the memory."""
        for key, view in [*self._views.items()]:
            if now - view.at > self.memory:
                self._unbind(view)
                del self._views[key]
        self._people = [one for one in self._people if now - one.at <= self.memory]

    def _unbind(self, view: _View) -> None:
        if view.person is not None:
            view.person.views.remove(view)
        view.person = None

    def _elsewhere(self, person: FloorPerson, camera: int) -> Point | None:
        """Return where the other cameras see somebody now; None where they do not."""
        places = [
            view.place
            for view in person.views
            if view.camera != camera and self._now - view.at <= FRESH
        ]
        if not places:
            return None
        return sum(x for x, _ in places) / len(places), sum(y for _, y in places) / len(places)

    def _measure(self, views: Sequence[_View]) -> None:
        """Take in how far each view is from each person, as the other cameras have them."""
        for view in views:
            for person in self._people:
                there = self._elsewhere(person, view.camera)
                if there is None:
                    continue
                away = math.dist(view.place, there)
                before = view.apart.get(person.id, away)
                # About a thirtieth of a second passes between two pictures of any camera.
                view.apart[person.id] = before + (away - before) / (SETTLE * 30)

    def _part(self, views: Sequence[_View]) -> None:
        """Let go of views that are no longer where the others see their person."""
        for view in views:
            person = view.person
            if person is None or self._elsewhere(person, view.camera) is None:
                continue
            if view.apart.get(person.id, 0.0) > PARTED * self.within:
                self._unbind(view)
                view.since = self._now

    def _fresh(self, person: FloorPerson, now: float) -> bool:
        return any(now - view.at <= FRESH for view in person.views)

    def _place(self, now: float) -> None:
        """Move everybody to where they are seen."""
        for person in self._people:
            views = [view for view in person.views if now - view.at <= FRESH]
            if views:
                person.move(views, now)

    def _recognise(self, views: Sequence[_View], now: float) -> None:
        """Lay views that are nobody's yet on people whom their camera does not show."""
        free = [view for view in views if view.person is None]
        people = [
            person
            for person in self._people
            if not any(
                view.camera == views[0].camera and now - view.at <= FRESH for view in person.views
            )
        ] if views else []
        if not free or not people:
            return
        costs = np.full((len(free), len(people)), _NEVER)
        for row, view in enumerate(free):
            for column, person in enumerate(people):
                away, reach = self._away(view, person, now)
                if away <= reach:
                    costs[row, column] = away / reach
        for row, column in cheapest(costs, _NEVER):
            others = np.delete(costs[row], column)
            clear = not len(others) or others.min() - costs[row, column] >= CLEARLY
            view = free[row]
            if view.pictures >= BIRTH and (clear or now - view.since >= WAITED):
                self._bind(view, people[column])

    def _away(self, view: _View, person: FloorPerson, now: float) -> tuple[float, float]:
        """Return how far a view is from a person, and how far it may be, in metres."""
        if self._fresh(person, now):
            away = math.dist(view.place, person.place)
            return max(away, view.apart.get(person.id, away)), self.within
        gone = min(WALK * (now - person.at), FURTHEST)
        return math.dist(view.place, person.place), self.within + gone

    def _bind(self, view: _View, person: FloorPerson) -> None:
        # What that camera said of them before is over.
        for old in [one for one in person.views if one.camera == view.camera]:
            self._unbind(old)
        view.person = person
        person.views.append(view)

    def _greet(self, views: Sequence[_View], now: float) -> None:
        """Make people of views that are nobody's."""
        for view in views:
            if view.person is not None or view.pictures < BIRTH:
                continue
            near = [
                person
                for person in self._people
                if self._away(view, person, now)[0] <= self._away(view, person, now)[1]
                and not any(
                    one.camera == view.camera and now - one.at <= FRESH for one in person.views
                )
            ]
            if near and now - view.since < WAITED:
                continue
            self._ids += 1
            person = FloorPerson(self._free_slot(), self._ids, view.place, view.sure, now)
            self._people.append(person)
            self._bind(view, person)

    def _free_slot(self) -> int:
        taken = {person.slot for person in self._people}
        return next(slot for slot in range(1, len(taken) + 2) if slot not in taken)
