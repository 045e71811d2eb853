"""Points that tremble are made steady, and those that are missed for a moment are carried on.

Each point has a One Euro filter (Casiez, Roussel & Vogel, CHI 2012) of its own. Speeds are in sizes
of the body a second, so that who stands far away is filtered as who stands near; what is less sure
is held more still.

Who or what is missed moves on, ever slower and ever less sure, for PREDICTED seconds; then it is
told once more with confidence 0, and no more: nothing stays that looks alive. A body that walks
goes on walking, all of it alike, while what its limbs did, and a jump, soon ends. Of two who are
missed and come to lie on each other nobody knows who is who: both are lost.

What is told may be that of a moment to come: a point moves on with its velocity, by as much of it
as has been right of late. How much that is follows from the past by least squares, so a movement
that cannot be foretold is left as it is.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from engine.core.clock import SECOND
from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Ns
from engine.core.skeletons import Skeleton
from engine.dsp.landmarks.body import reshaped
from engine.dsp.landmarks.sighting import extent
from engine.dsp.one_euro import mix, share, shares

Floats = NDArray[np.float64]

PREDICTED: Final = 0.25
"""Seconds for which what is missed is carried on."""
GLIDE: Final = 0.12
"""Seconds in which what is missed loses most of its speed."""
WALKS: Final = 2.0
"""The same for the way along the floor of a body as a whole."""
MEET: Final = 0.25
"""Sizes between the points of two who are missed, below which nobody knows who of them is who."""
SURE: Final = 0.1
"""A point that is less sure than this is missed."""
FORGOTTEN: Final = 1.0
"""Seconds after which somebody begins anew."""
QUICK: Final = 5.0
"""Cut-off in Hz of the velocity that is carried on with."""
LEARNT: Final = 1.0
"""Seconds over which it is seen how right a velocity has been."""
FURTHEST: Final = 1.5
"""By how much more than its velocity a point may be moved on: the filter is late, too."""


@dataclass(frozen=True, slots=True)
class Steadiness:
    """``min_cutoff`` and ``d_cutoff`` in Hz, ``beta`` in Hz a size a second, ``ahead`` in s."""

    min_cutoff: float
    beta: float
    d_cutoff: float
    ahead: float


class _One:
    """The filter of one body: all arrays are (k, axes), in picture heights, or (k, 1).

    ``walks``: whether it is one that goes about on the floor.
    """

    def __init__(self, points: Floats, at: float, *, walks: bool) -> None:
        self.at = at
        down = [GLIDE if axis == 1 or not walks else WALKS for axis in range(points.shape[1] - 1)]
        self._glide = np.array(down)
        self.places = points[:, :-1].copy()
        self.sure = points[:, -1:].copy()
        known = points[:, -1] >= SURE
        self.seen = np.where(known, at, -math.inf)[:, None]
        self.last = self.places
        self.slow = np.zeros_like(self.places)
        self.quick = np.zeros_like(self.places)
        self.size = extent(self.places[known][:, :2]) if known.any() else 1.0
        self._past: deque[tuple[float, Floats, Floats]] = deque()
        self._right = np.zeros((len(points), 1))
        self._moved = np.zeros((len(points), 1))
        self._left = np.ones((len(points), 1))
        self.told = True

    def update(self, points: Floats, at: float, how: Steadiness) -> None:
        """Take in what was found, float64 (k, axes + 1); what was not is carried on."""
        passed = at - self.at
        self.at = at
        if passed <= 0:
            return
        places, sure = points[:, :-1], points[:, -1:]
        known = sure >= SURE
        new = known & (at - self.seen > PREDICTED)
        held = known & ~new
        since = np.where(held, at - self.seen, passed)  # what was missed comes after a longer step
        speed = np.where(held, (places - self.last) / since, 0.0)
        self.slow = np.where(held, mix(self.slow, speed, shares(how.d_cutoff, since)), self.slow)
        rate = np.linalg.norm(self.slow, axis=1, keepdims=True) / self.size
        cutoff = how.min_cutoff * np.clip(sure, SURE, 1.0) + how.beta * rate
        before = self.places
        self.places = np.where(held, mix(before, places, shares(cutoff, since)), before)
        gone = self._gone(min(passed, PREDICTED))  # nobody is carried on for longer
        self.places = np.where(known, self.places, before + gone)
        self.places = np.where(new, places, self.places)
        moved = mix(self.quick, (self.places - self.last) / since, shares(QUICK, since))
        self.quick = np.where(held, moved, self._slower(passed))
        for velocity in (self.quick, self.slow):
            velocity[new[:, 0]] = 0.0
        self.seen = np.where(known, at, self.seen)
        self.last = np.where(known, self.places, self.last)
        left = np.clip(1 - (at - self.seen) / PREDICTED, 0.0, 1.0)
        self.sure = np.where(known, sure, self.sure * (left > 0))
        self._left = np.where(known, 1.0, left)
        if known.any():
            size = extent(self.places[(self.sure > 0)[:, 0]][:, :2])
            self.size = mix(self.size, size, share(1.0, passed))
        if how.ahead > 0:
            self._learn(places, held, at, passed, how.ahead)

    def _whole(self) -> Floats:
        """Return the velocity (axes,) of all of it."""
        shown = self.sure[:, 0] > 0
        whole: Floats = (
            self.quick[shown].mean(axis=0) if shown.any() else np.zeros(len(self._glide))
        )
        return whole

    def _gone(self, passed: float) -> Floats:
        """Return how far its points go in some seconds in which they are missed."""
        whole = self._whole()
        rest = (self.quick - whole) * GLIDE * -math.expm1(-passed / GLIDE)
        far: Floats = whole * self._glide * -np.expm1(-passed / self._glide) + rest
        return far

    def _slower(self, passed: float) -> Floats:
        """Return the velocities of its points after that."""
        whole = self._whole()
        rest = (self.quick - whole) * math.exp(-passed / GLIDE)
        slower: Floats = whole * np.exp(-passed / self._glide) + rest
        return slower

    def _learn(
        self, places: Floats, held: NDArray[np.bool_], at: float, passed: float, ahead: float
    ) -> None:
        """Compare where points are with where they were foretold to be."""
        self._past.append((at, self.places, self.quick))
        while len(self._past) > 1 and self._past[1][0] <= at - ahead + 1e-6:
            self._past.popleft()
        then, there, velocity = self._past[0]
        if not 0 < at - then < 4 * ahead + passed:
            return
        foretold = velocity * (at - then)
        came = np.where(held, places - there, 0.0)
        keep = math.exp(-passed / LEARNT)
        self._right = keep * self._right + np.where(
            held, (came * foretold).sum(axis=1, keepdims=True), 0.0
        )
        self._moved = keep * self._moved + np.where(
            held, (foretold**2).sum(axis=1, keepdims=True), 0.0
        )

    def meets(self, other: _One) -> bool:
        """Whether it lies where another does, so that the one may as well be the other."""
        both = (self.sure[:, 0] > 0) & (other.sure[:, 0] > 0)
        if not both.any():
            return False
        apart = np.linalg.norm((self.places - other.places)[both, :2], axis=1).mean()
        return bool(apart < MEET * max(self.size, other.size))

    def lose(self) -> None:
        """Lose all of its points, until they are seen again."""
        self.sure = np.zeros_like(self.sure)

    def points(self, ahead: float) -> Floats:
        """Return the points (k, axes + 1) as they are told."""
        still = (2e-3 * self.size * max(ahead, 1e-3)) ** 2  # so that what rests is left alone
        part = np.clip(self._right / (self._moved + still), 0.0, FURTHEST)
        places = self.places + (part * ahead * self.quick if ahead > 0 else 0.0)
        return np.concatenate([places, self.sure * self._left], axis=1)


class Steadier:
    """Keeps the points of everybody steady; ids tell who is who."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[Instance, _One]] = {}
        self._skeleton: Skeleton | None = None
        self._aspect = 0.0

    def reset(self) -> None:
        """Forget everybody: what comes passes as it is."""
        self._known.clear()

    def update(self, found: Landmarks, at: Ns, how: Steadiness) -> Any:
        """Return landmarks of the same type, steady; who is missed for a moment is still there."""
        if found.skeleton is not self._skeleton or reshaped(found.aspect, self._aspect):
            self._known.clear()  # another network, or another picture
            self._skeleton, self._aspect = found.skeleton, found.aspect
        now, scale = at / SECOND, self._scale(found)
        told = []
        for one in found.seen:
            points = np.nan_to_num(one.points.astype(np.float64), posinf=0.0, neginf=0.0)
            points[~np.isfinite(one.points).all(axis=1), -1] = 0.0
            points[:, :-1] *= scale
            points[:, -1] = points[:, -1].clip(0.0, 1.0)
            before = self._known.get(one.id)
            if before is None or now - before[1].at > FORGOTTEN or now < before[1].at:
                state = _One(points, now, walks=found.skeleton.is_body)
            else:
                state = before[1]
                state.update(points, now, how)
            self._known[one.id] = one, state
            told.append(self._told(one, state, scale, how.ahead))
        told += self._carried_on(found, now, scale, how)
        return found.only(*sorted(told, key=lambda one: (one.slot, one.id)))

    def _carried_on(
        self, found: Landmarks, now: float, scale: Floats, how: Steadiness
    ) -> list[Instance]:
        """Return those who were there a moment ago, where they should be; at last as lost."""
        here, slots = {one.id for one in found.seen}, {one.slot for one in found.seen}
        told = []
        missed = [id_ for id_ in self._known if id_ not in here]
        for id_ in missed:
            _, state = self._known[id_]
            state.update(np.zeros((len(state.places), len(scale) + 1)), now, how)
        for first, second in combinations([self._known[id_][1] for id_ in missed], 2):
            if first.meets(second):
                first.lose()
                second.lose()
        for id_ in missed:
            one, state = self._known[id_]
            if one.slot in slots or not state.told:
                del self._known[id_]
                continue
            state.told = bool(state.sure.any())
            told.append(self._told(one, state, scale, how.ahead))
        return told

    @staticmethod
    def _told(one: Instance, state: _One, scale: Floats, ahead: float) -> Instance:
        points = state.points(ahead)
        points[:, :-1] /= scale
        points[:, :2] = points[:, :2].clip(0.0, 1.0)
        return Instance(one.slot, one.id, points.astype(np.float32))

    @staticmethod
    def _scale(found: Landmarks) -> Floats:
        """Return what makes picture heights of each axis."""
        return np.array([found.aspect, 1.0, found.aspect][: 3 if found.skeleton.depth else 2])
