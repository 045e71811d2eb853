"""Who of those who are followed is told, and by which slot and id.

A track is told once it has been seen in some pictures, and is nobody's double (the gate of birth);
it is remembered for ``memory`` after it was last seen, slot included (the gate of death). What lies
in an ignored area, and whom no slot is left for, is followed all the same, untold: or a performer
who passes a poster would be taken for it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

import numpy as np

from engine.dsp.landmarks.areas import Area
from engine.dsp.landmarks.pairing import FAMILIAR, NEAR, Instant
from engine.dsp.landmarks.similarity import Spread, alike
from engine.dsp.landmarks.track import Expected, Track

SHADOW: Final = 0.4
"""A newcomer that lies as alike as this to somebody who is told is not told."""
RECENT: Final = 0.5
"""Seconds for which a weak detection continues a track."""
APART: Final = 0.1
"""Who is missed and would lie more alike than this to somebody else is not carried on."""
EVICTED: Final = 0.5
"""Seconds after which somebody unseen loses the slot to a newcomer, if no other is free."""
CARRY: Final = 0.1
"""Seconds for which `pose` carries on who is missed: three pictures of most cameras."""
EXPECTED: Final = 4.0
"""Nats by which who is expected may look different."""
HURRY: Final = 2.0
"""Sizes a second that they may have gone meanwhile."""


@dataclass(frozen=True, slots=True)
class Tracking:
    """What a performer sets: ``memory`` in seconds, ``enter`` and ``stay`` as confidences.

    ``birth`` is the number of pictures before a newcomer is told. ``lock`` is a slot: only who is
    in it is told, and it is kept for them however long they are away; 0 is none. ``carry`` are the
    seconds for which who is missed is told where they should be.
    """

    people: int = 6
    memory: float = 2.0
    enter: float = 0.4
    stay: float = 0.15
    birth: int = 3
    ignore: tuple[Area, ...] = ()
    lock: int = 0
    carry: float = 0.0


class Roster:
    """The tracks of one tracker, with their slots and ids; ids are never given again."""

    def __init__(self, options: Tracking, spread: Spread) -> None:
        self.options = options
        self.tracks: list[Track] = []
        self._spread = spread
        self._ids = 0
        self._areas: tuple[Area, ...] = ()

    def forget(self, now: float) -> None:
        """Forget those who were not seen for longer than they are remembered."""
        self.tracks = [track for track in self.tracks if now - track.seen_at <= self._memory(track)]

    def _memory(self, track: Track) -> float:
        """Return for how many seconds an unseen track is remembered."""
        if track.slot and track.slot == self.options.lock:
            return math.inf
        if track.slot or track.pictures >= self.options.birth:
            return self.options.memory
        return min(self.options.memory, RECENT)

    def seen(self, instant: Instant) -> list[Track]:
        """Return the tracks that are seen in a picture."""
        return [track for track in self.tracks if track.picture == instant.picture]

    def admit(self, instant: Instant) -> None:
        """Let whoever passes the gate of birth have a slot and an id."""
        self._leave_areas(instant)
        for track in self.seen(instant):
            if track.slot or track.pictures < self.options.birth or track.sighting.ignored:
                continue
            told = [one for one in self.seen(instant) if one.slot]
            if (alike([track], told, self._spread) >= SHADOW).any():
                continue
            if self._returns(track, instant):
                continue
            slot = self._free_slot(instant.now)
            if slot:
                self._ids += 1
                track.slot, track.id = slot, self._ids

    def told(self, instant: Instant) -> list[Track]:
        """Return the tracks that are seen in a picture and told, by slot."""
        lock, people = self.options.lock, self.options.people
        told = [
            track
            for track in self.seen(instant)
            if 0 < track.slot <= people and lock in (0, track.slot) and not track.doubtful
        ]
        for track in told:
            track.told = instant.picture
        return sorted(told, key=lambda track: track.slot)

    def carried(self, instant: Instant) -> list[Track]:
        """Return the tracks that were told a moment ago and are missed, by slot.

        Who would lie on somebody else is not carried on: the one may as well be the other.
        """
        lock, people = self.options.lock, self.options.people
        missed = [
            track
            for track in self.tracks
            if 0 < track.slot <= people
            and lock in (0, track.slot)
            and track.picture < instant.picture
            and track.told == track.picture
            and 0 < instant.now - track.at <= self.options.carry
        ]
        if not missed:
            return []
        others = [one for one in self.tracks if one.slot or one.picture == instant.picture]
        mine, theirs = (
            [Expected(track, instant.now, instant.aspect) for track in each]
            for each in (missed, others)
        )
        near = alike(mine, theirs, self._spread) >= APART
        near &= np.array([[track is not other for other in others] for track in missed])
        alone = [track for track, each in zip(missed, near, strict=True) if not each.any()]
        return sorted(alone, key=lambda track: track.slot)

    def _leave_areas(self, instant: Instant) -> None:
        """Take the slots of those who lie in an area that was drawn just now."""
        if self._areas == self.options.ignore:
            return
        self._areas = self.options.ignore
        for track in self.seen(instant):
            if track.sighting.ignored:
                track.slot = track.id = 0

    def _returns(self, track: Track, instant: Instant) -> bool:
        """Whether a newcomer is one who is away and looks the same; they get their slot and id.

        Where as many are followed as there are to be, nobody else is expected: they may look a
        little different, as in other light.
        """
        looks = track.sighting.looks
        slots = {one.slot for one in self.tracks if one.slot}
        nearest, best = None, FAMILIAR if len(slots) < self.options.people else EXPECTED
        for one in self.tracks:
            if not one.slot or one.picture == instant.picture:
                continue
            reach = (NEAR + HURRY * (instant.now - one.at)) * one.size
            if float(np.hypot(*(track.centre - one.centre))) > reach:
                continue
            unlike = float(one.appearance.unlike(looks))
            if unlike < best:  # not where it is NaN
                nearest, best = one, unlike
        if nearest is None:
            return False
        track.slot, track.id, track.appearance = nearest.slot, nearest.id, nearest.appearance
        self.tracks.remove(nearest)
        return True

    def _free_slot(self, now: float) -> int:
        """Return the lowest slot that nobody has, or that of whom is longest unseen; 0 is none."""
        holders = {track.slot: track for track in self.tracks if track.slot}
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
        self.tracks.remove(longest)
        return longest.slot
