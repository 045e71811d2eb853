"""Who is who from one picture to the next: slots and ids that hold.

Detections, strong and then weak, are laid on tracks by what is likely (``pairing``), as ByteTrack
does (Zhang et al. 2022, "ByteTrack: Multi-Object Tracking by Associating Every Detection Box").
What fits no prediction is looked for where it was last seen, and motion is measured between
observations, never between guesses, as in OC-SORT (Cao et al. 2023, "Observation-Centric SORT").

What anybody wears decides where places leave it open, if whoever finds people gives it: it is kept
in memory as long as they are followed, and never told (``appearance``). Where who is who stays open
all the same, nobody is told until it shows; and who was taken for another is put right once what
they wear has shown it for a while (``doubts``). Which of them are told, and by which slots, is in
``roster``.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from engine.core.landmarks import Instance
from engine.core.messages import Ns
from engine.core.skeletons import Skeleton
from engine.dsp.landmarks.assignment import Pairs, margin
from engine.dsp.landmarks.doubts import Doubts
from engine.dsp.landmarks.onward import Onward
from engine.dsp.landmarks.pairing import BLINK, MERGED, Instant, Pairing, found_again
from engine.dsp.landmarks.roster import RECENT, Roster, Tracking
from engine.dsp.landmarks.sighting import Sighting, sightings
from engine.dsp.landmarks.similarity import Floats, alike, spread
from engine.dsp.landmarks.track import Track, centres_at

__all__ = ["Assigned", "Tracker", "Tracking"]

MISSED: Final = -1
"""The row of who is told though no detection shows them."""
DOUBLE: Final = 0.6
"""Two of one picture that lie as alike as this are one body found twice."""
RIVAL: Final = 0.5
"""It may be one who fits by this part of what the other does."""
DECIDED: Final = 6.0
"""Nats by which who is who must be likelier than the next best, or it is not told."""
UNDECIDED: Final = 2.0
"""The same for who was told in the last picture."""
AGAIN: Final = 3
"""Pictures in a row in which one of two who were hidden is seen, before they are told."""
BOTH: Final = 1.5
"""Seconds after which who is hidden is no longer waited for."""
TURNED: Final = 4
"""Pictures in a row in which the sides of a body are exchanged, until they are believed."""
TOO_LARGE: Final = 1.45
"""By how many times larger than either of two a body must be, to be made of limbs of both."""
TOO_BROAD: Final = 0.3
"""By what part of how large they are it must be broader than they were, where one is missing: who
turns to the camera just then is not told until they are longer unseen than BOTH."""
NEAR_TWO: Final = 1.0
"""Sizes from where two should be, within which a detection may be made of both."""
ALONE: Final = 0.8
"""Sizes between the middles of two of whom neither hides the other."""


class Assigned(NamedTuple):
    """Who the detection in ``row`` is; ``turned`` where its sides are to be exchanged.

    ``row`` is MISSED of who is told where they should be.
    """

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
        self._spread = spread(skeleton)
        self._roster = Roster(options or Tracking(), self._spread)
        self._carried: dict[int, Track] = {}
        self._doubts = Doubts(self._spread)
        self._clock = Onward()
        self._instant = Instant(-math.inf, 0, 1.0)

    @property
    def options(self) -> Tracking:
        """What a performer sets."""
        return self._roster.options

    @options.setter
    def options(self, options: Tracking) -> None:
        self._roster.options = options

    @property
    def _tracks(self) -> list[Track]:
        return self._roster.tracks

    def reset(self) -> None:
        """Forget everybody: who comes has a new id."""
        self._tracks.clear()
        self._doubts = Doubts(self._spread)
        self._clock = Onward()

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
        if one.row == MISSED:
            now, _, aspect = self._instant
            return self._carried[one.id].carried(now, aspect, self.options.carry)
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
        now, picture = self._clock.at(at), self._instant.picture + 1
        self._instant = Instant(now, picture, aspect)
        found = sightings(points, aspect, scores, self.options.ignore, self._spread, looks=looks)
        found = self._without_chimeras(self._without_doubles(found))
        self._roster.forget(now)
        strong = [one for one in found if one.score >= self.options.enter]
        weak = [one for one in found if self.options.stay <= one.score < self.options.enter]
        self._lay(strong, self._tracks)
        self._lay(weak, (track for track in self._tracks if now - track.seen_at <= RECENT))
        self._recover(strong)
        for one in strong:
            if one.free:
                self._tracks.append(Track(one, now, picture, self._spread))
        self._learn(found)
        self._doubts.settle(self._tracks, found, self._instant)
        self._roster.admit(self._instant)
        told = self._told()
        tracks = {track.id: track for track in self._tracks}
        for each in told:
            if each.row != MISSED:
                tracks[each.id].keep(self.shown(points, each))
        return told

    def _without_doubles(self, found: list[Sighting]) -> list[Sighting]:
        """Return the detections, best first, without those that lie on a better one."""
        double = alike(found, found, self._spread) >= DOUBLE
        kept: list[int] = []
        for number in range(len(found)):
            if not double[number, kept].any():
                kept.append(number)
        return [found[number] for number in kept]

    def _without_chimeras(self, found: list[Sighting]) -> list[Sighting]:
        """Return the detections without those that are made of limbs of two people.

        They lie between two who should be there, and are far larger or broader than either was.
        """
        build, (now, _, aspect) = self._spread.build, self._instant
        told = [track for track in self._tracks if track.slot and now - track.at <= BOTH]
        if build is None or len(told) < 2 or not found:
            return found
        there = centres_at(told, now, aspect, self._spread)
        size, large, broad = (
            np.array([getattr(track, name) for track in told])
            for name in ("size", "large", "broad")
        )
        away = np.linalg.norm(there[:, None] - np.stack([one.centre for one in found]), axis=2)
        close = away < NEAR_TWO * size[:, None]
        kept = []
        for number, one in enumerate(found):
            near = close[:, number]
            if near.sum() < 2 or np.isnan(large[near] + broad[near]).any():
                kept.append(one)
                continue
            largest = large[near].max()
            too_large = build.large(one.points, one.weights) > TOO_LARGE * largest
            broader = build.broad(one.points, one.weights) - broad[near].max()
            alone = close[near].any(axis=0).sum() < near.sum()
            if not (too_large or (alone and broader > TOO_BROAD * largest)):
                kept.append(one)
        return kept

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
            track = waiting[row]
            self._turn_back(track, found[column], turned=pairing.turned[row, column])
            missed = [waiting[other] for other in free]
            doubtful = self._comes_back_alone(track, found[column], missed) or self._doubtful(
                (row, column), pairs, pairing.costs, waiting
            )
            # What may as well be another says little of where this one is: of two who were hidden
            # in one place, each would be looked for where the other was found twice.
            lately = now - track.at <= MERGED
            if (doubtful and lately) or self._perhaps_another(track, rivals, now):
                track.glimpse(found[column], now, picture)
            else:
                track.see(found[column], now, picture)
            track.doubtful = doubtful

    def _comes_back_alone(self, track: Track, one: Sighting, missed: Sequence[Track]) -> bool:
        """Whether one who was hidden is seen again, and it is too early to say that it is them.

        Of two who were hidden in one place one picture shows a part of somebody, who may be either;
        what is half hidden looks like the other who covers it. So it is waited for some pictures in
        a row, unless both are seen.
        """
        now, picture, aspect = self._instant
        gone = track.told < picture - 1 or now - track.seen_at > BLINK
        back = track.slot and gone and now - track.at > BLINK
        if not back or not any(
            other.slot
            and now - other.at <= BOTH
            and float(np.hypot(*(other.centre_at(now, aspect) - one.centre))) < ALONE * other.size
            for other in missed
        ):
            track.again = 0
            return False
        track.again = track.again + 1 if track.picture == picture - 1 else 1
        return track.again < AGAIN

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
        if not found:
            return
        centres = np.stack([one.centre for one in found])
        sizes = np.array([one.size for one in found])
        for track in self._roster.seen(self._instant):
            one = track.sighting
            if track.at < self._instant.now or not np.isfinite(one.looks).any():
                continue
            away = np.linalg.norm(centres - one.centre, axis=1)
            if (away < ALONE * np.maximum(sizes, one.size)).sum() == 1:  # itself
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

    def _told(self) -> tuple[Assigned, ...]:
        """Return who is told: those who are seen, and those who are carried on."""
        told = [
            Assigned(track.sighting.row, track.slot, track.id, track.sighting.turned)
            for track in self._roster.told(self._instant)
        ]
        self._carried = {track.id: track for track in self._roster.carried(self._instant)}
        told += [Assigned(MISSED, track.slot, track.id) for track in self._carried.values()]
        return tuple(sorted(told, key=lambda one: one.slot))
