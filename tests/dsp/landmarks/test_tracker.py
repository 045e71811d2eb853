"""Who is who: what holds for any detections, and what a stage asks for."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from engine.core.clock import ns
from engine.core.skeletons import BLAZEPOSE_33, COCO_17, FACE_468, HAND_21
from engine.dsp.landmarks.areas import Area
from engine.dsp.landmarks.assignment import assign
from engine.dsp.landmarks.track import Expected
from engine.dsp.landmarks.tracker import Tracker, Tracking
from tests.nodes.people import someone

RATE = 30
MEDIA = Path(__file__).parents[2] / "media"
SHAPE = {
    skeleton.name: np.random.default_rng(3).uniform(-0.5, 0.5, (len(skeleton.points), 2))
    for skeleton in (COCO_17, BLAZEPOSE_33, HAND_21, FACE_468)
}
SKELETONS = [COCO_17, BLAZEPOSE_33, HAND_21, FACE_468]


def seen(x, y=0.5, tall=0.4, skeleton=COCO_17, sure=0.9):
    """Draw the points of somebody whose middle is at (x, y)."""
    shape = SHAPE[skeleton.name] * [0.4, 1.0] * tall + [x, y]
    points = np.full((len(skeleton.points), 4 if skeleton.depth else 3), sure, np.float32)
    points[:, :2] = shape
    return points


def follow(tracker, places, first=0, **how):
    """Show the tracker pictures of people at ``places``; return what it tells of each."""
    skeleton = how.pop("skeleton", COCO_17)
    told = []
    for number, xs in enumerate(places, first):
        points = [seen(*(x if isinstance(x, tuple) else (x,)), skeleton=skeleton) for x in xs]
        given_points = np.array(points, np.float32).reshape(-1, *seen(0, skeleton=skeleton).shape)
        told.append(tracker.update(given_points, ns(number / RATE), **how))
    return told


def ids(told):
    return [one.id for one in told]


# -- What holds for any detections -----------------------------------------------------------------

NUMBERS = st.one_of(
    st.floats(-0.25, 1.25, width=32), st.sampled_from([float("nan"), float("inf"), -float("inf")])
)


@st.composite
def pictures(draw):
    """Draw some pictures of a few people each, some points of them broken."""
    found = []
    for _ in range(draw(st.integers(1, 6))):
        people = []
        for _ in range(draw(st.integers(0, 5))):
            points = seen(draw(st.floats(-0.1, 1.1)), draw(st.floats(0, 1)), draw(st.floats(0, 1)))
            points[:, 2] = draw(st.sampled_from([0.05, 0.3, 0.6, 0.95]))
            for _ in range(draw(st.integers(0, 3))):
                points[draw(st.integers(0, 16)), draw(st.integers(0, 2))] = draw(NUMBERS)
            people.append(points)
        found.append(np.array(people, np.float32).reshape(-1, 17, 3))
    return found


@given(pictures(), st.integers(1, 4), st.integers(1, 3))
@settings(max_examples=50, deadline=None)
def test_slots_and_ids_are_given_to_one(shown, people, birth):
    tracker = Tracker(COCO_17, Tracking(people=people, birth=birth))
    owners = {}
    for number, points in enumerate(shown):
        told = tracker.update(points, ns(number / RATE), 16 / 9)
        assert len({one.id for one in told}) == len(told)
        assert [one.slot for one in told] == sorted({one.slot for one in told})
        assert all(1 <= one.slot <= people and one.id >= 1 for one in told)
        for one in told:
            assert owners.setdefault(one.id, one.slot) == one.slot
        assert all(np.isfinite(track.points).all() for track in tracker._tracks)
        assert all(np.isfinite(Expected(track, 1e3, 1.0).points).all() for track in tracker._tracks)


@given(pictures(), st.randoms())
@settings(max_examples=30, deadline=None)
def test_the_order_of_detections_does_not_matter(shown, random):
    one, other = (Tracker(COCO_17, Tracking(birth=1)) for _ in range(2))
    for number, points in enumerate(shown):
        order = list(range(len(points)))
        random.shuffle(order)
        at = ns(number / RATE)
        first, second = one.update(points, at), other.update(points[order], at)
        assert [(a.slot, a.id) for a in first] == [(b.slot, b.id) for b in second]
        for a, b in zip(first, second, strict=True):
            np.testing.assert_array_equal(a.points, b.points)


@given(
    gap=st.floats(0.05, 1.9),
    speed=st.floats(-0.15, 0.15),
    x=st.floats(0.35, 0.65),
    skeleton=st.sampled_from(SKELETONS),
)
@settings(max_examples=60, deadline=None)
def test_a_lone_body_keeps_its_id_under_gaps_shorter_than_the_memory(gap, speed, x, skeleton):
    tracker = Tracker(skeleton, Tracking(memory=2.0))
    for number in range(10):
        at = number / RATE
        (*_, told) = [tracker.update(seen(x + speed * at, skeleton=skeleton)[None], ns(at))]
    at += gap
    (after,) = tracker.update(seen(x + speed * at, skeleton=skeleton)[None], ns(at))
    assert ids(told) == [after.id] and told[0].slot == after.slot


@given(st.lists(st.lists(st.floats(0, 50), min_size=4, max_size=4), min_size=1, max_size=7))
@settings(deadline=None)
def test_an_assignment_costs_what_that_of_a_library_does(costs):
    rows, columns = linear_sum_assignment(costs)
    ours = assign(costs)
    assert len({row for row, _ in ours}) == len({column for _, column in ours}) == len(rows)
    best = sum(costs[row][column] for row, column in zip(rows, columns, strict=True))
    assert sum(costs[row][column] for row, column in ours) == pytest.approx(best)


@pytest.mark.parametrize("costs", [[], [[]]])
def test_nothing_is_assigned_to_nothing(costs):
    assert assign(costs) == []


# -- What a stage asks for -------------------------------------------------------------------------


def walk(start, end, seconds):
    return np.linspace(start, end, round(seconds * RATE)).tolist()


@pytest.mark.parametrize("skeleton", [COCO_17, BLAZEPOSE_33], ids=lambda each: each.name)
@pytest.mark.parametrize("hidden", [0.0, 0.15])
def test_two_who_cross_keep_their_ids(skeleton, hidden):
    tracker = Tracker(skeleton)
    ways = zip(walk(0.2, 0.8, 3), walk(0.8, 0.2, 3), strict=True)
    # The second is behind the first while they meet.
    told = follow(
        tracker,
        [[x] if abs(x - y) < hidden else [x, (y, 0.52, 0.37)] for x, y in ways],
        skeleton=skeleton,
        aspect=16 / 9,
    )
    assert ids(told[5]) == ids(told[-1]) == [1, 2]
    for each, x, y in zip(told[5:], walk(0.2, 0.8, 3)[5:], walk(0.8, 0.2, 3)[5:], strict=True):
        for one, place in zip(each, (x, y), strict=False) if len(each) == 2 else ():
            assert one.points[:, 0].mean() == pytest.approx(place, abs=0.05)


@pytest.mark.parametrize("pause", [0.3, 0.6, 1.0])
def test_who_passes_behind_a_pillar_keeps_the_id(pause):
    tracker = Tracker(COCO_17)
    way = [[x] for x in walk(0.2, 0.8, 3)]
    away = round(pause * RATE)
    way[40 : 40 + away] = [[]] * away
    told = follow(tracker, way, aspect=16 / 9)
    assert ids(told[-1]) == [1]
    assert told[45] == ()  # what is not seen is not told


@pytest.mark.parametrize("memory", [0.5, 2.0, 4.0])
def test_who_was_away_for_longer_than_the_memory_is_new(memory):
    tracker = Tracker(COCO_17, Tracking(memory=memory))
    follow(tracker, [[0.5]] * 10)
    (back,) = follow(tracker, [[0.5]] * 5, first=10 + round((memory - 0.2) * RATE))[-1]
    assert back.id == 1
    (back,) = follow(tracker, [[0.5]] * 5, first=400)[-1]
    assert (back.slot, back.id) == (1, 2)


def test_a_slot_is_kept_for_who_comes_back():
    tracker = Tracker(COCO_17, Tracking(people=3, memory=2.0))
    follow(tracker, [[0.2, 0.8]] * 10)
    left = {one.slot: one.points[:, 0].mean() for one in follow(tracker, [[0.2, 0.8]], 10)[-1]}
    gone = min(left, key=left.get)
    told = follow(tracker, [[0.8, 0.5]] * 20, first=11)[-1]  # the left one is away, a third comes
    assert sorted(one.slot for one in told) == sorted({1, 2, 3} - {gone})
    told = follow(tracker, [[0.8, 0.5, 0.2]] * 5, first=31)[-1]
    assert [(one.slot, one.id) for one in told] == [(1, 1), (2, 2), (3, 3)]


def test_more_people_than_slots():
    tracker = Tracker(COCO_17, Tracking(people=2))
    first = follow(tracker, [[0.2, 0.5]] * 10)[-1]
    told = follow(tracker, [[0.2, 0.5, 0.8]] * 60, first=10)
    assert {tuple(ids(each)) for each in told} == {tuple(ids(first))}
    told = follow(tracker, [[0.5, 0.8]] * 30, first=70)[-1]  # one left: the third has the place
    assert [one.slot for one in told] == [1, 2] and 3 in ids(told)


def test_what_is_seen_once_is_not_told():
    tracker = Tracker(COCO_17)
    told = follow(tracker, [[0.3]] * 5 + [[0.3, 0.7]] * 2 + [[0.3]] * 20)
    assert {tuple(ids(each)) for each in told[2:]} == {(1,)}
    assert told[0] == told[1] == ()


@pytest.mark.parametrize("off", [0.0, 0.005])
def test_a_body_found_twice_is_one(off):
    tracker = Tracker(COCO_17)
    told = follow(tracker, [[0.5, 0.5 + off]] * 20)
    assert ids(told[-1]) == [1]


def test_weak_detections_continue_a_body_and_begin_none():
    tracker = Tracker(COCO_17)
    weak = np.stack([seen(0.3, sure=0.25), seen(0.7, sure=0.25)])
    follow(tracker, [[0.3]] * 5)
    told = [tracker.update(weak, ns(n / RATE)) for n in range(5, 20)]
    assert {tuple(ids(each)) for each in told} == {(1,)}


@pytest.mark.parametrize(
    "area",
    [
        Area(((0.6, 0.0), (1.0, 1.0))),
        Area(((1.0, 1.0), (0.6, 0.0))),
        Area(((0.6, 0.0), (1.0, 0.0), (1.0, 1.0), (0.6, 1.0))),
        Area(((0.6, 0.0), (1.2, 0.5), (0.6, 1.0))),
    ],
    ids=["rectangle", "turned", "polygon", "triangle"],
)
def test_a_poster_in_an_ignored_area_is_nobody(area):
    tracker = Tracker(COCO_17, Tracking(ignore=(area,)))
    # The performer walks past the poster, and keeps the id.
    told = follow(tracker, [[x, 0.8] for x in walk(0.2, 0.7, 2)] + [[0.7, 0.8]] * 20)
    assert {tuple(ids(each)) for each in told[2:]} == {(1,)}
    assert told[-1][0].points[:, 0].mean() == pytest.approx(0.7, abs=0.05)
    told = follow(tracker, [[0.8]] * 30, first=80)  # the performer is hidden: the poster is not it
    assert not any(told)


def test_an_area_drawn_in_a_show_takes_who_is_in_it():
    tracker = Tracker(COCO_17)
    told = follow(tracker, [[0.2, 0.8]] * 10)[-1]
    assert len(told) == 2
    tracker.options = Tracking(ignore=(Area(((0.6, 0.0), (1.0, 1.0))),))
    told = follow(tracker, [[0.2, 0.8]] * 10, first=10)[-1]
    assert [one.points[:, 0].mean() < 0.5 for one in told] == [True]


def test_a_lock_keeps_the_place_of_one():
    tracker = Tracker(COCO_17, Tracking(people=2, memory=1.0))
    follow(tracker, [[0.3]] * 10)
    tracker.options = Tracking(people=2, memory=1.0, lock=1)
    told = follow(tracker, [[0.3, 0.7]] * 10, first=10)
    assert {tuple(ids(each)) for each in told} == {(1,)}
    told = follow(tracker, [[0.7]] * 200, first=20)  # away for seven times the memory
    assert not any(told)
    told = follow(tracker, [[0.32, 0.7]] * 5, first=220)
    assert [[(one.slot, one.id) for one in each] for each in told] == [[(1, 1)]] * 5


def test_nobody_keeps_an_id_over_a_reset():
    tracker = Tracker(COCO_17)
    follow(tracker, [[0.5]] * 5)
    tracker.reset()
    assert ids(follow(tracker, [[0.5]] * 5, first=5)[-1]) == [2]


@pytest.mark.parametrize("order", list(permutations([0.2, 0.5, 0.8]))[:4])
def test_boxes_are_followed_by_their_corners(order):
    tracker = Tracker(None, Tracking(birth=1))
    ids_at = {}
    for number in range(30):
        turned = order if number % 2 else order[::-1]
        boxes = np.array(
            [[(x - 0.05, 0.3, 1), (x + 0.05, 0.6, 1)] for x in turned], np.float32
        ) + np.float32([0.003 * number, 0, 0])
        for one in tracker.update(boxes, ns(number / RATE), scores=[0.8] * 3):
            x = float(one.points[:, 0].mean()) - 0.003 * number
            assert ids_at.setdefault(round(x, 1), one.id) == one.id
    assert sorted(ids_at.values()) == [1, 2, 3]


@pytest.mark.parametrize(
    "corners",
    [
        (),
        ((0.1, 0.1),),
        ((0.1, 0.1), (0.1, 0.9)),
        ((0.0, 0.0), (0.5, 0.5), (1.0, 1.0)),
        ((0.0, 0.0), (float("nan"), 0.5), (1.0, 0.0)),
        (0.1, 0.2, 0.3, 0.4),
        ((0.1, 0.1, 0.1), (0.2, 0.2, 0.2), (0.3, 0.1, 0.1)),
    ],
)
def test_a_bad_area_is_refused(corners):
    with pytest.raises(ValueError, match="area"):
        Area(corners)


# -- What anybody wears ----------------------------------------------------------------------------


def worn(*parts):
    """Return what somebody wears who is seen as a mixture: 0, 1 and so on are looks."""
    looks = np.zeros(6)
    looks[list(parts)] = np.sqrt(1 / len(parts))
    return looks


def play(tracker, pictures, first=0):
    """Show pictures of (x, looks); return of each the ids told, by looks' first number."""
    told = []
    for number, people in enumerate(pictures, first):
        points = np.array([seen(x) for x, _ in people], np.float32).reshape(-1, 17, 3)
        looks = np.array([each for _, each in people]).reshape(len(people), -1)
        rows = tracker.assign(points, ns(number / RATE), 16 / 9, looks=looks)
        told.append({one.row: one.id for one in rows})
    return told


@pytest.mark.parametrize("hidden", [0.3, 0.6, 1.0, 1.5])
@pytest.mark.parametrize("crossed", [False, True])
def test_clothes_tell_who_comes_out_where(hidden, crossed):
    """Two go behind one pillar, and come out on either side: they turned there, or went on."""
    tracker = Tracker(COCO_17)
    ways = zip(walk(0.2, 0.46, 1.5), walk(0.8, 0.54, 1.5), strict=True)
    before = play(tracker, [[(x, worn(0)), (y, worn(1))] for x, y in ways])[-1]
    assert len(before) == 2
    ways = zip(walk(0.44, 0.2, 1.5), walk(0.56, 0.8, 1.5), strict=True)
    looks = (worn(1), worn(0)) if crossed else (worn(0), worn(1))
    after = play(
        tracker,
        [[(x, looks[0]), (y, looks[1])] for x, y in ways],
        first=round((1.5 + hidden) * RATE),
    )
    expected = {0: before[1], 1: before[0]} if crossed else before
    assert all(set(each.items()) <= set(expected.items()) for each in after)
    assert after[-1] == expected


def test_places_come_first():
    """Who is plainly there is who they were, whatever they put on."""
    tracker = Tracker(COCO_17)
    before = play(tracker, [[(0.2, worn(0)), (0.8, worn(1))]] * 20)[-1]
    after = play(tracker, [[(0.2, worn(1)), (0.8, worn(0))]] * 20, first=20)
    assert all(each == before for each in after)


@pytest.mark.parametrize("aside", [0.02, 0.05, 0.08])
@pytest.mark.parametrize("again", [0.2, 0.5, 0.9])
def test_who_is_found_twice_for_a_picture_stays_who_they_are(aside, again):
    """Where looks vary, somebody too new to be known by theirs is not the likelier for it."""
    rng = np.random.default_rng(5)
    tracker = Tracker(COCO_17, Tracking(people=2, birth=2))
    told = []
    for number in range(40):
        x = 0.3 + 0.005 * number
        found = [seen(x)] + [seen(x + aside, 0.53, 0.3, sure=0.5)] * (number == 12)
        plain = worn(0) if number < 13 or rng.random() < again else worn(1)
        looks = np.stack([plain, worn(2)][: len(found)])
        told.append(ids(tracker.update(np.array(found), ns(number / RATE), 16 / 9, looks=looks)))
    assert {*map(tuple, told[2:])} <= {(1,), ()}
    assert told[2:].count([1]) > 20
    assert all(each for each in told[2:13])


@pytest.mark.parametrize(
    "looks",
    [
        [None, None],
        [worn(0), worn(0)],
        [np.full(6, np.nan)] * 2,
        [worn(0, 2), worn(0, 2)],
        [np.full(6, np.inf), np.full(6, -1e300)],
        [np.zeros(0)] * 2,
    ],
    ids=["none", "same", "unknown", "same mixture", "not finite", "empty"],
)
def test_without_a_difference_in_clothes_places_decide(looks):
    ways = list(zip(walk(0.2, 0.8, 3), walk(0.8, 0.2, 3), strict=True))
    plain, dressed = Tracker(COCO_17), Tracker(COCO_17)
    for number, (x, y) in enumerate(ways):
        points = np.stack([seen(x), seen(y, 0.52, 0.37)])
        given_looks = None if looks[0] is None else np.stack(looks)
        at = ns(number / RATE)
        one, other = plain.assign(points, at), dressed.assign(points, at, looks=given_looks)
        assert one == other


@pytest.mark.parametrize("looks", [np.full(6, np.nan), worn(3)], ids=["unknown", "strange"])
@pytest.mark.parametrize("ghost", [(0.38, 0.6, 0.5), (0.44, 0.62, 0.2), (0.35, 0.65, 0.25)])
def test_a_ghost_of_one_picture_is_nobody_who_was_missed(ghost, looks):
    """It lies near somebody who is missed in the same picture, and looks like nobody known."""
    tracker = Tracker(COCO_17, Tracking(people=2))
    for number in range(60):
        x = 0.3 + 0.004 * number
        found, worn_there = [seen(0.8), seen(x)], [worn(1), worn(0)]
        if number == 30:
            found[1], worn_there[1] = seen(*ghost, sure=0.45), looks
        at, points = ns(number / RATE), np.array(found)
        told = tracker.update(points, at, 16 / 9, looks=np.array(worn_there))
        if number >= 3:
            assert ids(told) == ([2] if number == 30 else [1, 2]) or (number == 30 and not told)


OTHER = {"left": "right", "right": "left"}


def exchanged(points, skeleton):
    """Return a body with each of its sides taken for the other."""
    rows = [
        skeleton.index["_".join([OTHER.get(side, side), *rest])]
        for side, *rest in (name.split("_") for name in skeleton.points)
    ]
    return points[rows]


@pytest.mark.parametrize("skeleton", [COCO_17, BLAZEPOSE_33])
@pytest.mark.parametrize("pictures", [1, 2, 3])
def test_sides_taken_for_each_other_for_a_picture_are_put_right(skeleton, pictures):
    tracker = Tracker(skeleton, Tracking(people=2))
    for number in range(30):
        right = [seen(0.3 + 0.002 * number, skeleton=skeleton), seen(0.7, skeleton=skeleton)]
        found = right.copy()
        if 12 <= number < 12 + pictures:
            found[0] = exchanged(found[0], skeleton)
        told = tracker.update(np.array(found), ns(number / RATE), 16 / 9)
        if number >= 3:
            assert len(told) == 2 and {one.id for one in told} == {1, 2}
            shown = min(told, key=lambda one: one.points[:, 0].mean())
            np.testing.assert_array_equal(shown.points, right[0])


def test_who_turns_about_for_good_is_believed():
    tracker = Tracker(COCO_17)
    turned = exchanged(seen(0.5), COCO_17)
    for number in range(30):
        found = seen(0.5) if number < 10 else turned
        told = tracker.update(found[None], ns(number / RATE), 16 / 9)
    assert ids(told) == [1]
    np.testing.assert_array_equal(told[0].points, turned)


def test_who_left_to_one_side_and_comes_from_the_other_is_known_again():
    tracker = Tracker(COCO_17, Tracking(memory=3.0))
    play(tracker, [[(0.3, worn(0)), (0.8, worn(1))]] * 20)
    play(tracker, [[(0.8, worn(1))]] * 40, first=20)
    (*_, back) = play(tracker, [[(0.6, worn(0)), (0.8, worn(1))]] * 10, first=60)
    assert back == {0: 1, 1: 2}
    (*_, stranger) = play(tracker, [[(0.6, worn(4)), (0.8, worn(1))]] * 10, first=130)
    assert stranger[1] == 2


@given(pictures(), st.integers(0, 2**32 - 1))
@settings(max_examples=40, deadline=None)
def test_any_looks_leave_slots_and_ids_to_one(shown, seed):
    rng = np.random.default_rng(seed)
    tracker = Tracker(COCO_17, Tracking(birth=1))
    owners = {}
    for number, points in enumerate(shown):
        looks = rng.choice([0.0, 0.5, 1.0, np.nan, np.inf], (len(points), 4))
        told = tracker.update(points, ns(number / RATE), 16 / 9, looks=looks)
        assert len({one.id for one in told}) == len(told)
        assert [one.slot for one in told] == sorted({one.slot for one in told})
        for one in told:
            assert owners.setdefault(one.id, one.slot) == one.slot


# -- Who is missed, and who comes back -------------------------------------------------------------


def test_who_is_missed_for_a_moment_is_told_where_they_should_be_and_then_no_more():
    tracker = Tracker(COCO_17, Tracking(carry=0.1))
    told = follow(tracker, [[0.2 + 0.005 * n] for n in range(20)] + [[]] * 6, aspect=16 / 9)
    assert [ids(each) for each in told[19:]] == [[1]] * 4 + [[]] * 3
    for number in range(20, 23):
        (one,) = told[number]
        expected = seen(0.2 + 0.005 * number)
        assert one.points[:, :2] == pytest.approx(expected[:, :2], abs=0.01)
        assert (one.points[:, 2] < told[number - 1][0].points[:, 2]).all()
    assert ids(follow(tracker, [[0.33]], first=27)[-1]) == [1]


def test_who_would_lie_on_somebody_else_is_not_carried_on():
    tracker = Tracker(COCO_17, Tracking(people=2, carry=0.1))
    told = follow(tracker, [[0.2, 0.8]] * 10 + [[0.2]] * 2, aspect=16 / 9)
    assert ids(told[-1]) == [1, 2]
    tracker = Tracker(COCO_17, Tracking(people=2, carry=0.1))
    ways = zip(walk(0.2, 0.5, 1), walk(0.8, 0.5, 1), strict=True)
    told = follow(tracker, [[x, y] for x, y in ways], aspect=16 / 9)
    assert len(follow(tracker, [[0.5]], first=30, aspect=16 / 9)[-1]) <= 1


def test_one_of_two_who_were_hidden_is_told_when_it_shows_who_it_is():
    """In the first picture a part of somebody is seen, and looks like the other one."""
    tracker = Tracker(COCO_17, Tracking(people=2))
    ways = zip(walk(0.2, 0.46, 1.5), walk(0.8, 0.54, 1.5), strict=True)
    before = play(tracker, [[(x, worn(0)), (y, worn(1))] for x, y in ways])[-1]
    (told,) = play(tracker, [[(0.54, worn(1))]], first=45 + 12)
    assert told == {}
    ways = zip(walk(0.56, 0.8, 1), walk(0.44, 0.2, 1), strict=True)
    after = play(tracker, [[(x, worn(0)), (y, worn(1))] for x, y in ways], first=45 + 14)
    assert after[-1] == before


def test_who_is_hidden_is_not_looked_for_where_the_other_is_found_twice():
    """One of two behind a pillar is found twice, half hidden; then both come out on either side."""
    with np.load(MEDIA / "behind_a_pillar.npz") as kept:
        points, looks = kept["points"].astype(np.float32), kept["looks"].astype(np.float64)
    tracker = Tracker(COCO_17, Tracking(people=2))
    told = [
        tracker.update(found, ns(number / RATE), 16 / 9, looks=wears)
        for number, (found, wears) in enumerate(zip(points, looks, strict=True))
    ]
    before, after = (
        {one.id: bool(one.points[:, 0].mean() > 0.5) for one in told[number]} for number in (5, -1)
    )
    assert before == {1: True, 2: False}
    assert after == {1: False, 2: True}


def beside(left, right):
    """Draw somebody whose left side is at one x and whose right is at another."""
    body = someone(tall=0.5).joints
    for row, name in enumerate(COCO_17.points):
        body[row, 0] = right if name.startswith("right") else left
    return body


@pytest.mark.parametrize("apart", [0.1, 0.2])
def test_limbs_of_two_on_either_side_of_a_pillar_are_not_one_body(apart):
    """Of two who look out on either side a network makes one: nobody is there whom it tells."""
    tracker = Tracker(COCO_17, Tracking(people=2, birth=2))
    ways = [*zip(walk(0.2, 0.5 - apart / 2, 1.5), walk(0.8, 0.5 + apart / 2, 1.5), strict=True)]
    for number, (x, y) in enumerate(ways):
        found = np.array([beside(x, x + 0.01), beside(y, y + 0.01)], np.float32)
        before = tracker.assign(found, ns(number / RATE), 16 / 9)
    assert len(before) == 2
    both = beside(0.5 - apart / 2, 0.5 + apart / 2)[None]
    told = [tracker.assign(both, ns((number + n + 1) / RATE), 16 / 9) for n in range(10)]
    assert not any(told)


@pytest.mark.parametrize("apart", [0.1, 0.2])
def test_one_who_turns_to_the_camera_alone_is_told_all_the_time(apart):
    tracker = Tracker(COCO_17, Tracking(people=2, birth=2))
    for number in range(30):
        broad = 0.01 if number < 15 else apart
        found = np.array([beside(0.5, 0.5 + broad)], np.float32)
        told = tracker.assign(found, ns(number / RATE), 16 / 9)
        assert len(told) == (number > 0)


@pytest.mark.parametrize(("people", "expected"), [(2, 1), (3, 3)])
def test_who_is_expected_may_look_a_little_different(people, expected):
    tracker = Tracker(COCO_17, Tracking(people=people, memory=3.0))
    rng = np.random.default_rng(4)
    looks = [worn(0) + rng.normal(0, 0.04, 6) for _ in range(20)]
    play(tracker, [[(0.3, each), (0.8, worn(1))] for each in looks])
    play(tracker, [[(0.8, worn(1))]] * 30, first=20)
    other = worn(0)
    other[0], other[3] = np.sqrt([0.9, 0.1])
    (*_, back) = play(tracker, [[(0.55, other), (0.8, worn(1))]] * 10, first=50)
    assert back == {0: expected, 1: 2}
