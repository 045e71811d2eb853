"""Who was taken for another gets their own slot and id, and nobody else does."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.skeletons import COCO_17
from engine.dsp.landmarks.appearance import LastingLooks
from engine.dsp.landmarks.doubts import Doubts
from engine.dsp.landmarks.pairing import Instant
from engine.dsp.landmarks.sighting import sightings
from engine.dsp.landmarks.similarity import spread
from engine.dsp.landmarks.track import Track
from engine.dsp.landmarks.tracker import Tracker, Tracking
from tests.nodes.people import ASPECT, someone

RATE = 30
MEDIA = Path(__file__).parents[2] / "media"


def test_who_turned_while_hidden_gets_the_id_back():
    """Two turn back behind a pillar, and come out taken for each other."""
    with np.load(MEDIA / "turned_behind_a_pillar.npz") as kept:
        points, looks = kept["points"].astype(np.float32), kept["looks"].astype(np.float64)
    tracker = Tracker(COCO_17, Tracking(people=2))
    told = [
        tracker.update(found, ns(number / RATE), 16 / 9, looks=wears)
        for number, (found, wears) in enumerate(zip(points, looks, strict=True))
    ]
    before, after = (
        {one.id: bool(one.points[:, 0].mean() > 0.5) for one in told[number]} for number in (30, -1)
    )
    assert before == after
    assert sorted(before) == [1, 2]


def parted(looks, taken, noise, seed):
    """Let two stand apart, meet, and part, each ``taken`` for the other or not.

    Return whose slot and id each has before and after; what they wear varies by ``noise``.
    """
    shape, random = spread(COCO_17), np.random.default_rng(seed)
    doubts = Doubts(shape)
    tracks: list[Track] = []

    def shows(first, pictures, places, worn):
        for number in range(first, first + pictures):
            instant = Instant(number / RATE, number, ASPECT)
            points = np.stack([someone(x=x, tall=0.4).joints for x in places])
            wears = [each + random.normal(0, noise, len(each)) for each in worn]
            found = sightings(points, ASPECT, None, (), shape, looks=wears)
            found.sort(key=lambda one: one.row)
            if not tracks:
                tracks.extend(Track(one, instant.now, number, shape) for one in found)
                for each, track in enumerate(tracks, 1):
                    track.slot, track.id = each, each
            for track, one in zip(tracks, found, strict=True):
                track.see(one, instant.now, number)
            doubts.settle(tracks, found, instant)
        return [(track.slot, track.id) for track in tracks]

    before = shows(1, 30, (0.25, 0.75), looks)
    shows(31, 5, (0.5, 0.52), looks)
    return before, shows(36, 90, (0.25, 0.75), looks[::-1] if taken else looks)


@given(st.booleans(), st.floats(0, 0.04), st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_who_wears_something_else_is_put_right(taken, noise, seed):
    before, after = parted(np.eye(6)[:2], taken, noise, seed)
    assert before == [(1, 1), (2, 2)]
    assert after == (before[::-1] if taken else before)


@given(st.booleans(), st.floats(0, 0.04), st.integers(0, 2**32 - 1))
@settings(max_examples=15, deadline=None)
def test_who_wear_the_same_are_never_exchanged(taken, noise, seed):
    before, after = parted(np.eye(6)[[0, 0]], taken, noise, seed)
    assert after == before


def test_two_of_whom_nothing_is_known_do_not_differ():
    known = LastingLooks()
    for _ in range(3):
        known.learn(np.eye(6)[0])
    assert np.isnan(known.differs(LastingLooks()))
    assert np.isnan(LastingLooks().differs(known))
    assert known.differs(known) == 0
