"""A body's measures: what they mean, that they stay in their range, that rates do not matter."""

from __future__ import annotations

import math
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.core.clock import ns
from engine.core.errors import UnknownName
from engine.core.messages import JOINTS
from engine.core.skeletons import COCO_17
from engine.dsp.landmarks.body import REACH, TRUNK, Body, EnergyMeter
from engine.dsp.landmarks.parts import Part

ASPECT = 16 / 9
TALL = 0.7  # picture heights

# Where everything is on someone who stands facing the camera with the arms hanging: statures right
# of the middle of the picture and above the floor (Winter 2009, fig. 4.1).
STANDING = {
    "nose": (0.0, 0.92),
    "left_eye": (0.02, 0.936),
    "right_eye": (-0.02, 0.936),
    "left_ear": (0.045, 0.929),
    "right_ear": (-0.045, 0.929),
    "left_shoulder": (0.11, 0.818),
    "right_shoulder": (-0.11, 0.818),
    "left_elbow": (0.11, 0.632),
    "right_elbow": (-0.11, 0.632),
    "left_wrist": (0.11, 0.486),
    "right_wrist": (-0.11, 0.486),
    "left_hip": (0.058, 0.53),
    "right_hip": (-0.058, 0.53),
    "left_knee": (0.058, 0.285),
    "right_knee": (-0.058, 0.285),
    "left_ankle": (0.058, 0.039),
    "right_ankle": (-0.058, 0.039),
}
LEGS = ("left_hip", "right_hip", "left_knee", "right_knee", "left_ankle", "right_ankle")


def standing(tall: float = TALL, x: float = 0.5, floor: float = 0.05, **moved):
    """Draw the joints of someone; ``moved`` puts joints elsewhere, None hides one."""
    joints = np.zeros((17, 3), np.float32)
    for index, name in enumerate(JOINTS):
        place = moved.get(name, STANDING[name])
        if place is not None:
            joints[index] = (x + place[0] * tall / ASPECT, floor + place[1] * tall, 1.0)
    return joints


def without(*names: str, **moved):
    return standing(**dict.fromkeys(names), **moved)


def test_every_name_of_a_part_is_offered_and_nothing_else():
    assert get_args(Part) == tuple(COCO_17.rows_of)


def test_a_hand_is_its_wrist():
    assert COCO_17.rows("left_hand") == (JOINTS.index("left_wrist"),)
    assert COCO_17.rows("hips") == (JOINTS.index("left_hip"), JOINTS.index("right_hip"))


def test_an_unknown_part_suggests_the_nearest():
    with pytest.raises(UnknownName, match='Did you mean "left_wrist"'):
        COCO_17.rows("left_wirst")


def test_the_hips_are_the_middle_of_both():
    assert Body(standing(x=0.3), ASPECT).position("hips") == pytest.approx(
        (0.3, 0.05 + 0.53 * TALL)
    )


def test_a_part_half_seen_is_where_the_seen_half_is():
    body = Body(without("left_hip"), ASPECT)
    assert body.position("hips") == body.position("right_hip")


def test_what_is_not_seen_has_no_place():
    joints = without("left_wrist")
    body = Body(joints, ASPECT)
    assert body.position("left_hand") is None
    assert Body(joints, ASPECT, confidence=0).position("left_hand") is None
    assert body.height("left_hand") is None
    assert body.apart("left_hand", "right_hand") is None


def test_sureness_is_the_mean_of_the_joints():
    assert Body(without("left_hip"), ASPECT).sureness("hips") == 0.5


@pytest.mark.parametrize("hidden", [(), LEGS])
@pytest.mark.parametrize(
    ("wrist", "expected"),
    [
        ((-0.11, 0.0), 0.0),
        ((-0.11, 0.53), 0.0),
        ((-0.11, 0.818), TRUNK / REACH),
        ((-0.11, 0.818 + 0.332), 1.0),
        ((-0.11, 1.4), 1.0),
    ],
)
def test_height_goes_from_the_hip_to_full_reach(hidden, wrist, expected):
    joints = without(*hidden, right_wrist=wrist)
    assert Body(joints, ASPECT).height("right_hand") == pytest.approx(expected, abs=0.01)


def test_height_does_not_depend_on_how_far_away_somebody_is():
    up = {"right_wrist": (-0.2, 1.0)}
    near, far = standing(tall=0.9, **up), standing(tall=0.2, x=0.8, floor=0.4, **up)
    assert Body(near, ASPECT).height("right_wrist") == pytest.approx(
        Body(far, ASPECT).height("right_wrist"), abs=1e-3
    )


def test_height_needs_a_shoulder():
    joints = without("left_shoulder", "right_shoulder")
    assert Body(joints, ASPECT).height("right_wrist") is None


def test_someone_who_bows_to_the_camera_does_not_shrink_to_nothing():
    joints = standing(left_shoulder=(0.11, 0.56), right_shoulder=(-0.11, 0.56))
    assert Body(joints, ASPECT).stature == pytest.approx(TALL, rel=0.2)


def test_someone_behind_a_table_who_turns_aside_keeps_their_stature():
    joints = without(*LEGS, left_shoulder=(0.01, 0.818), right_shoulder=(-0.01, 0.818))
    assert Body(joints, ASPECT).stature == pytest.approx(TALL, rel=0.05)


@given(low=st.floats(-1, 2), more=st.floats(0, 2), legs=st.booleans())
def test_height_rises_with_the_wrist_and_stays_within_0_and_1(low, more, legs):
    hidden = () if legs else LEGS
    below = Body(without(*hidden, left_wrist=(0.1, low)), ASPECT).height("left_wrist")
    above = Body(without(*hidden, left_wrist=(0.1, low + more)), ASPECT).height("left_wrist")
    assert 0 <= below <= above <= 1


def test_arms_spread_wide_are_1_apart_and_folded_hands_0():
    wide = standing(left_wrist=(0.442, 0.818), right_wrist=(-0.442, 0.818))
    assert Body(wide, ASPECT).apart("left_hand", "right_hand") == pytest.approx(1, abs=1e-3)
    folded = standing(left_wrist=(0, 0.7), right_wrist=(0, 0.7))
    assert Body(folded, ASPECT).apart("left_hand", "right_hand") == 0


def test_apart_is_the_same_upwards_and_sideways():
    across = standing(left_wrist=(0, 0.6), right_wrist=(-0.4, 0.6))
    along = standing(left_wrist=(0, 0.6), right_wrist=(0, 1.0))
    assert Body(across, ASPECT).apart("left_hand", "right_hand") == pytest.approx(
        Body(along, ASPECT).apart("left_hand", "right_hand"), abs=1e-3
    )


def test_the_centre_is_the_middle_of_the_trunk():
    assert Body(standing(x=0.4), ASPECT).centre() == pytest.approx(
        (0.4, 0.05 + 0.674 * TALL), abs=1e-3
    )
    assert Body(without(*LEGS), ASPECT).centre() == Body(standing(), ASPECT).position("shoulders")
    only_a_foot = without(*(name for name in JOINTS if name != "left_ankle"))
    assert Body(only_a_foot, ASPECT).centre() == Body(standing(), ASPECT).position("left_foot")
    assert Body(without(*JOINTS), ASPECT).centre() is None


def test_size_is_what_the_body_fills():
    assert Body(standing(), ASPECT).size() == pytest.approx((0.936 - 0.039) * TALL, abs=1e-3)
    assert Body(without(*JOINTS), ASPECT).size() is None


@given(
    st.lists(st.floats(width=32, allow_nan=True, allow_infinity=True), min_size=51, max_size=51),
    st.sampled_from(sorted(COCO_17.rows_of)),
)
def test_nonsense_never_gives_what_is_not_a_number(numbers, part):
    body = Body(np.array(numbers, np.float32).reshape(17, 3), ASPECT)
    energy = EnergyMeter()
    readings = [
        body.sureness(part),
        body.stature,
        body.height(part),
        body.apart(part, "nose"),
        body.size(),
        *(body.position(part) or ()),
        *(body.centre() or ()),
        energy.update(body, ns(0)),
        energy.update(Body(standing(), ASPECT), ns(0.1)),
        energy.update(body, ns(0.2)),
    ]
    assert all(math.isfinite(reading) for reading in readings if reading is not None)


def waving(seconds: float, hertz: float = 1.5, far: float = 0.15):
    """Draw someone who waves both arms."""
    swing = far * math.sin(2 * math.pi * hertz * seconds)
    return standing(
        left_wrist=(0.3 + swing, 0.9),
        right_wrist=(-0.3 + swing, 0.9),
        left_elbow=(0.25 + swing / 2, 0.75),
        right_elbow=(-0.25 + swing / 2, 0.75),
    )


def energies(draw, rate: float, seconds: float = 4.0, energy: EnergyMeter | None = None):
    energy = energy or EnergyMeter()
    return [
        energy.update(Body(draw(frame / rate), ASPECT), ns(frame / rate))
        for frame in range(round(seconds * rate))
    ]


def settled(levels, rate: float) -> float:
    return float(np.mean(levels[round(rate) :]))


def test_energy_needs_two_moments():
    energy = EnergyMeter()
    assert energy.update(Body(standing(), ASPECT), ns(5)) is None
    assert energy.update(Body(standing(), ASPECT), ns(5.03)) == 0


def test_who_stands_still_has_no_energy_though_the_model_trembles():
    noise = np.random.default_rng(1)

    def trembling(_):
        joints = standing()
        joints[:, :2] += noise.normal(0, 0.002, (17, 2))
        return joints

    assert max(energies(trembling, 30)[1:]) < 0.03


def test_more_movement_is_more_energy_and_never_above_1():
    lazy = settled(energies(lambda t: waving(t, far=0.05), 30), 30)
    lively = settled(energies(waving, 30), 30)
    wild = energies(lambda t: standing(x=0.5 + 0.4 * math.sin(40 * t)), 30)
    assert 0 < lazy < lively < settled(wild, 30)
    assert max(wild[1:]) <= 1


@pytest.mark.parametrize("rate", [12, 25, 60, 120])
def test_energy_does_not_depend_on_the_frame_rate(rate):
    slow = settled(energies(waving, 30), 30)
    assert settled(energies(waving, rate), rate) == pytest.approx(slow, rel=0.1)


def test_energy_does_not_depend_on_how_far_away_somebody_is():
    def far(seconds):
        joints = waving(seconds)
        joints[:, :2] *= 0.4
        return joints

    assert settled(energies(far, 30), 30) == pytest.approx(
        settled(energies(waving, 30), 30), rel=1e-3
    )


def test_energy_falls_slowly_when_the_body_stops():
    energy = EnergyMeter()
    moving = energies(waving, 30, energy=energy)[-1]
    after = [energy.update(Body(waving(4), ASPECT), ns(4 + step / 30)) for step in range(1, 13)]
    assert 0 < after[-1] < moving / 3


def test_a_joint_that_comes_into_sight_does_not_count_as_movement():
    energy = EnergyMeter()
    energy.update(Body(without("left_wrist"), ASPECT), ns(0))
    energy.update(Body(without("left_wrist"), ASPECT), ns(0.03))
    assert energy.update(Body(standing(), ASPECT), ns(0.06)) == 0
    assert energy.update(Body(standing(), ASPECT), ns(0.09)) == 0


def test_after_a_gap_energy_begins_anew():
    energy = EnergyMeter()
    energies(waving, 30, energy=energy)
    assert energy.update(Body(standing(x=0.1), ASPECT), ns(9)) is None
    assert energy.update(Body(standing(x=0.1), ASPECT), ns(9.03)) == 0


@pytest.mark.parametrize("shape", [9 / 16, 1.0, 2.4])
def test_a_picture_of_another_shape_in_mid_show_is_no_movement(shape):
    energy = EnergyMeter()
    before = energies(waving, 30, energy=energy)[-1]
    still = Body(standing(), shape)
    after = [energy.update(still, ns(4 + step / 30)) for step in range(1, 40)]
    assert after[0] is None, "nothing to compare with"
    assert all(level <= before for level in after[1:])
    assert after[-1] < 0.02


def test_nobody_has_no_energy():
    energy = EnergyMeter()
    energy.update(Body(standing(), ASPECT), ns(0))
    assert energy.update(Body(without(*JOINTS), ASPECT), ns(0.03)) is None


def test_two_readings_of_one_moment_are_one():
    energy = EnergyMeter()
    energy.update(Body(standing(), ASPECT), ns(0))
    level = energy.update(Body(waving(0.2), ASPECT), ns(0.05))
    assert energy.update(Body(standing(x=0.9), ASPECT), ns(0.05)) == level
