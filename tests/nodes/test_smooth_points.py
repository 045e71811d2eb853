"""Points that are made steady: at rest, on a swing, while they are missed, and ahead of time."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.landmarks import Instance, Landmarks, Person, Pose
from engine.core.skeletons import BLAZEPOSE_33, COCO_17, FACE_468, HAND_21
from engine.nodes.smooth import Smooth
from engine.testing import play

ASPECT = 16 / 9
SIZE = np.array([1280, 720])
RATE = 30
BODY = np.random.default_rng(5).uniform([0.4, 0.2], [0.6, 0.8], (17, 2))
WRIST = 9


def body(places=BODY, sure=0.8):
    return np.column_stack([places, np.full(len(places), sure)]).astype(np.float32)


def pose(*people):
    return Pose(tuple(Person(slot, slot, points) for slot, points in enumerate(people, 1)), ASPECT)


def aside(far):
    """Return the places of a body that stands further right."""
    return BODY + np.array([far, 0.0])


def trembling(rng, pixels):
    return rng.normal(0, pixels, (17, 2)) / SIZE


def swing(box, hz=1.0, seconds=15, pixels=1.0):
    """Return by how many ms a wrist that swings comes later, and how far it is off in pixels."""
    rng = np.random.default_rng(1)
    times, xs, true = np.arange(seconds * RATE) / RATE, [], []
    for at in times:
        places = BODY + trembling(rng, pixels)
        moved = 0.06 * np.sin(2 * np.pi * hz * at)
        places[WRIST, 0] += moved
        xs.append(box.process(pose(body(places)), ns(at)).people[0].points[WRIST, 0])
        true.append(BODY[WRIST, 0] + 0.06 * np.sin(2 * np.pi * hz * (at + box.ahead)))
    late = np.angle(np.sum((np.array(xs) - np.mean(xs)) * np.exp(-2j * np.pi * hz * times)))
    off = float(np.sqrt(np.mean((np.array(xs) - true)[60:] ** 2))) * SIZE[0]
    return -(late + np.pi / 2) / (2 * np.pi * hz) * 1000, off


def rest(box, pixels, seconds=15):
    """Return how much the points of somebody at rest tremble, in pixels of 720p."""
    rng = np.random.default_rng(2)
    told = [
        box.process(pose(body(BODY + trembling(rng, pixels))), ns(number / RATE))
        for number in range(seconds * RATE)
    ]
    return float(
        (np.stack([one.people[0].points[:, :2] for one in told[60:]]) * SIZE).std(axis=0).mean()
    )


def test_at_rest_it_is_still_and_a_swing_is_hardly_late():
    assert rest(Smooth(), 2.0) <= 1.0
    late, _ = swing(Smooth())
    assert late <= 25.0


@pytest.mark.parametrize("ahead", [0.02, 0.04, 0.08])
def test_ahead_of_time_it_is_nearer_to_what_will_be(ahead):
    late, off = swing(Smooth(ahead=ahead))
    assert late < swing(Smooth())[0] - 0.7 * 1000 * ahead
    assert off < 0.7 * _off_without(Smooth(), ahead)
    assert rest(Smooth(ahead=ahead), 2.0) <= 1.1 * rest(Smooth(), 2.0)


def _off_without(box, ahead):
    rng, off = np.random.default_rng(1), []
    for number in range(15 * RATE):
        places = BODY + trembling(rng, 1.0)
        places[WRIST, 0] += 0.06 * np.sin(2 * np.pi * number / RATE)
        told = box.process(pose(body(places)), ns(number / RATE)).people[0].points[WRIST, 0]
        there = BODY[WRIST, 0] + 0.06 * np.sin(2 * np.pi * (number / RATE + ahead))
        off.append(told - there)
    return float(np.sqrt(np.mean(np.array(off)[60:] ** 2))) * SIZE[0]


def test_what_cannot_be_foretold_is_not_moved_on():
    rng = np.random.default_rng(3)
    jumps = [BODY + rng.normal(0, 0.03, (17, 2)) for _ in range(150)]
    off = {}
    for ahead in (0.0, 0.1):
        box = Smooth(smooth=0.2, ahead=ahead)
        told = [box.process(pose(body(one)), ns(n / RATE)) for n, one in enumerate(jumps)]
        moved = [one.people[0].points[:, :2] - BODY for one in told[30:]]
        off[ahead] = float(np.std(moved))
    assert off[0.1] <= 1.1 * off[0.0]


def test_who_is_far_away_is_filtered_as_who_is_near():
    far = (BODY - 0.5) * 0.3 + 0.5
    for number in range(60):
        moved = [0.1 * np.sin(number / 5), 0.0]
        at = ns(number / RATE)
        if number == 0:
            boxes = Smooth(), Smooth()
        near_told = boxes[0].process(pose(body(BODY + moved)), at).people[0].points[:, :2]
        far_told = boxes[1].process(pose(body(far + np.multiply(moved, 0.3))), at)
        np.testing.assert_allclose(
            (far_told.people[0].points[:, :2] - 0.5) / 0.3 + 0.5, near_told, atol=2e-3
        )


def test_what_is_unsure_is_held_more_still():
    spread = {
        sure: np.std(
            [
                box.process(pose(body(BODY + noise, sure)), ns(n / RATE)).people[0].points[:, 0]
                for n, noise in enumerate(0.003 * np.random.default_rng(4).normal(size=(90, 17, 2)))
            ][30:],
            axis=0,
        ).mean()
        for sure, box in ((0.9, Smooth()), (0.2, Smooth()))
    }
    assert spread[0.2] < 0.9 * spread[0.9]


def test_who_is_missed_moves_on_is_lost_and_is_gone():
    box = Smooth(smooth=0.2)
    for number in range(20):
        told = box.process(pose(body(aside(0.005 * number))), ns(number / RATE))
    before = told.people[0].points[:, 0].mean()
    missed = [box.process(pose(), ns((20 + n) / RATE)) for n in range(15)]
    there = [one.people[0] for one in missed if one.people]
    assert 6 <= len(there) <= 9 and not missed[-1].people
    assert before + 0.005 < there[2].points[:, 0].mean() < before + 0.02
    sures = [person.points[:, 2].max() for person in there]
    assert sures == sorted(sures, reverse=True) and sures[0] > 0.5 and sures[-1] == 0
    assert [one for one in sures[:-1] if one == 0] == []
    back = box.process(pose(body(BODY)), ns(40 / RATE))
    np.testing.assert_allclose(back.people[0].points, body(BODY), atol=1e-6)


@pytest.mark.parametrize("ahead", [0, 0.04])
@pytest.mark.parametrize("pause", [0.3, 1, 5])
def test_who_is_lost_is_told_where_they_would_be_a_moment_later_however_late(pause, ahead):
    def gone(seconds):
        box = Smooth(ahead=ahead)
        for number in range(20):
            box.process(pose(body(aside(0.01 * number))), ns(number / RATE))
        return box.process(pose(), ns(19 / RATE + seconds)).people[0].points

    soon, late = gone(0.24), gone(pause)
    assert not late[:, 2].any()
    np.testing.assert_allclose(late[:, :2], soon[:, :2], atol=0.02)


@pytest.mark.parametrize("missed", [3, 5, 7])
@pytest.mark.parametrize("speed", [0.006, 0.012])
def test_who_walks_on_while_missed_is_told_where_they_are(missed, speed):
    """Who would be left behind lay where another passes, and was taken for them."""
    box = Smooth()
    for number in range(30):
        box.process(pose(body(aside(speed * number))), ns(number / RATE))
    for number in range(30, 30 + missed):
        (told,) = box.process(pose(), ns(number / RATE)).people
        off = told.points[:, 0].mean() - aside(speed * number)[:, 0].mean()
        assert abs(off) < 2.5 * speed
    number = 30 + missed
    (told,) = box.process(pose(body(aside(speed * number))), ns(number / RATE)).people
    assert abs(told.points[:, 0].mean() - aside(speed * number)[:, 0].mean()) < speed


@pytest.mark.parametrize("missed", [2, 4, 6])
def test_what_comes_after_a_gap_counts_for_as_long_as_the_gap_was(missed):
    """It is told as if there had been no picture meanwhile, as of a slower camera."""
    told = []
    for shown in (True, False):
        box = Smooth()
        for number in range(20):
            box.process(pose(body()), ns(number / RATE))
        for number in range(20, 20 + missed) if shown else ():
            box.process(pose(), ns(number / RATE))
        there = box.process(pose(body(aside(0.05))), ns((20 + missed) / RATE)).people[0]
        told.append(there.points[:, :2])
    np.testing.assert_allclose(*told, atol=1e-4)


@pytest.mark.parametrize("apart", [0.05, 0.1, 0.15])
def test_two_who_are_missed_do_not_walk_through_each_other(apart):
    """Where they would lie on each other nobody knows who is who: from then on both are lost."""
    box, speed = Smooth(), 0.012
    for number in range(20):
        gap = apart / 2 + speed * (20 - number)
        box.process(pose(body(aside(-gap)), body(aside(gap))), ns(number / RATE))
    order = []
    for number in range(20, 30):
        there = box.process(pose(), ns(number / RATE)).people
        known = [one.points[:, 0].mean() for one in there if one.points[:, 2].any()]
        assert len(known) in (0, 2)
        order += [known[0] < known[1]] if known else []
    assert all(order) and len(order) < 7


def test_a_point_that_is_missed_moves_on_and_is_lost_while_the_others_stay():
    box = Smooth()
    for number in range(30):
        points = body(aside(0.004 * min(number, 15)))
        if number >= 15:
            points[WRIST, 2] = 0.0
        told = box.process(pose(points), ns(number / RATE)).people[0].points
        if number == 17:
            assert 0.2 < told[WRIST, 2] < 0.8
            assert told[WRIST, 0] > BODY[WRIST, 0] + 0.004 * 13
    assert told[WRIST, 2] == 0 and (np.delete(told[:, 2], WRIST) > 0.7).all()


def test_somebody_else_in_the_slot_is_no_ghost_of_the_last_one():
    box = Smooth()
    for number in range(10):
        box.process(pose(body()), ns(number / RATE))
    other = Pose((Person(1, 7, body(aside(0.3))),), ASPECT)
    (told,) = box.process(other, ns(10 / RATE)).people
    assert told.id == 7
    np.testing.assert_allclose(told.points, body(aside(0.3)), atol=1e-6)


@pytest.mark.parametrize("skeleton", [COCO_17, BLAZEPOSE_33, HAND_21, FACE_468])
def test_all_landmarks_are_steadied(skeleton):
    rng, box = np.random.default_rng(0), Smooth()
    shape = rng.uniform(0.3, 0.7, (len(skeleton.points), len(skeleton.axes)))
    shape[:, -1] = 0.9
    raw, told = [], []
    for number in range(40):
        points = (shape + rng.normal(0, 0.002, shape.shape)).astype(np.float32)
        found = Landmarks(skeleton, (Instance(1, 1, points),), ASPECT)
        after = box.process(found, ns(number / RATE))
        assert type(after) is Landmarks and after.skeleton is skeleton
        raw.append(points[:, :-1])
        told.append(after.seen[0].points[:, :-1])
    assert (np.std(told[20:], axis=0) < 0.7 * np.std(raw[20:], axis=0)).mean() > 0.9


def test_a_picture_that_is_turned_in_mid_show_begins_anew():
    box = Smooth(smooth=0.9)
    for number in range(10):
        box.process(pose(body(aside(-0.3))), ns(number / RATE))
    turned = Pose(pose(body(aside(0.3))).people, 1 / ASPECT)
    (one,) = box.process(turned, ns(10 / RATE)).people
    assert one.points == pytest.approx(body(aside(0.3)))


def test_another_skeleton_begins_anew():
    box = Smooth()
    box.process(pose(body()), ns(0))
    hand = np.full((21, 4), 0.5, np.float32)
    told = box.process(Landmarks(HAND_21, (Instance(1, 1, hand),), ASPECT), ns(1 / RATE))
    np.testing.assert_allclose(told.seen[0].points, hand)


NUMBERS = st.floats(-1, 2, width=32) | st.sampled_from([float("nan"), float("inf")])


@given(
    st.lists(
        st.lists(st.tuples(st.integers(1, 3), NUMBERS, NUMBERS, NUMBERS), max_size=3), max_size=12
    ),
    st.sampled_from([0.0, 0.04]),
    st.sampled_from([0.0, 0.02, 0.1, 2.0]),
)
@settings(max_examples=60, deadline=None)
def test_what_is_told_is_finite_and_everybody_is_there_once(shown, ahead, gap):
    box = Smooth(ahead=ahead)
    for number, people in enumerate(shown):
        found = []
        for slot in sorted({slot for slot, *_ in people}):
            points = body()
            points[3] = next(rest for one, *rest in people if one == slot)
            found.append(Person(slot, slot, points))
        told = box.process(Pose(tuple(found), ASPECT), ns(number * gap))
        assert {one.id for one in found} <= {one.id for one in told.people}
        assert len({one.slot for one in told.people}) == len(told.people)
        for person in told.people:
            assert np.isfinite(person.points).all()
            assert (person.points >= 0).all() and (person.points <= 1).all()


PATCH = """
[dancer]
use = "stand_in"
sings = false
seconds = "1 s"

[calm]
use = "smooth"
from = "dancer.joints"
ahead = "40 ms"

[hand]
use = "joint"
from = "calm"

[slow]
use = "smooth"
from = "calm.count"

[out]
use = "osc_out"
to = "127.0.0.1:15701"
send = { "/hand" = "hand", "/slow" = "slow", "/people" = "calm" }
"""


def test_a_patch_takes_it_for_what_comes_in():
    played = play(PATCH)
    assert played.errors == []
    assert len(played.sent("out", "/hand")) >= 29
    slow = [sent.args[0] for sent in played.sent("out", "/slow")]
    assert slow and all(isinstance(one, float) for one in slow)  # of whole numbers, as ever
    assert len(played.sent("out")) > len(played.sent("out", "/hand")) + len(slow)
