"""Rotations of bones: a puppet is put into a pose, its points are taken, the pose comes back."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Ns
from engine.core.skeletons import COCO_17
from engine.dsp.landmarks.bones import (
    BONES,
    IDENTITY,
    conjugate,
    local_rotations,
    normal,
    product,
    turned,
)
from engine.dsp.landmarks.metres import ANKLE, MeasuredBody
from tests.puppet import STATURE, about, points_of, seen_by_camera

X, Y, Z = (1.0, 0.0, 0.0), (0.0, 1.0, 0.0), (0.0, 0.0, 1.0)
FRAME = 40_000_000


def apart(a, b):
    """Return how far apart two rotations are, in degrees."""
    return math.degrees(2 * math.acos(min(1.0, abs(product(conjugate(a), b)[3]))))


def test_in_rest_nothing_is_turned():
    found = local_rotations(points_of({}))
    assert {*found} == {bone.name for bone in BONES}
    # The line from the ears to the face is not quite level in this puppet.
    assert all(
        apart(turn, IDENTITY) < (1 if "e" not in name else 12) for name, turn in found.items()
    )


@pytest.mark.parametrize(
    ("bone", "turn"),
    [
        ("LeftUpperArm", about(Z, 70)),
        ("LeftUpperArm", about(Y, 60)),
        ("RightUpperArm", about(Z, -70)),
        ("RightUpperArm", about(Y, -80)),
        ("LeftLowerArm", about(Y, 90)),
        ("RightLowerArm", about(Y, -90)),
        ("LeftUpperLeg", about(X, -60)),
        ("RightUpperLeg", about(Z, 40)),
        ("LeftLowerLeg", about(X, 80)),
        ("RightLowerLeg", about(X, 30)),
        ("LeftHand", about(Z, 30)),
        ("RightHand", about(X, 45)),
        ("LeftFoot", about(X, -20)),
        ("Hips", about(Y, 170)),
        ("Hips", about(Y, -90)),
        ("Hips", about(X, 40)),
    ],
)
def test_a_bone_that_is_turned_is_found_turned_and_no_other(bone, turn):
    rest, found = local_rotations(points_of({})), local_rotations(points_of({bone: turn}))
    back = product(found[bone], conjugate(rest[bone]))
    assert apart(back, turn) < 1
    others = [name for name in found if name not in {bone, "Spine", "Chest", "Neck", "Head"}]
    assert all(apart(found[name], rest[name]) < 1 for name in others)


@given(
    st.dictionaries(
        st.sampled_from(["LeftUpperArm", "RightUpperArm", "LeftUpperLeg", "RightUpperLeg", "Hips"]),
        st.tuples(st.integers(-3, 3), st.integers(-3, 3), st.integers(-3, 3), st.integers(1, 4)),
    ),
    st.floats(30, 120),
    st.floats(30, 120),
)
def test_applied_to_the_puppet_the_points_come_back(turns, arms, legs):
    """Our own decoder: a marionette of the same proportions stands as the performer does."""
    pose = {name: normal(tuple(map(float, turn))) for name, turn in turns.items()}
    pose |= {"LeftLowerArm": about(Y, arms), "RightLowerArm": about(Y, -arms)}
    pose |= {"LeftLowerLeg": about(X, legs), "RightLowerLeg": about(X, legs)}
    true = points_of(pose)
    found = local_rotations(true)
    back = points_of(found)
    for name, place in true.items():
        if not name.endswith(("ear", "eye", "nose", "heel", "index", "pinky")):
            assert back[name] == pytest.approx(place, abs=0.02), name
    assert all(sum(part * part for part in turn) == pytest.approx(1) for turn in found.values())


@pytest.mark.parametrize("bone", ["LeftLowerArm", "RightLowerLeg"])
def test_an_arm_that_is_stretched_does_not_flip(bone):
    axis = Y if "Arm" in bone else X
    before = None
    for degrees in np.linspace(40, 0, 81):
        found = local_rotations(points_of({bone: about(axis, float(degrees))}))
        if before is not None:
            assert all(apart(turn, before[name]) < 5 for name, turn in found.items())
        before = found


@pytest.mark.parametrize(
    ("lost", "missing"),
    [
        (["left_wrist"], {"LeftLowerArm", "LeftHand"}),
        (["left_elbow"], {"LeftUpperArm", "LeftLowerArm", "LeftHand"}),
        (["right_knee"], {"RightUpperLeg", "RightLowerLeg", "RightFoot"}),
        (["nose"], {"Neck", "Head"}),
        (["left_hip"], {bone.name for bone in BONES}),
    ],
)
def test_what_is_not_seen_is_missing(lost, missing):
    points = {name: at for name, at in points_of({}).items() if name not in lost}
    assert {bone.name for bone in BONES} - {*local_rotations(points)} == missing


def test_points_that_fall_together_turn_nothing_into_numbers_that_are_none():
    assert local_rotations(dict.fromkeys(points_of({}), (0.1, 0.2, 0.3))) == {}


# -- in metres -------------------------------------------------------------------------------------


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("metre", [0.2, 0.5])
def test_a_body_is_as_large_as_it_says_and_stands_on_the_floor(mirrored, metre):
    true = points_of({"LeftUpperArm": about(Z, 60)}, root=(0.3, 0.0, 0.0))
    measured = MeasuredBody(STATURE)
    for frame in range(10):
        found = seen_by_camera(true, mirrored=mirrored, metre=metre)
        back = measured.update(found.seen[0], found, Ns(frame * FRAME))
    for name in ("left_wrist", "right_knee", "nose", "left_heel"):
        assert back[name] == pytest.approx(true[name], rel=0.05, abs=0.03), name
    assert min(y for _, y, _ in back.values()) == pytest.approx(0, abs=1e-6)


def test_a_jump_leaves_the_floor():
    measured = MeasuredBody(STATURE)
    for frame in range(25):
        up = 0.3 if frame > 12 else 0.0
        found = seen_by_camera(points_of({}, root=(0.0, up, 0.0)))
        back = measured.update(found.seen[0], found, Ns(frame * FRAME))
    assert back["left_heel"][1] == pytest.approx(0.3, abs=0.05)


def test_who_walks_away_from_a_level_camera_stays_on_the_floor():
    measured = MeasuredBody(STATURE)
    for frame in range(100):
        metre = 1.6 / (3 + 0.03 * frame)
        found = seen_by_camera(points_of({}), metre=metre, low=0.5 - 1.2 * metre)
        back = measured.update(found.seen[0], found, Ns(frame * FRAME))
        assert back["left_ankle"][1] == pytest.approx(ANKLE * STATURE, abs=0.04)


def test_places_that_are_guessed_too_low_now_and_then_and_toes_lift_nobody():
    measured = MeasuredBody(STATURE)
    heights = []
    for frame in range(100):
        true = points_of({}, root=(0.0, -0.15 if frame % 5 == 0 else 0.0, 0.0))
        true |= {name: (x, y - 0.1, z) for name, (x, y, z) in true.items() if "foot" in name}
        found = seen_by_camera(true)
        heights.append(measured.update(found.seen[0], found, Ns(frame * FRAME))["left_ankle"][1])
    assert sorted(heights[25:])[40] == pytest.approx(ANKLE * STATURE, abs=0.02)


def test_flat_joints_have_no_depth_and_half_a_body_no_size():
    rows = np.full((17, 3), 0.5, np.float32)
    found = Landmarks(COCO_17, (Instance(1, 1, rows),), 1.0)
    assert MeasuredBody(STATURE).update(found.seen[0], found, Ns(0)) == {}
    rows[[5, 6, 11, 12], :2] = [(0.6, 0.7), (0.4, 0.7), (0.55, 0.4), (0.45, 0.4)]
    back = MeasuredBody(STATURE).update(found.seen[0], found, Ns(0))
    assert {z for _, _, z in back.values()} == {0.0}
    assert back["left_shoulder"][1] - back["left_hip"][1] == pytest.approx(
        0.288 * STATURE, rel=1e-3
    )


def test_a_turn_of_a_vector_keeps_its_length():
    assert turned(about(Z, 90), X) == pytest.approx(Y)
