"""Who is who from one picture to the next: slots and ids that hold.

Detections, strong and then weak, are laid on tracks by what is likely (``pairing``), as ByteTrack
does (Zhang et al. 2022, "ByteTrack: Multi-Object Tracking by Associating Every Detection Box").
What fits no prediction is looked for where it was last seen, and motion is measured between
observations, never between guesses, as in OC-SORT (Cao et al. 2023, "Observation-Centric SORT").

What anybody wears decides where places leave it open, if whoever finds people gives it: it is kept
in memory as long as they are followed, and never told (``appearance``). Where who is who stays open
all the same, nobody is told until it shows.

A track is told once it has been seen in some pictures, and is nobody's double (the gate of birth);
it is remembered for ``memory`` after it was last seen, slot included (the gate of death). What lies
in an ignored area, and whom no slot is left for, is followed all the same, untold: or a performer
who passes a poster would be taken for it.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.core.clock import SECOND
from engine.core.landmarks import Instance
from engine.core.messages import Ns
from engine.core.skeletons import Skeleton
from engine.dsp.landmarks.areas import Area
from engine.dsp.landmarks.assignment import Pairs, margin
from engine.dsp.landmarks.pairing import FAMILIAR, MERGED, NEAR, Instant, Pairing, found_again
from engine.dsp.landmarks.sighting import Sighting, sightings
from engine.dsp.landmarks.similarity import Floats, similarity, spread
from engine.dsp.landmarks.track import Track

DOUBLE: Final = 0.6
"""Two of one picture that lie as alike as this are one body found twice."""
SHADOW: Final = 0.4
"""A newcomer that lies as alike as this to somebody who is told is not told."""
RECENT: Final = 0.5
"""Seconds for which a weak detection continues a track."""
EVICTED: Final = 0.5
"""Seconds after which somebody unseen loses the slot to a newcomer, if no other is free."""
RIVAL: Final = 0.5
"""It may be one who fits by this part of what the other does."""
DECIDED: Final = 6.0
"""Nats by which who is who must be likelier than the next best, or it is not told."""
UNDECIDED: Final = 2.0
"""The same for who was told in the last picture."""
TURNED: Final = 4
"""Pictures in a row in which the sides of a body are exchanged, until they are believed."""
HURRY: Final = 2.0
"""Sizes a second that they may have gone meanwhile."""
ALONE: Final = 0.8
"""Sizes between the middles of two of whom neither hides the other."""


@dataclass(frozen=True, slots=True)
class Tracking:
    """What a performer sets: ``memory`` in seconds, ``enter`` and ``stay`` as confidences.

    ``birth`` is the number of pictures before a newcomer is told. ``lock`` is a slot: only who is
    in it is told, and it is kept for them however long they are away; 0 is none.
    """

    people: int = 6
    memory: float = 2.0
    enter: float = 0.4
    stay: float = 0.15
    birth: int = 3
    ignore: tuple[Area, ...] = ()
    lock: int = 0


class Assigned(NamedTuple):
    """Who the detection in ``row`` is; ``turned`` where its sides are to be exchanged."""

    row: int
    slot: int
    id: int
    turned: bool = False


class Tracker:
    """Follows bodies, hands or faces of a ``skeleton``, or boxes where it is None.

    ``options`` may be set at any time. Ids count from 1 and are never given again, not even after
    ``reset``.
    """

    def __init__(self, skeleton: Skeleton | None, options: Tracking | None = None) -> None:
        self.options = options or Tracking()
        self._spread = spread(skeleton)
        self._tracks: list[Track] = []
        self._ids = 0
        self._instant = Instant(-math.inf, 0, 1.0)
        self._areas: tuple[Area, ...] = ()

    def reset(self) -> None:
        """Forget everybody: who comes has a new id."""
        self._tracks.clear()
        self._instant = self._instant._replace(now=-math.inf)

    def update(
        self,
        points: NDArray[np.float32],
        at: Ns,
        aspect: float = 1.0,
        scores: ArrayLike | None = None,
        looks: ArrayLike | None = None,
    ) -> tuple[Instance, ...]:
        """Return who is in a picture, by slot. See ``assign``."""
        return tuple(
            Instance(one.slot, one.id, self.shown(points, one))
            for one in self.assign(points, at, aspect, scores, looks)
        )

    def shown(self, points: NDArray[np.float32], one: Assigned) -> NDArray[np.float32]:
        """Return the points of one of the detections, (k, 3) or (k, 4), each on its own side."""
        shown: NDArray[np.float32] = points[one.row]
        sides = self._spread.sides
        if sides is not None and one.turned:
            shown = shown[sides]
        return shown

    def assign(
        self,
        points: NDArray[np.float32],
        at: Ns,
        aspect: float = 1.0,
        scores: ArrayLike | None = None,
        looks: ArrayLike | None = None,
    ) -> tuple[Assigned, ...]:
        """Return which of the detections of one picture are told, by slot.

        ``points`` float32, (n, k, 3) or (n, k, 4), as in ``Instance``; of boxes (n, 2, 3), two
        opposite corners. ``aspect`` is the picture's width over its height. ``scores`` (n,) say how
        sure each is, 0 to 1; without them it is the mean of its surest points. ``looks`` (n, d) are
        how each looks, as in ``LastingLooks``. Detections that hold nothing finite are left out.
        Their order does not matter.
        """
        now, picture = max(at / SECOND, self._instant.now), self._instant.picture + 1
        self._instant = Instant(now, picture, aspect)
        found = sightings(points, aspect, scores, self.options.ignore, self._spread, looks=looks)
        found = self._without_doubles(found)
        self._forget()
        strong = [one for one in found if one.score >= self.options.enter]
        weak = [one for one in found if self.options.stay <= one.score < self.options.enter]
        self._lay(strong, self._tracks)
        self._lay(weak, (track for track in self._tracks if now - track.seen_at <= RECENT))
        self._recover(strong)
        for one in strong:
            if one.free:
                self._tracks.append(Track(one, now, picture, self._spread))
        self._learn(found)
        self._leave_areas()
        self._tell_newcomers()
        return self._told()

    def _without_doubles(self, found: list[Sighting]) -> list[Sighting]:
        """Return the detections, best first, without those that lie on a better one."""
        kept: list[Sighting] = []
        for one in found:
            if all(self._alike(one, other) < DOUBLE for other in kept):
                kept.append(one)
        return kept

    def _alike(self, one: Sighting | Track, other: Sighting | Track) -> float:
        """Return the OKS of two of one moment, as 0 to 1; by the larger of both."""
        apart = ((one.points - other.points) ** 2).sum(axis=1)
        size = np.array(max(one.size, other.size))
        weights = one.weights * other.weights
        return float(similarity(apart, weights, size, self._spread.k, np.zeros(()))[0])

    def _forget(self) -> None:
        now = self._instant.now
        self._tracks = [
            track for track in self._tracks if now - track.seen_at <= self._memory(track)
        ]

    def _memory(self, track: Track) -> float:
        """Return for how many seconds an unseen track is remembered."""
        if track.slot and track.slot == self.options.lock:
            return math.inf
        if track.slot or track.pictures >= self.options.birth:
            return self.options.memory
        return min(self.options.memory, RECENT)

    def _lay(self, found: Sequence[Sighting], tracks: Iterable[Track]) -> None:
        """Lay free detections on the tracks that were not seen yet, by what is likeliest."""
        now, picture, _ = self._instant
        found = [one for one in found if one.free]
        waiting = [track for track in tracks if track.picture < picture]
        if not found or not waiting:
            return
        pairing = Pairing(found, waiting, self._instant, self._spread)
        fits, pairs = pairing.fits, pairing.likeliest()
        free = set(range(len(waiting))) - {row for row, _ in pairs}
        for row, column in pairs:
            near = fits[:, column] >= RIVAL * fits[row, column]
            rivals = [waiting[other] for other in free if near[other]]
            self._turn_back(waiting[row], found[column], turned=pairing.turned[row, column])
            if self._perhaps_another(waiting[row], rivals, now):
                waiting[row].glimpse(found[column], now, picture)
            else:
                waiting[row].see(found[column], now, picture)
            waiting[row].doubtful = self._doubtful((row, column), pairs, pairing.costs, waiting)

    def _turn_back(self, track: Track, one: Sighting, *, turned: bool) -> None:
        """Exchange the sides of a detection where a network took them for each other.

        Nobody turns about within a picture; where it stays so, it is the track that was wrong.
        """
        track.turns = track.turns + 1 if turned else 0
        if self._spread.sides is not None and 0 < track.turns < TURNED:
            one.turn(self._spread.sides)

    def _doubtful(
        self, pair: tuple[int, int], pairs: Pairs, costs: Floats, tracks: Sequence[Track]
    ) -> bool:
        """Whether a pair is hardly likelier than another way, so that it is better not told."""
        track = tracks[pair[0]]
        told = [row for row, each in enumerate(tracks) if each.slot]
        needed = UNDECIDED if track.told == self._instant.picture - 1 else DECIDED
        return track.slot > 0 and margin(pair, pairs, costs, told) < needed

    @staticmethod
    def _perhaps_another(track: Track, rivals: Sequence[Track], now: float) -> bool:
        """Whether what was laid on a track may as well be another who hides, or is hidden by, it.

        Two who cross are one detection for a while. Whoever gets it must not be led astray by it:
        when they part, each goes on as they came.
        """
        lately = [one for one in (track, *rivals) if one.slot and now - one.at <= MERGED]
        return len(lately) > 1 and lately[0] is track

    def _learn(self, found: Sequence[Sighting]) -> None:
        """Note how those look who are surely seen, with nobody near."""
        for track in self._seen():
            one = track.sighting
            if track.at < self._instant.now or not np.isfinite(one.looks).any():
                continue
            reach = [ALONE * max(one.size, other.size) for other in found]
            near = [
                float(np.hypot(*(one.centre - other.centre))) < far
                for other, far in zip(found, reach, strict=True)
                if other is not one
            ]
            if not any(near):
                track.appearance.learn(one.looks)

    def _recover(self, found: Sequence[Sighting]) -> None:
        """Look for those who are told and not found where they were last seen."""
        now, picture, _ = self._instant
        found = [one for one in found if one.free]
        waiting = [track for track in self._tracks if track.slot and track.picture < picture]
        if not found or not waiting:
            return
        for row, column in found_again(found, waiting, now, self._spread):
            waiting[row].see(found[column], now, picture)

    def _leave_areas(self) -> None:
        """Take the slots of those who lie in an area that was drawn just now."""
        if self._areas == self.options.ignore:
            return
        self._areas = self.options.ignore
        for track in self._seen():
            if track.sighting.ignored:
                track.slot = track.id = 0

    def _tell_newcomers(self) -> None:
        """Let whoever passes the gate of birth have a slot and an id."""
        for track in self._seen():
            if track.slot or track.pictures < self.options.birth or track.sighting.ignored:
                continue
            told = [one for one in self._seen() if one.slot]
            if any(self._alike(track, one) >= SHADOW for one in told):
                continue
            if self._returns(track):
                continue
            slot = self._free_slot()
            if slot:
                self._ids += 1
                track.slot, track.id = slot, self._ids

    def _returns(self, track: Track) -> bool:
        """Whether a newcomer is one who is away and looks the same; they get their slot and id."""
        now, picture, _ = self._instant
        looks = track.sighting.looks
        nearest, best = None, FAMILIAR
        for one in self._tracks:
            if not one.slot or one.picture == picture:
                continue
            reach = (NEAR + HURRY * (now - one.at)) * one.size
            if float(np.hypot(*(track.centre - one.centre))) > reach:
                continue
            unlike = one.appearance.unlike(looks)
            if unlike is not None and unlike < best:
                nearest, best = one, unlike
        if nearest is None:
            return False
        track.slot, track.id, track.appearance = nearest.slot, nearest.id, nearest.appearance
        self._tracks.remove(nearest)
        return True

    def _free_slot(self) -> int:
        """Return the lowest slot that nobody has, or that of whom is longest unseen; 0 is none."""
        holders = {track.slot: track for track in self._tracks if track.slot}
        for slot in range(1, self.options.people + 1):
            if slot not in holders:
                return slot
        away = [
            track
            for track in holders.values()
            if self._instant.now - track.seen_at > EVICTED
            and track.slot != self.options.lock
            and track.slot <= self.options.people
        ]
        if not away:
            return 0
        longest = min(away, key=lambda track: (track.seen_at, track.slot))
        self._tracks.remove(longest)
        return longest.slot

    def _seen(self) -> list[Track]:
        """Return the tracks that are seen in this picture."""
        return [track for track in self._tracks if track.picture == self._instant.picture]

    def _told(self) -> tuple[Assigned, ...]:
        lock, people = self.options.lock, self.options.people
        told = []
        for track in self._seen():
            if 0 < track.slot <= people and lock in (0, track.slot) and not track.doubtful:
                track.told = self._instant.picture
                one = track.sighting
                told.append(Assigned(one.row, track.slot, track.id, one.turned))
        return tuple(sorted(told, key=lambda one: one.slot))
