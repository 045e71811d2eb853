"""Whatever comes, nobody is two and no two are one; and a day of visitors leaves nothing behind."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.skeletons import COCO_17
from engine.dsp.landmarks.areas import Area
from engine.dsp.landmarks.shared_floor import SharedFloor, Stood
from engine.dsp.landmarks.tracker import Tracker, Tracking

RATE = 30
HOUR = 3600.0
SHAPE = np.random.default_rng(3).uniform(-0.5, 0.5, (17, 2)) * [0.06, 0.3]
STEPS = st.lists(
    st.sampled_from([1 / RATE] * 6 + [0.0, -1 / RATE, 0.7, 10.0, -HOUR, HOUR]),
    min_size=6,
    max_size=12,
)
BROKEN = [np.nan, np.inf, -np.inf, 1e30, -1e30]


def body(x):
    points = np.full((17, 3), 0.9, np.float32)
    points[:, :2] = SHAPE + np.array([x, 0.5])
    return points


def crowd(rng, at, most):
    """Return bodies (n, 17, 3) of up to ``most`` who walk; some come, go, or are broken."""
    count = int(rng.integers(0, most + 1))
    middles = np.stack([np.linspace(0.05, 0.95, most), np.tile([0.3, 0.6, 0.5], most)[:most]], 1)
    middles += 0.1 * np.sin(at + np.arange(most))[:, None]
    chosen = rng.choice(most, count, replace=False)
    points = np.full((count, 17, 3), 0.9, np.float32)
    points[:, :, :2] = middles[chosen, None] + SHAPE + rng.normal(0, 0.003, (count, 17, 2))
    for one in points:
        what = rng.random()
        if what < 0.05:
            one[rng.integers(0, 17), rng.integers(0, 3)] = rng.choice(BROKEN)
        elif what < 0.1:
            one[:, :2] = one[0, :2]  # no size
        elif what < 0.15:
            one[:, 2] = rng.choice([0.0, 0.16, 0.3, 2.0, -1.0])
        elif what < 0.2:
            one[:] = points[0]  # found twice
        elif what < 0.22:
            one[:] = np.nan
        elif what < 0.25:
            one[:, :2] += rng.choice([-3.0, 0.7, 40.0], 2)  # not in the picture
    return points


class Owners:
    """Which slot each id had, in a storm: an id is new once, and keeps its slot."""

    def __init__(self, people):
        self._people = people
        self._slots = {}
        self._gone = set()

    def check(self, told):
        slots, ids = [one.slot for one in told], [one.id for one in told]
        assert slots == sorted({*slots}) and len({*ids}) == len(ids)
        assert all(1 <= slot <= self._people for slot in slots)
        assert not self._gone & {*ids}
        newest = max(self._slots, default=0)
        for one in told:
            assert one.id in self._slots or one.id > newest
            assert self._slots.setdefault(one.id, one.slot) == one.slot

    def forget(self):
        self._gone |= {*self._slots}


@given(st.integers(0, 2**32 - 1), STEPS, st.sampled_from([(60, 16), (20, 2), (3, 1)]))
@settings(max_examples=12, deadline=None)
def test_a_storm_of_people_leaves_slots_and_ids_to_one(seed, steps, sizes):
    rng = np.random.default_rng(seed)
    most, people = sizes
    tracker = Tracker(COCO_17, Tracking(people=people, birth=2, carry=0.1))
    owners, at = Owners(people), 10 * HOUR
    for step in steps:
        at += step
        points = crowd(rng, at, most)
        looks = rng.choice([0.0, 0.5, 1.0, np.nan, np.inf], (len(points), 6))
        told = tracker.assign(points, ns(at), 16 / 9, looks=looks)
        owners.check(told)
        rows = [one.row for one in told if one.row >= 0]
        assert len({*rows}) == len(rows)
        if rng.random() < 0.1:
            tracker.reset()
            owners.forget()
        if rng.random() < 0.1:
            area = Area(((0.0, 0.0), (float(rng.uniform(0.1, 1)), 1.0)))
            tracker.options = Tracking(people, ignore=(area,), birth=2, carry=0.1)


@given(st.integers(0, 2**32 - 1), STEPS)
@settings(max_examples=12, deadline=None)
def test_a_storm_of_boxes_leaves_slots_and_ids_to_one(seed, steps):
    rng = np.random.default_rng(seed)
    tracker = Tracker(None, Tracking(people=5))
    owners, at = Owners(5), 10 * HOUR
    for step in steps:
        at += step
        corners = rng.choice([0.1, 0.1, 0.5, 0.52, 0.9, np.nan, 7.0], (rng.integers(0, 12), 2, 2))
        boxes = np.concatenate([corners, np.full((len(corners), 2, 1), 0.9)], axis=2)
        scores = rng.choice([0.0, 0.2, 0.9, np.nan, np.inf], len(corners))
        owners.check(tracker.assign(boxes.astype(np.float32), ns(at), 16 / 9, scores))


@given(st.integers(0, 2**32 - 1), STEPS)
@settings(max_examples=12, deadline=None)
def test_a_storm_on_a_floor_leaves_slots_and_ids_to_one(seed, steps):
    rng = np.random.default_rng(seed)
    floor = SharedFloor(0.7, 2.0)
    at = 10 * HOUR
    for step in steps:
        at += step
        for camera in range(int(rng.integers(1, 5))):
            ids = rng.choice(12, rng.integers(0, 9), replace=False).tolist()
            places = rng.choice([0.0, 0.3, 1.0, 2.5, np.nan, np.inf, 1e9], (len(ids), 2)).tolist()
            sure = rng.choice([0.0, 0.5, 1.0], len(ids)).tolist()
            seen = [Stood(*each) for each in zip(ids, map(tuple, places), sure, strict=True)]
            people = floor.update(camera, seen, ns(at))
            assert len({one.id for one in people}) == len(people)
            assert [one.slot for one in people] == sorted({one.slot for one in people})
            assert all(np.isfinite(one.place).all() for one in people)


@pytest.mark.parametrize("back", [-HOUR, -10.0])
def test_after_a_clock_that_went_back_people_come_and_go_as_ever(back):
    """One moment was wrong, or a recording begins anew: who left is not kept for an hour."""
    tracker = Tracker(COCO_17, Tracking(people=1, birth=2, memory=1.0))
    places, at = [0.2] * 5 + [None] * 60 + [0.8] * 60, 10 * HOUR
    told = []
    for number, x in enumerate(places):
        at += 1 / RATE + (back if number == 4 else 0.0)
        points = np.array([] if x is None else [body(x)], np.float32).reshape(-1, 17, 3)
        told.append([one.id for one in tracker.assign(points, ns(at), 16 / 9)])
    assert told[4] == [1]
    assert told[-1] == [2]


def grown(update, visits):
    """Return how many bytes more than after a few visitors what they came to has after all."""
    sizes = []
    for visit in range(visits):
        kept = update(visit)
        if visit in (30, visits - 1):
            sizes.append(len(pickle.dumps(kept)))
    return sizes[-1] - sizes[0]


DAY = 24 * HOUR
VISITORS = 600
FRAMES = 4


def test_a_day_of_visitors_leaves_nothing_in_the_tracker():
    tracker = Tracker(COCO_17, Tracking(people=4, birth=2, carry=0.1))
    newest = 0

    def update(visit):
        nonlocal newest
        looks = np.random.default_rng(visit).random((1, 6)) / 3
        for frame in range(FRAMES):
            x = 0.3 + 0.01 * frame
            at = ns(visit * DAY / VISITORS + frame / RATE)
            told = tracker.assign(body(x)[None], at, 16 / 9, looks=looks)
        newest = told[0].id
        return tracker

    assert grown(update, VISITORS) < 200
    assert newest == VISITORS


def test_a_day_of_visitors_leaves_nothing_on_a_floor():
    floor = SharedFloor(0.7, 2.0)
    ids = []

    def update(visit):
        for frame in range(FRAMES):
            for camera in (0, 1):
                at = ns(visit * DAY / VISITORS + frame / RATE)
                told = floor.update(camera, [Stood(visit, (1.0, 1.0 + 0.1 * camera))], at)
        ids.append(told[0].id)
        return floor

    assert grown(update, VISITORS) < 200
    assert ids == sorted(ids) and ids[-1] >= VISITORS
