"""Who may have been taken for each other, until what they wear has shown it over some pictures.

Two who come out of one place may each be taken for the other, and no one picture says it surely. So
what they wore before is kept as it was, and over the pictures in which both are seen whole and
apart it is added up which is likelier: that they are who they are taken for, or each the other (the
sequential probability ratio test: Wald 1945, "Sequential Tests of Statistical Hypotheses"). Who is
surely the other gets their slot and id. Who wear the same are never in doubt: nothing would end it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np

from engine.dsp.landmarks.appearance import LastingLooks
from engine.dsp.landmarks.pairing import PLAIN, WHOLE, Instant
from engine.dsp.landmarks.sighting import Sighting
from engine.dsp.landmarks.similarity import Spread
from engine.dsp.landmarks.track import Track, centres_at

NEAR: Final = 0.5
"""Sizes between the middles of two, within which they may be taken for each other."""
DIFFERENT: Final = 0.4
"""Nats by which what two wear must differ."""
SURE: Final = 6.0
"""Nats that end a doubt."""
LIKE_BEFORE: Final = 0.17
"""Seconds whose pictures count as one: the mistakes of successive ones are alike."""
LONGEST: Final = 2.0
"""Seconds of pictures after which nothing will end a doubt that they did not."""


@dataclass(slots=True)
class _Doubt:
    """``nats`` for who each of two is taken for, out of ``seconds`` of pictures."""

    nats: float = 0.0
    seconds: float = 0.0


class Doubts:
    """The pairs of ids who may have been taken for each other, and what each id wears."""

    def __init__(self, spread: Spread) -> None:
        self._spread = spread
        self._worn: dict[int, LastingLooks] = {}
        self._open: dict[tuple[int, int], _Doubt] = {}
        self._now = -math.inf

    def settle(self, tracks: Sequence[Track], found: Sequence[Sighting], instant: Instant) -> None:
        """Exchange slots and ids of those tracks who are surely each other.

        ``found`` is all that the picture shows.
        """
        told = {track.id: track for track in tracks if track.slot}
        passed, self._now = min(instant.now - self._now, LIKE_BEFORE), instant.now
        self._worn = {each: self._worn.get(each, LastingLooks()) for each in told}
        self._open = {pair: each for pair, each in self._open.items() if told.keys() >= {*pair}}
        self._begin(told, instant)
        plain = {
            each: track
            for each, track in told.items()
            if track.picture == instant.picture and _plain(track.sighting, found)
        }
        self._weigh(plain, passed)
        doubted = {each for pair in self._open for each in pair}
        for each, track in plain.items():
            if each not in doubted and track.id == each and track.at == instant.now:
                self._worn[each].learn(track.sighting.looks)

    def _begin(self, told: Mapping[int, Track], instant: Instant) -> None:
        """Doubt who lie, or should lie, near each other."""
        if len(told) < 2:
            return
        ids = sorted(told)
        tracks = [told[each] for each in ids]
        where = centres_at(tracks, instant.now, instant.aspect, self._spread)
        for (one, here), (other, there) in combinations(zip(ids, where, strict=True), 2):
            reach = NEAR * max(told[one].size, told[other].size)
            if math.dist(here, there) < reach and self._different(one, other):
                self._open.setdefault((one, other), _Doubt())

    def _different(self, one: int, other: int) -> bool:
        """Whether what two wear is known, and tells them apart."""
        return self._worn[one].differs(self._worn[other]) >= DIFFERENT

    def _weigh(self, plain: Mapping[int, Track], passed: float) -> None:
        """Add what a picture says of those who are plainly seen."""
        for pair, doubt in [*self._open.items()]:
            if not plain.keys() >= {*pair}:
                continue
            nats = self._nats(*pair, plain)
            if math.isnan(nats):
                continue
            doubt.nats += nats * passed / LIKE_BEFORE
            doubt.seconds += passed
            if doubt.nats <= -SURE:
                self._exchange(*pair, plain)
                return
            if doubt.nats >= SURE or doubt.seconds >= LONGEST:
                del self._open[pair]

    def _nats(self, one: int, other: int, plain: Mapping[int, Track]) -> float:
        """Return by how much two look more like who they are taken for than like each other."""
        mine, theirs = self._worn[one], self._worn[other]
        here, there = plain[one].sighting.looks, plain[other].sighting.looks
        nats = mine.unlike(there) + theirs.unlike(here) - mine.unlike(here) - theirs.unlike(there)
        return float(nats)

    def _exchange(self, one: int, other: int, plain: Mapping[int, Track]) -> None:
        """Exchange slot and id of two; what was added up for either is void."""
        here, there = plain[one], plain[other]
        here.id, there.id = other, one
        here.slot, there.slot = there.slot, here.slot
        del self._open[one, other]
        for pair in self._open:
            if one in pair or other in pair:
                self._open[pair] = _Doubt()


def _plain(one: Sighting, found: Sequence[Sighting]) -> bool:
    """Whether somebody is seen whole, with nobody near, and something of what they wear."""
    whole = float((one.weights >= PLAIN).mean()) >= WHOLE and bool(np.isfinite(one.looks).any())
    return whole and not any(
        math.dist(one.centre, other.centre) < NEAR * max(one.size, other.size)
        for other in found
        if other is not one
    )
