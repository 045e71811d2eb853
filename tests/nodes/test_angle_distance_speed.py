"""Measures of a body's parts: angle, distance and speed."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.errors import ParameterError
from engine.core.landmarks import Instance, Landmarks, Pose
from engine.core.skeletons import BLAZEPOSE_33, HAND_21
from engine.nodes.angle import Angle
from engine.nodes.distance import Distance
from engine.nodes.speed import Speed
from engine.testing import play

from .people import ASPECT, pose, someone

TURNS = st.floats(0, 360)
BENDS = st.floats(1, 179)


def at(middle, degrees, length):
    """Return a place so many picture heights from another one."""
    way = math.radians(degrees)
    return (middle[0] + length * math.cos(way) / ASPECT, middle[1] + length * math.sin(way))


def bent(side, degrees, turn=0.0, mirrored=1, **how):
    """Draw somebody whose elbow of a side is bent."""
    elbow = (0.5, 0.5)
    ends = {"shoulder": at(elbow, turn, 0.1), "wrist": at(elbow, turn + mirrored * degrees, 0.08)}
    return someone(**{f"{side}_elbow": elbow, **{f"{side}_{k}": v for k, v in ends.items()}}, **how)


@given(BENDS, TURNS, st.sampled_from([1, -1]), st.sampled_from(["left", "right"]))
def test_an_elbow_is_bent_as_it_is_drawn_however_it_is_turned_or_mirrored(
    degrees, turn, mirrored, side
):
    drawn = pose(bent(side, degrees, turn, mirrored))
    box = Angle(joint=f"{side}_elbow", confidence=0.0)
    assert box.process(drawn) == pytest.approx(degrees, abs=0.1)


@given(st.floats(0.2, 1.5), st.floats(0.1, 0.9))
def test_angle_and_distance_are_the_same_from_near_and_far(tall, x):
    near, far = pose(someone(tall=tall, x=x)), pose(someone(tall=0.6))
    for joint in ("left_shoulder", "right_hip", "left_knee"):
        box = Angle(joint=joint)
        assert box.process(near) == pytest.approx(box.process(far), abs=0.1)
    box = Distance(one="left_hand", other="right_foot")
    assert box.process(near) == pytest.approx(box.process(far), abs=1e-3)


def test_left_and_right_are_the_body_s_own():
    drawn = pose(bent("left", 60))
    assert Angle(joint="left_elbow").process(drawn) == pytest.approx(60, abs=0.1)
    assert Angle(joint="right_elbow").process(drawn) == pytest.approx(180, abs=1)


def test_the_lines_may_lead_to_other_parts():
    raised = pose(someone(left_wrist=(0.3, 0.5), right_wrist=(0.7, 0.5), nose=(0.5, 0.5)))
    box = Angle(joint="nose", one="left_wrist", other="right_hand")
    assert box.process(raised) == pytest.approx(180, abs=0.1)


@pytest.mark.parametrize("joint", ["nose", "head", "left_hand"])
def test_a_joint_without_two_bones_is_refused_with_words(joint):
    with pytest.raises(ParameterError, match=f'"{joint}" is not between two bones'):
        Angle(joint=joint)


def points_of(skeleton, **places):
    """Put points of one body or hand to their places; the others lie at 0."""
    points = np.zeros((len(skeleton.points), 4), np.float32)
    points[:, 3] = 1
    for name, place in places.items():
        points[skeleton.index[name], :2] = place
    return Landmarks(skeleton, (Instance(1, 1, points),), 1.0)


def test_the_joint_of_a_finger():
    hand = points_of(
        HAND_21,
        wrist=(0, 0),
        middle_finger_mcp=(0, 0.1),
        index_finger_mcp=(0.1, 0.1),
        index_finger_pip=(0.1, 0.2),
        index_finger_dip=(0.2, 0.2),
    )
    assert Angle(joint="index_finger_pip").process(hand) == pytest.approx(90, abs=0.1)


def test_33_points_have_ankles_and_wrists_that_bend():
    body = points_of(
        BLAZEPOSE_33,
        left_shoulder=(0.6, 0.8),
        right_shoulder=(0.4, 0.8),
        left_knee=(0.5, 0.5),
        left_ankle=(0.5, 0.2),
        left_foot_index=(0.6, 0.2),
    )
    assert Angle(joint="left_ankle").process(body) == pytest.approx(90, abs=0.1)


@pytest.mark.parametrize("box", [Angle(), Distance(), Speed()])
def test_what_is_not_seen_says_nothing(box):
    hidden = pose(someone(right_wrist=None))
    for moment, found in enumerate((hidden, hidden, pose(), pose(someone(2, right_wrist=None)))):
        given = (found, ns(moment / 30)) if isinstance(box, Speed) else (found,)
        assert box.process(*given) is None


def test_a_bone_that_points_at_the_camera_has_no_angle():
    assert Angle().process(pose(someone(right_elbow=(0.4, 0.5), right_wrist=(0.4, 0.5)))) is None


def test_hands_of_two_people_are_as_far_as_they_are_drawn():
    two = pose(someone(1, x=0.3, right_wrist=(0.4, 0.5)), someone(2, x=0.7, left_wrist=(0.55, 0.5)))
    box = Distance(one="right_hand", other="left_hand", person=1, to=2)
    assert box.process(two) == pytest.approx(0.15 * ASPECT / 0.6, rel=0.03)
    assert Distance(person=1, to=3).process(two) is None


def test_the_other_person_is_never_the_same_one():
    assert Distance(person=2, to=2).process(pose(someone(2))) is None
    assert Distance(person=0, to=2).process(pose(someone(2))) is None


@given(st.floats(0.1, 3), st.sampled_from([15, 30, 60, 120]), st.floats(0.3, 0.9), TURNS)
def test_a_speed_is_in_body_lengths_whatever_size_and_rate(speed, fps, tall, turn):
    box = Speed(part="right_hand")
    for frame in range(fps):
        moved = at((0.5, 0.5), turn, (frame / fps - 0.5) * speed * tall)
        said = box.process(pose(someone(tall=tall, right_wrist=moved)), ns(frame / fps))
    assert said.speed == pytest.approx(speed, rel=0.1)
    assert math.hypot(said.across, said.up) == pytest.approx(said.speed)
    assert said.across == pytest.approx(said.speed * math.cos(math.radians(turn)), abs=0.01)


def test_who_stands_still_has_no_speed_and_another_person_starts_anew():
    box = Speed()
    said = [box.process(pose(someone()), ns(frame / 30)) for frame in range(10)]
    assert said[0] is None and said[-1].speed == 0
    assert box.process(pose(someone(number=9, x=0.8)), ns(10 / 30)) is None


def test_a_picture_that_is_turned_in_mid_show_is_no_speed():
    box = Speed()
    for frame in range(5):
        box.process(pose(someone()), ns(frame / 30))
    turned = Pose(pose(someone(x=0.2)).people, 1 / ASPECT)
    assert box.process(turned, ns(5 / 30)) is None
    assert box.process(turned, ns(6 / 30)).speed == 0


def test_a_part_that_comes_back_after_a_while_does_not_jump():
    box = Speed()
    box.process(pose(someone(right_wrist=(0.2, 0.5))), ns(0))
    assert box.process(pose(someone(right_wrist=(0.8, 0.5))), ns(2)) is None


def test_all_three_follow_the_dancer(tmp_path: Path):
    patch = tmp_path / "measures.toml"
    patch.write_text(
        '[camera]\nuse = "stand_in"\nsings = false\nfps = 10\n'
        '[angle]\nuse = "angle"\nfrom = "camera.joints"\n'
        '[distance]\nuse = "distance"\nfrom = "camera.joints"\n'
        '[speed]\nuse = "speed"\nfrom = "camera.joints"\n'
        '[out]\nuse = "collector"\n[out.send]\n'
        'angle = "angle"\ndistance = "distance"\nspeed = "speed"\nup = "speed.up"\n'
    )
    played = play(patch, seconds=3)
    assert played.errors == []
    angles = [each.args[0] for each in played.sent("out", "angle")]
    assert len(angles) > 20 and all(0 <= each <= 180 for each in angles)
    assert max(angles) - min(angles) > 10
    assert all(each.args[0] >= 0 for each in played.sent("out", "speed"))
    assert any(each.args[0] < 0 for each in played.sent("out", "up"))
    assert played.sent("out", "distance")
