"""Who is who on one floor that several cameras see.

Each camera follows its people by itself and tells where they stand, in metres. Those of two cameras
that stand in one place are one person. That is seen to for some pictures before it is believed, and
again while it lasts: views that part, as when a camera takes two who cross for each other, are told
apart again. All of it goes by places alone, as cameras see people from different sides.

A camera that does not hang high knows little of how far away somebody is, and much of where they
are across. How much is seen from how a place trembles: each way counts by that, for who is who and
for where they are, as in a Kalman filter.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import combinations
from typing import Final

import numpy as np
from numpy.typing import NDArray

from engine.core.messages import Ns
from engine.dsp.landmarks.assignment import cheapest
from engine.dsp.landmarks.body import Point
from engine.dsp.landmarks.onward import Onward

FRESH: Final = 0.3
"""Seconds for which what a camera said last still says where somebody is."""
SETTLE: Final = 0.3
"""Seconds over which it is seen how far two views of one person are apart."""
BIRTH: Final = 3
"""Pictures in which somebody is seen before they are told."""
BLINK: Final = 0.12
"""Seconds for which a camera may miss somebody, and is still believed to follow the same one."""
JUMP: Final = 0.4
"""Metres that nobody moves from one picture to the next, beside what they run meanwhile."""
RUN: Final = 5.0
"""Metres a second."""
PARTED: Final = 1.5
"""By how many times ``within`` two views of one person must be apart to be two."""
CLEARLY: Final = 0.5
"""By what part of its reach a person must be nearer than the next one, or it is waited for."""
WAITED: Final = 1.0
"""Seconds after which a view that may be either of two is the nearer one's, and one that has parted
from the others of a person is somebody else: a jump, which a low camera takes for steps away and
back, is over by then."""
TREMBLING: Final = 1.0
"""Seconds over which it is seen how much a place trembles, each way."""
TRUST: Final = 6.0
"""By how many times more than it trembles it may be off: by corners that are not quite right."""
LEAST: Final = 0.03
"""Metres by which every place is off."""
MOST: Final = 1.0
"""Metres; what trembles more is no place."""
BLEND: Final = 0.4
"""Seconds in which a place glides to where other cameras see it."""
WALK: Final = 1.5
"""Metres a second that somebody may have gone unseen."""
FURTHEST: Final = 1.5
"""Metres that they may have gone at most."""
MET: Final = 1.0
"""Seconds for which two whom no camera sees both are in one place, and are then one."""
UNKNOWN: Final = 0.15
"""Metres by which a place trembles until that is known."""
_NEVER: Final = 1e6

Matrix = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Stood:
    """One whom a camera sees: its own ``id`` for them, and where they stand in metres."""

    id: int
    place: Point
    sure: float = 1.0


@dataclass(slots=True, eq=False)
class _View:
    """Somebody as one camera sees them.

    ``followed`` is the second since which it was followed without a gap and without a jump;
    ``free`` that since which it is nobody's. ``apart`` is how far it is from the view that its
    person goes by, of late, in what it may be; ``parted`` whether it was too far.
    """

    camera: int
    id: int
    place: Point
    sure: float
    at: float
    followed: float
    free: float
    pictures: int = 1
    person: FloorPerson | None = None
    apart: float = 0.0
    parted: bool = False
    _before: Point | None = None
    _trembles: Matrix = field(default_factory=lambda: UNKNOWN**2 * np.eye(2))

    @property
    def spread(self) -> Matrix:
        """By how much its place may be off: a covariance (2, 2), square metres."""
        spread: Matrix = TRUST * self._trembles + LEAST**2 * np.eye(2)
        return spread

    def see(self, one: Stood, now: float) -> None:
        """Be where the camera sees it now."""
        passed = now - self.at
        if self._before is not None and 0 < passed <= BLINK:
            # What is left of three places in a row when they are taken to lie on a line.
            off = np.array([one.place, self.place, self._before]).T @ (1.0, -2.0, 1.0)
            off *= min(1.0, MOST / max(float(np.hypot(*off)), 1e-9))
            share = -math.expm1(-passed / TREMBLING)
            self._trembles = self._trembles + (np.outer(off, off) / 6 - self._trembles) * share
        self._before = self.place if passed <= BLINK else None
        if passed > BLINK or math.dist(one.place, self.place) > JUMP + RUN * passed:
            self.followed = now
        self.place, self.sure, self.at = one.place, one.sure, now
        self.pictures += 1


@dataclass(slots=True, eq=False)
class FloorPerson:
    """Somebody on the floor: ``place`` in metres, ``at`` the second at which they were seen."""

    slot: int
    id: int
    place: Point
    sure: float
    at: float
    views: list[_View] = field(default_factory=list)
    spread: Matrix = field(default_factory=lambda: LEAST**2 * np.eye(2))
    _aside: Point = (0.0, 0.0)
    _seen_by: frozenset[int] = frozenset()

    def move(self, views: Sequence[_View], now: float) -> None:
        """Be where ``views`` see it; where others see it than before, glide there."""
        known = [np.linalg.inv(view.spread) for view in views]
        places = [weight @ view.place for weight, view in zip(known, views, strict=True)]
        x, y = np.linalg.solve(np.sum(known, axis=0), np.sum(places, axis=0)).tolist()
        there = x, y
        self.spread = np.linalg.inv(np.sum(known, axis=0))
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
        self._clock = Onward()
        self._spoken: dict[int, float] = {}
        self._met: dict[tuple[int, int], float] = {}

    def hush(self) -> None:
        """Forget what the cameras said last; who is who stays."""
        self._views.clear()
        for person in self._people:
            person.views.clear()

    def seen_by(self) -> list[frozenset[int]]:
        """Return the cameras that see each person now."""
        return [
            frozenset(view.camera for view in fresh)
            for person in self._people
            if (fresh := self._fresh(person))
        ]

    def update(self, camera: int, seen: Sequence[Stood], at: Ns) -> list[FloorPerson]:
        """Take in whom a camera sees in a picture; return everybody on the floor, by slot."""
        now = self._clock.at(at)
        spoken = self._spoken.get(camera, now)
        self._now = self._spoken[camera] = now
        known = [one for one in seen if math.isfinite(sum(one.place)) and one.sure > 0]
        views = [self._view(camera, one, now) for one in known]
        self._forget(now)
        self._part(views, now - spoken)
        self._place()
        self._recognise(views)
        self._greet(views)
        self._unite()
        self._place()
        here = [person for person in self._people if self._fresh(person)]
        return sorted(here, key=lambda person: person.slot)

    def _view(self, camera: int, one: Stood, now: float) -> _View:
        view = self._views.get((camera, one.id))
        if view is None:
            view = _View(camera, one.id, one.place, one.sure, now, now, now)
            self._views[camera, one.id] = view
        else:
            view.see(one, now)
        return view

    def _forget(self, now: float) -> None:
        """Forget those who are unseen for longer than the memory."""
        for key, view in [*self._views.items()]:
            if now - view.at > self.memory:
                self._let_go(view)
                del self._views[key]
        self._people = [one for one in self._people if now - one.at <= self.memory]

    def _let_go(self, view: _View) -> None:
        if view.person is not None:
            view.person.views.remove(view)
        view.person, view.free = None, self._now

    def _part(self, views: Sequence[_View], passed: float) -> None:
        """Let go of views that are no longer where that is which their person goes by."""
        for view in views:
            if view.person is None:
                continue
            leading = self._leading(view.person)
            if leading is None or leading is view:
                view.apart = 0.0
                continue
            away = self._apart(view, leading, self.within)
            view.apart += (away - view.apart) * -math.expm1(-passed / SETTLE)
            if min(away, view.apart) > PARTED:
                self._let_go(view)
                view.parted = True

    @staticmethod
    def _apart(view: _View, other: _View | FloorPerson, reach: float) -> float:
        """Return how far a place is from another, in what it may be: ``reach`` metres, or more."""
        away = np.subtract(view.place, other.place)
        spread = view.spread + other.spread + reach**2 * np.eye(2)
        return math.sqrt(float(away @ np.linalg.solve(spread, away)))

    def _leading(self, person: FloorPerson) -> _View | None:
        """Return the view of a person that was followed the longest: one that lost nobody."""
        fresh = self._fresh(person)
        return min(fresh, key=lambda view: (view.followed, view.camera), default=None)

    def _fresh(self, person: FloorPerson) -> list[_View]:
        return [view for view in person.views if self._now - view.at <= FRESH]

    def _shown(self, person: FloorPerson, camera: int) -> bool:
        """Whether a camera shows somebody now."""
        return any(view.camera == camera for view in self._fresh(person))

    def _place(self) -> None:
        """Move everybody to where they are seen."""
        for person in self._people:
            leading = self._leading(person)
            if leading is not None:
                near = [
                    view
                    for view in self._fresh(person)
                    if self._apart(view, leading, self.within) <= PARTED
                ]
                person.move(near, self._now)

    def _recognise(self, views: Sequence[_View]) -> None:
        """Lay views that are nobody's yet on people whom their camera does not show."""
        free = [view for view in views if view.person is None]
        if not free:
            return
        people = [each for each in self._people if not self._shown(each, free[0].camera)]
        costs = np.full((len(free), len(people)), _NEVER)
        for row, view in enumerate(free):
            for column, person in enumerate(people):
                away = self._apart(view, person, self._reach(person))
                if away <= 1:
                    costs[row, column] = away
        for row, column in cheapest(costs, _NEVER) if people else ():
            view, others = free[row], np.delete(costs[row], column)
            clear = not len(others) or others.min() - costs[row, column] >= CLEARLY
            if view.pictures >= BIRTH and (clear or self._now - view.free >= WAITED):
                self._bind(view, people[column])

    def _reach(self, person: FloorPerson) -> float:
        """Return how far from where somebody is, or was, a view of them may be."""
        if self._fresh(person):
            return self.within
        return self.within + min(WALK * (self._now - person.at), FURTHEST)

    def _bind(self, view: _View, person: FloorPerson) -> None:
        self._let_go(view)
        # What that camera said of them before is over.
        for old in [one for one in person.views if one.camera == view.camera]:
            self._let_go(old)
        view.person, view.apart, view.parted = person, 0.0, False
        person.views.append(view)

    def _greet(self, views: Sequence[_View]) -> None:
        """Make people of views that are nobody's, and that nobody is who waits to be known."""
        for view in views:
            if view.person is not None or view.pictures < BIRTH:
                continue
            waits = self._now - view.free < WAITED
            if waits and (view.parted or self._may_be_known(view)):
                continue
            self._ids += 1
            person = FloorPerson(self._free_slot(), self._ids, view.place, view.sure, self._now)
            self._people.append(person)
            self._bind(view, person)

    def _may_be_known(self, view: _View) -> bool:
        """Whether a view is near somebody whom its camera does not show."""
        return any(
            self._apart(view, person, self._reach(person)) <= 1
            for person in self._people
            if not self._shown(person, view.camera)
        )

    def _unite(self) -> None:
        """Make one of two who are in one place for long, each seen by other cameras.

        The elder keeps slot and id.
        """
        met: dict[tuple[int, int], float] = {}
        for one, other in combinations([each for each in self._people if self._fresh(each)], 2):
            cameras = {view.camera for view in self._fresh(one)}
            if any(view.camera in cameras for view in self._fresh(other)):
                continue
            nearest = min(
                self._apart(mine, theirs, self.within)
                for mine in self._fresh(one)
                for theirs in self._fresh(other)
            )
            if nearest <= 1:
                met[one.id, other.id] = self._met.get((one.id, other.id), self._now)
        self._met = met
        people = {each.id: each for each in self._people}
        for (one_id, other_id), since in met.items():
            if self._now - since >= MET and one_id in people and other_id in people:
                for view in [*people[other_id].views]:
                    self._bind(view, people[one_id])
                self._people.remove(people.pop(other_id))

    def _free_slot(self) -> int:
        taken = {person.slot for person in self._people}
        return next(slot for slot in range(1, len(taken) + 2) if slot not in taken)
