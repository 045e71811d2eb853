"""Who is who from one picture to the next: slots and ids that hold.

Detections, strong and then weak, are laid on tracks by what is likely, as ByteTrack does (Zhang et
al. 2022, "ByteTrack: Multi-Object Tracking by Associating Every Detection Box"). Likely is what OKS
says of where a track should be by now (``similarity``); what fits no prediction is looked for where
it was last seen, and motion is measured between observations, never between guesses, as in OC-SORT
(Cao et al. 2023, "Observation-Centric SORT").

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
from engine.dsp.landmarks.assignment import Pairs, assign, margin
from engine.dsp.landmarks.sighting import Sighting, sightings
from engine.dsp.landmarks.similarity import Floats, similarity, spread
from engine.dsp.landmarks.track import Track

GATE: Final = 0.15
"""What lies less alike than this does not belong together, whatever else there is."""
DOUBLE: Final = 0.6
"""Two of one picture that lie as alike as this are one body found twice."""
SHADOW: Final = 0.4
"""A newcomer that lies as alike as this to somebody who is told is not told."""
NEAR: Final = 0.6
"""Sizes between a track's last place and what is still taken for it, before time adds to it."""
RECENT: Final = 0.5
"""Seconds for which a weak detection continues a track."""
DRIFTS: Final = 1.5
"""Seconds after which a place that was seen says no less than before."""
EVICTED: Final = 0.5
"""Seconds after which somebody unseen loses the slot to a newcomer, if no other is free."""
STRANGER: Final = 1.0
"""By how many nats a track that is not told must be likelier than one that is."""
MIDDLE: Final = 0.15
"""Sizes by which the middle of a detection is off from where it was expected a moment ago."""
BOUNCE: Final = 3.0
"""Nats against one who was hidden, and seems to have stopped or turned there (OC-SORT's consistency
of direction): people pass each other more often than not."""
GOES_ON: Final = 0.8
"""The part of their speed at which they are still taken to go on."""
WALK: Final = 0.4
"""Sizes a second; who is slower is going nowhere."""
BLINK: Final = 0.1
"""Seconds: nobody is hidden for less."""
MERGED: Final = 0.7
"""Seconds for which one who was lost beside another may be the one who is seen."""
RIVAL: Final = 0.5
"""It may be one who fits by this part of what the other does."""
LEFT: Final = 16.0
"""Nats; what costs as much is rather left alone."""
DECIDED: Final = 6.0
"""Nats by which who is who must be likelier than the next best, or it is not told."""
UNDECIDED: Final = 2.0
"""The same for who was told in the last picture."""
TURNED: Final = 8.0
"""Nats at most against the place of one who looks the same, and may have turned while hidden."""
AWAY: Final = 1.0
"""Nats against who was not in the last picture."""
FAMILIAR: Final = 1.5
"""Nats: a newcomer who looks no less like one who is away is taken to be them."""
HURRY: Final = 2.0
"""Sizes a second that they may have gone meanwhile."""
ALONE: Final = 0.8
"""Sizes between the middles of two of whom neither hides the other."""
_NEVER: Final = 1e3


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
    """Who the detection in ``row`` is."""

    row: int
    slot: int
    id: int


class Tracker:
    """Follows bodies, hands or faces of a ``skeleton``, or boxes where it is None.

    ``options`` may be set at any time. Ids count from 1 and are never given again, not even after
    ``reset``.
    """

    def __init__(self, skeleton: Skeleton | None, options: Tracking | None = None) -> None:
        self.options = options or Tracking()
        self._skeleton = skeleton
        self._spread = spread(skeleton)
        self._tracks: list[Track] = []
        self._ids = 0
        self._at = -math.inf
        self._picture = 0
        self._aspect = 1.0
        self._areas: tuple[Area, ...] = ()

    def reset(self) -> None:
        """Forget everybody: who comes has a new id."""
        self._tracks.clear()
        self._at = -math.inf

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
            Instance(one.slot, one.id, points[one.row])
            for one in self.assign(points, at, aspect, scores, looks)
        )

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
        self._picture += 1
        self._aspect = aspect
        now = self._at = max(at / SECOND, self._at)
        found = sightings(points, aspect, scores, self.options.ignore, self._spread, looks=looks)
        found = self._without_doubles(found)
        self._forget(now)
        strong = [one for one in found if one.score >= self.options.enter]
        weak = [one for one in found if self.options.stay <= one.score < self.options.enter]
        self._lay(strong, self._tracks, now)
        self._lay(weak, (track for track in self._tracks if now - track.seen_at <= RECENT), now)
        self._recover(strong, now)
        for one in strong:
            if one.free:
                self._tracks.append(Track(one, now, self._picture, self._spread))
        self._learn(found)
        self._leave_areas()
        self._tell_newcomers(now)
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

    def _forget(self, now: float) -> None:
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

    def _lay(self, found: Sequence[Sighting], tracks: Iterable[Track], now: float) -> None:
        """Lay free detections on the tracks that were not seen yet, by what is likeliest."""
        found = [one for one in found if one.free]
        waiting = [track for track in tracks if track.picture < self._picture]
        if not found or not waiting:
            return
        fits, choices = self._likely(found, waiting, now)
        places = -np.log(np.maximum(choices, 1e-12)) + [[_bias(track)] for track in waiting]
        places += self._astray(found, waiting, now)
        looks = self._unlike(found, waiting)
        known = self._familiar(found, waiting, looks, now)
        places = np.where(known, np.minimum(places, TURNED), places)
        costs = np.minimum(places + looks, LEFT)
        costs = np.where((fits >= GATE) | known, costs, LEFT)
        pairs = [pair for pair in assign(costs.tolist()) if costs[pair] < LEFT]
        free = set(range(len(waiting))) - {row for row, _ in pairs}
        for row, column in pairs:
            near = fits[:, column] >= RIVAL * fits[row, column]
            rivals = [waiting[other] for other in free if near[other]]
            if self._perhaps_another(waiting[row], rivals, now):
                waiting[row].glimpse(found[column], now, self._picture)
            else:
                waiting[row].see(found[column], now, self._picture)
            waiting[row].doubtful = self._doubtful((row, column), pairs, costs, waiting)

    def _doubtful(
        self, pair: tuple[int, int], pairs: Pairs, costs: Floats, tracks: Sequence[Track]
    ) -> bool:
        """Whether a pair is hardly likelier than another way, so that it is better not told."""
        track = tracks[pair[0]]
        told = [row for row, each in enumerate(tracks) if each.slot]
        needed = UNDECIDED if track.told == self._picture - 1 else DECIDED
        return track.slot > 0 and margin(pair, pairs, costs, told) < needed

    @staticmethod
    def _perhaps_another(track: Track, rivals: Sequence[Track], now: float) -> bool:
        """Whether what was laid on a track may as well be another who hides, or is hidden by, it.

        Two who cross are one detection for a while. Whoever gets it must not be led astray by it:
        when they part, each goes on as they came.
        """
        lately = [one for one in (track, *rivals) if one.slot and now - one.at <= MERGED]
        return len(lately) > 1 and lately[0] is track

    def _likely(
        self, found: Sequence[Sighting], tracks: Sequence[Track], now: float
    ) -> tuple[Floats, Floats]:
        """Return both similarities of where tracks should be to detections: each (tracks, n)."""
        places = np.stack([track.predicted(now, self._aspect) for track in tracks])
        known = np.stack([track.weights for track in tracks])
        seen = np.stack([one.points for one in found])
        weights = known[:, None] * np.stack([one.weights for one in found])
        apart = ((places[:, None] - seen) ** 2).sum(axis=-1)
        shape = weights.shape[:2]
        sizes = np.broadcast_to([[track.size] for track in tracks], shape)
        unseen = np.array([[min(now - track.at, DRIFTS)] for track in tracks])
        drift = np.broadcast_to(self._spread.drift * unseen, shape)
        return similarity(apart, weights, sizes, self._spread.k, drift)

    def _astray(self, found: Sequence[Sighting], tracks: Sequence[Track], now: float) -> Floats:
        """Return how unlikely the middle of each detection is for each track, in nats.

        Why beside the points: of who is half hidden few are known, and those are the worse ones.
        """
        places = np.stack([one.centre for one in found])
        unseen = np.array([min(now - track.at, DRIFTS) for track in tracks])
        expected = np.stack([track.centre_at(now, self._aspect) for track in tracks])
        away = np.linalg.norm(expected[:, None] - places, axis=2)
        away /= np.array([[track.size] for track in tracks])
        nats: Floats = 0.5 * (away / (MIDDLE + self._spread.drift * unseen)[:, None]) ** 2
        for row, track in enumerate(tracks):
            speed = float(np.hypot(*track.velocity))
            if BLINK < now - track.at <= MERGED and speed > WALK * track.size:
                moved = (places - track.centre) @ track.velocity / speed / (now - track.at)
                nats[row] += BOUNCE * np.clip(GOES_ON - moved / speed, 0.0, 1.0)
        return nats

    def _unlike(self, found: Sequence[Sighting], tracks: Sequence[Track]) -> Floats:
        """Return how unlike each detection looks for each track, in nats.

        Looks decide between those who are known: whoever is too new for that looks as likely as the
        likeliest of them, or a double of one picture would be more like everybody than they are.
        Whom the last picture did not show is less likely in this one: of two who are one detection
        for a while, one has it all the time.
        """
        nats = np.array([[track.appearance.unlike(one.looks) for one in found] for track in tracks])
        known = [[track.appearance.knows(one.looks) for one in found] for track in tracks]
        likeliest = np.where(known, nats, np.inf).min(axis=0)
        nats = np.where(known, nats, np.where(np.isfinite(likeliest), likeliest, 0.0))
        away = [[AWAY if track.picture < self._picture - 1 else 0.0] for track in tracks]
        return nats + away

    def _familiar(
        self, found: Sequence[Sighting], tracks: Sequence[Track], looks: Floats, now: float
    ) -> NDArray[np.bool_]:
        """Return who looks like one who was hidden not far from there, and may have turned."""
        table = looks <= AWAY + FAMILIAR
        for row, track in enumerate(tracks):
            for column, one in enumerate(found):
                table[row, column] &= (
                    now - track.at > BLINK
                    and track.appearance.knows(one.looks)
                    and self._within(track, one, now)
                )
        return table

    def _within(self, track: Track, one: Sighting, now: float) -> bool:
        """Whether a detection lies no further than somebody may be from where they were seen."""
        reach = NEAR + 2 * self._spread.drift * min(now - track.at, DRIFTS)
        return float(np.linalg.norm(one.centre - track.centre)) <= reach * track.size

    def _learn(self, found: Sequence[Sighting]) -> None:
        """Note how those look who are surely seen, with nobody near."""
        for track in self._seen():
            one = track.sighting
            if track.at < self._at or not np.isfinite(one.looks).any():
                continue
            reach = [ALONE * max(one.size, other.size) for other in found]
            near = [
                float(np.hypot(*(one.centre - other.centre))) < far
                for other, far in zip(found, reach, strict=True)
                if other is not one
            ]
            if not any(near):
                track.appearance.learn(one.looks)

    def _recover(self, found: Sequence[Sighting], now: float) -> None:
        """Look for those who are told and not found where they were last seen."""
        found = [one for one in found if one.free]
        waiting = [track for track in self._tracks if track.slot and track.picture < self._picture]
        if not found or not waiting:
            return
        costs = np.full((len(waiting), len(found)), _NEVER)
        for row, track in enumerate(waiting):
            for column, one in enumerate(found):
                if self._within(track, one, now):
                    away = float(np.linalg.norm(one.centre - track.centre)) / track.size
                    costs[row, column] = away + track.appearance.unlike(one.looks)
        for row, column in _cheapest(costs):
            waiting[row].see(found[column], now, self._picture)

    def _leave_areas(self) -> None:
        """Take the slots of those who lie in an area that was drawn just now."""
        if self._areas == self.options.ignore:
            return
        self._areas = self.options.ignore
        for track in self._seen():
            if track.sighting.ignored:
                track.slot = track.id = 0

    def _tell_newcomers(self, now: float) -> None:
        """Let whoever passes the gate of birth have a slot and an id."""
        for track in self._seen():
            if track.slot or track.pictures < self.options.birth or track.sighting.ignored:
                continue
            told = [one for one in self._seen() if one.slot]
            if any(self._alike(track, one) >= SHADOW for one in told):
                continue
            if self._returns(track, now):
                continue
            slot = self._free_slot(now)
            if slot:
                self._ids += 1
                track.slot, track.id = slot, self._ids

    def _returns(self, track: Track, now: float) -> bool:
        """Whether a newcomer is one who is away and looks the same; they get their slot and id."""
        looks = track.sighting.looks
        nearest, best = None, FAMILIAR
        for one in self._tracks:
            if not one.slot or one.picture == self._picture or not one.appearance.knows(looks):
                continue
            reach = (NEAR + HURRY * (now - one.at)) * one.size
            if float(np.hypot(*(track.centre - one.centre))) > reach:
                continue
            unlike = one.appearance.unlike(looks)
            if unlike < best:
                nearest, best = one, unlike
        if nearest is None:
            return False
        track.slot, track.id, track.appearance = nearest.slot, nearest.id, nearest.appearance
        self._tracks.remove(nearest)
        return True

    def _free_slot(self, now: float) -> int:
        """Return the lowest slot that nobody has, or that of whom is longest unseen; 0 is none."""
        holders = {track.slot: track for track in self._tracks if track.slot}
        for slot in range(1, self.options.people + 1):
            if slot not in holders:
                return slot
        away = [
            track
            for track in holders.values()
            if now - track.seen_at > EVICTED
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
        return [track for track in self._tracks if track.picture == self._picture]

    def _told(self) -> tuple[Assigned, ...]:
        lock, people = self.options.lock, self.options.people
        told = []
        for track in self._seen():
            if 0 < track.slot <= people and lock in (0, track.slot) and not track.doubtful:
                track.told = self._picture
                told.append(Assigned(track.sighting.row, track.slot, track.id))
        return tuple(sorted(told, key=lambda one: one.slot))


def _bias(track: Track) -> float:
    """Return what it costs a track to be chosen, whatever it fits."""
    return 0.0 if track.slot else STRANGER


def _cheapest(costs: Floats) -> list[tuple[int, int]]:
    """Return the pairs (row, column) that cost the least together, without those that cannot be."""
    return [pair for pair in assign(costs.tolist()) if costs[pair] < _NEVER]
