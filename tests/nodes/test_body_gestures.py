"""Claps, jumps, raised hands and turns of people who are drawn."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.landmarks import Instance, Landmarks, Pose
from engine.core.skeletons import BLAZEPOSE_33, COCO_17, HAND_21
from engine.nodes.body_gestures import BodyGestures

from .people import ASPECT, pose, someone

FPS = 30


def told(move, seconds=2.0, fps=FPS, **how):
    """Return names and values of what is told of somebody who moves: ``move`` draws a moment."""
    box = BodyGestures(**how)
    found = []
    for frame in range(round(seconds * fps)):
        for done in box.process(pose(*move(frame / fps)), ns(frame / fps)):
            found += [(name, each.value) for name, each in done._asdict().items() if each]
    return found


def lifted(person, up):
    """Return somebody so many picture heights higher."""
    person.joints[:, 1] += up
    return person


def clapping(at, hz=2.0, tall=0.6, x=0.5, height=0.45):
    """Draw somebody who claps: hands between 0.4 statures and none apart."""
    half = 0.2 * (0.5 + 0.5 * math.cos(math.tau * hz * at)) * tall / ASPECT
    y = 0.1 + 0.7 * tall if height else 0.1 + 0.45 * tall
    return (someone(x=x, tall=tall, left_wrist=(x + half, y), right_wrist=(x - half, y)),)


@settings(max_examples=30)
@given(st.sampled_from([1.0, 1.5, 2.0, 3.0]), st.floats(0.3, 1.2), st.floats(0.2, 0.8))
def test_each_clap_is_told_once_however_near(hz, tall, x):
    found = told(lambda at: clapping(at, hz, tall, x))
    assert found == [("clap", 1.0)] * len(found)
    assert len(found) == round(2 * hz)


def test_folded_hands_and_hands_that_hang_down_are_no_claps():
    assert told(lambda at: clapping(at, hz=0.3), seconds=5) == []
    assert told(lambda at: clapping(at, height=0)) == []


def test_hands_that_are_together_when_somebody_comes_are_no_clap():
    assert told(lambda at: clapping(0.25)) == []


def deep(person, apart):
    """Put somebody into a picture with depth: one hand so many statures of 0.6 nearer."""
    points = np.zeros((33, 4), np.float32)
    for name, (x, y, sure) in zip(COCO_17.points, person.joints, strict=True):
        points[BLAZEPOSE_33.index[name]] = x, y, 0, sure
    points[BLAZEPOSE_33.index["left_wrist"], 2] = apart * 0.6 / ASPECT
    return Landmarks(BLAZEPOSE_33, (Instance(1, 1, points),), ASPECT)


@pytest.mark.parametrize(("apart", "claps"), [(0.0, 4), (-0.15, 4), (0.3, 0), (-1.0, 0)])
def test_hands_that_meet_in_the_picture_alone_do_not_clap_where_depth_is_seen(apart, claps):
    box, found = BodyGestures(), 0
    for frame in range(60):
        (person,) = clapping(frame / FPS)
        found += len([*box.process(deep(person, apart), ns(frame / FPS))])
    assert found == claps


def squatting(at, tall=0.6):
    """Draw somebody who squats, and whose feet are seen a little higher as they get up again."""
    into = at % 1.5
    bent = 0.12 * math.sin(math.pi * (into - 0.9) / 0.6) ** 2 if into > 0.9 else 0.0
    person = lifted(someone(tall=tall), -bent * tall)
    for row in (COCO_17.index["left_ankle"], COCO_17.index["right_ankle"]):
        person.joints[row, 1] += (bent + (0.026 if 1.33 < into < 1.48 else 0.0)) * tall
    return (person,)


def test_who_gets_up_from_a_squat_has_not_jumped_though_their_feet_are_seen_to_rise():
    assert told(squatting, seconds=6) == []


def jumping(at, height=0.12, tall=0.6, feet=True):
    """Draw somebody who jumps at 0.5 s for half a second."""
    part = (at - 0.5) / 0.5
    up = 4 * height * part * (1 - part) * tall if 0 < part < 1 else 0.0
    if feet:
        return (lifted(someone(tall=tall), up),)
    return (lifted(someone(tall=tall, left_ankle=None, right_ankle=None), up),)


@pytest.mark.parametrize("tall", [0.3, 0.6, 0.9])
@pytest.mark.parametrize("height", [0.08, 0.15, 0.3])
@pytest.mark.parametrize("fps", [15, 30, 60])
def test_a_jump_is_told_once(tall, height, fps):
    assert told(lambda at: jumping(at, height, tall), fps=fps) == [("jump", 1.0)]


def test_two_jumps_are_two():
    assert told(lambda at: jumping(at % 1.2), seconds=2.4) == [("jump", 1.0)] * 2


def test_without_feet_there_is_no_jump():
    assert told(lambda at: jumping(at, feet=False)) == []


def test_standing_up_kicking_and_walking_away_are_no_jumps():
    def stands_up(at):
        person = someone()
        down = 0.15 * max(0.0, 1 - max(0.0, at - 0.5) * 5)
        for row in range(17):
            if row < 13:
                person.joints[row, 1] -= down
        return (person,)

    def kicks(at):
        up = 0.2 if at > 0.5 else 0.0
        return (someone(left_ankle=(0.53, 0.12 + up)),)

    def walks_away(at):
        return (lifted(someone(tall=0.6 - 0.05 * at), 0.05 * at),)

    assert told(stands_up) == told(kicks) == told(walks_away) == []


def raising(at, hand):
    """Draw somebody who raises a hand at 0.5 s and lets it down at 1.5 s."""
    y = 0.9 if 0.5 < at < 1.5 else 0.3
    return (someone(**{f"{hand}_wrist": (0.5, y)}),)


@pytest.mark.parametrize(("hand", "number"), [("left", 1.0), ("right", 2.0)])
def test_a_raised_hand_says_which(hand, number):
    assert told(lambda at: raising(at, hand)) == [("raised", number)]
    assert told(lambda at: raising(at % 2, hand), seconds=4) == [("raised", number)] * 2


def test_a_hand_that_trembles_at_the_head_is_raised_once():
    head = 0.1 + 0.93 * 0.6
    found = told(
        lambda at: (
            someone(
                right_wrist=(0.4, 0.3 if at < 0.5 else head + 0.01 + 0.01 * (-1) ** round(30 * at))
            ),
        )
    )
    assert [name for name, _ in found] in ([], ["raised"])


def turning(at, since=0.5, lasts=0.6):
    """Draw somebody who turns to the back: the sides change places."""
    part = min(max((at - since) / lasts, 0.0), 1.0)
    person = someone()
    person.joints[:, 0] = 0.5 + (person.joints[:, 0] - 0.5) * math.cos(math.pi * part)
    return (person,)


def test_a_turn_is_told_once_and_turning_back_again():
    assert told(turning) == [("turn", 1.0)]
    assert told(lambda at: turning(at if at < 1.5 else 3 - at), seconds=3) == [("turn", 1.0)] * 2


def test_half_a_turn_and_back_is_none():
    assert told(lambda at: turning(min(at, 0.8) if at < 1.5 else 0.8 - (at - 1.5))) == []


def test_standing_still_in_noise_is_nothing():
    noise = np.random.default_rng(3)

    def trembles(at):
        person = someone()
        person.joints[:, :2] += noise.normal(0, 0.004, (17, 2))
        return (person,)

    assert told(trembles, seconds=10) == []


def test_somebody_else_starts_anew_and_nobody_is_nothing():
    assert told(lambda at: ()) == []
    assert told(lambda at: (raising(0 if at < 0.5 else 1, "left")[0],)) == [("raised", 1.0)]

    def swapped(at):
        return (someone(number=1),) if at < 0.5 else (someone(number=2, left_wrist=(0.5, 0.9)),)

    assert told(swapped) == []


def test_a_hand_is_no_body_and_that_is_told_once(caplog):
    box = BodyGestures()
    for moment in range(3):
        assert [*box.process(Landmarks(HAND_21, (), 1.0), ns(moment))] == []
    assert [each.message for each in caplog.records] == [
        'body_gestures reads bodies, not "hand_21"'
    ]


def test_who_is_just_seen_does_not_jump_while_the_points_find_their_place():
    assert told(lambda at: (lifted(someone(), 0.1 * min(at / 0.1, 1.0)),), seconds=1) == []


def test_who_leans_back_and_looks_smaller_does_not_jump():
    def leans(at):
        person = someone()
        part = min(max((at - 0.5) / 0.2, 0.0), 1.0)
        hips = float(person.joints[[11, 12], 1].mean())
        person.joints[:7, 1] = hips + (person.joints[:7, 1] - hips) * (1 - 0.3 * part)
        return (lifted(person, 0.3),)

    assert told(leans) == []


def test_sides_swapped_for_a_moment_are_no_turn():
    def swapped(at):
        person = someone()
        if 0.5 < at < 0.6:
            person.joints[:, 0] = 1 - person.joints[:, 0]
        return (person,)

    assert told(swapped) == []


@pytest.mark.parametrize("lasts", [0.3, 0.6, 1.2])
def test_sides_swapped_between_two_pictures_are_no_turn_however_long_they_stay_so(lasts):
    def swapped(at):
        person = someone()
        if 0.7 < at < 0.7 + lasts:
            person.joints[:, 0] = 1 - person.joints[:, 0]
        return (person,)

    assert told(swapped, seconds=3) == []


def test_a_body_that_is_seen_higher_in_one_picture_alone_does_not_jump():
    assert told(lambda at: (lifted(someone(), 0.07 if 0.99 < at < 1.01 else 0.0),)) == []


@pytest.mark.parametrize("hidden", ["left_ankle", "right_ankle"])
def test_a_jump_is_told_though_a_foot_is_missed_in_a_picture(hidden):
    def jumps(at):
        (person,) = jumping(at)
        if 0.55 < at < 0.58:
            (person,) = (lifted(someone(**{hidden: None}), 0.03),)
        return (person,)

    assert told(jumps) == [("jump", 1.0)]


def test_who_jumps_onto_a_step_may_jump_again_at_once():
    def hops(at):
        up = 0.03 if at > 0.5 else 0.0
        for begin in (0.5, 1.0):
            part = (at - begin) / 0.3
            up += 4 * 0.07 * part * (1 - part) if 0 < part < 1 else 0.0
        return (lifted(someone(), up),)

    assert told(hops) == [("jump", 1.0)] * 2


def hopping(at, height=0.05, bent=0.05, tall=0.6):
    """Draw somebody who bends, hops at 1 s and lands on the toes; feet rise less than the rest."""
    part = (at - 1.0) / 0.35
    up = 4 * height * part * (1 - part) if 0 < part < 1 else 0.0
    down = bent * max(0.0, 1 - abs(at - 0.85) / 0.15)
    person = lifted(someone(tall=tall), up * tall)
    person.joints[:13, 1] -= down * tall
    return (person,)


def test_a_hop_with_bent_knees_is_a_jump_and_as_high_as_one_asks():
    assert told(hopping) == [("jump", 1.0)]
    assert told(hopping, high=0.1) == []
    assert told(lambda at: hopping(at, 0.2), high=0.1) == [("jump", 1.0)]


def test_who_springs_from_a_crouch_and_runs_off_does_not_jump():
    def springs(at):
        person = someone()
        part = min(max((at - 0.5) / 0.25, 0.0), 1.0)
        hips = person.joints[11:13].mean(axis=0)
        person.joints[:7, 0] += 0.2 - 0.1 * part
        person.joints[:7, 1] = hips[1] + 0.05 * part
        return (lifted(person, 0.1 * part),)

    assert told(springs) == []


def test_a_hand_that_passes_over_the_head_is_not_raised_unless_it_is_held():
    def passes(at):
        return (someone(right_wrist=(0.5, 0.9 if 0.5 < at < 0.58 else 0.3)),)

    assert told(passes) == []
    assert told(passes, held=0.0) == [("raised", 2.0)]
    assert told(lambda at: raising(at, "left"), held=0.5) == [("raised", 1.0)]
    assert told(lambda at: raising(at, "left"), held=1.5) == []


def test_a_forearm_across_the_face_is_no_raised_hand_though_the_wrist_is_over_it():
    face = 0.1 + 0.93 * 0.6
    across = {"right_elbow": (0.35, face + 0.05), "right_wrist": (0.5, face + 0.05)}
    assert told(lambda at: (someone(**across) if at > 0.5 else someone(),)) == []


def test_a_wrist_that_is_taken_for_the_other_for_a_moment_claps_and_raises_nothing():
    def mistaken(at):
        up, down = (0.55, 0.85), (0.35, 0.35)
        if 1.0 < at < 1.05:
            up, down = (0.45, 0.62), (0.45, 0.62)
        return (someone(left_wrist=up if at > 0.3 else (0.6, 0.35), right_wrist=down),)

    assert told(mistaken) == [("raised", 1.0)]


def test_a_hand_that_is_hidden_while_it_rises_is_raised_when_it_is_seen():
    def hidden(at):
        return (someone(right_wrist=None if 0.5 < at < 1.0 else (0.5, 0.3 if at < 1 else 0.9)),)

    assert told(hidden) == [("raised", 2.0)]


@pytest.mark.parametrize("aspect", [ASPECT, 1 / ASPECT])
def test_a_film_that_is_cut_or_a_picture_that_is_turned_has_nobody_jump_turn_or_clap(aspect):
    box, found = BodyGestures(), []
    for frame in range(60):
        one = someone() if frame < 30 else lifted(someone(tall=0.4), 0.35)
        if frame >= 30:
            one.joints[:, 0] = 1 - one.joints[:, 0]
        shape = ASPECT if frame < 30 else aspect
        found += [*box.process(Pose((one,), shape), ns(frame / FPS))]
    assert found == []
