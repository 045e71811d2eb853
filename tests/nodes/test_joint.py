"""Numbers of a body: joint, apart, energy, and which person they look at."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.core.clock import ns
from engine.core.errors import ParameterError, UnknownName
from engine.core.landmarks import Instance, Landmarks
from engine.core.parameter import read_parameters
from engine.core.skeletons import BLAZEPOSE_33
from engine.nodes.apart import Apart
from engine.nodes.energy import Energy
from engine.nodes.joint import Joint

from .people import pose, someone


def test_a_hand_has_a_height_and_a_place():
    here = pose(someone(right_wrist=(0.2, 0.9)))
    assert Joint(joint="right_hand", axis="x").process(here) == pytest.approx(0.2)
    assert Joint(joint="right_hand", axis="y").process(here) == pytest.approx(0.9)
    assert Joint(joint="right_hand", axis="confidence").process(here) == 1
    assert 0.9 < Joint(joint="right_hand").process(here) <= 1


def test_how_near_a_part_is_is_told_where_there_is_depth():
    points = np.full((len(BLAZEPOSE_33.points), 4), (0.5, 0.5, 0.0, 1.0), np.float32)
    for name, z in (("left_wrist", 0.3), ("right_wrist", 0.1), ("nose", math.nan)):
        points[BLAZEPOSE_33.index[name], 2] = z
    points[BLAZEPOSE_33.index["right_knee"]] = 0.5, 0.5, 0.9, 0.1
    deep = Landmarks(BLAZEPOSE_33, (Instance(1, 1, points),), 16 / 9)
    near = {name: Joint(joint=name, axis="z").process(deep) for name in ("left_wrist", "hands")}
    assert near == {"left_wrist": pytest.approx(0.3), "hands": pytest.approx(0.2)}
    assert Joint(joint="nose", axis="z").process(deep) is None
    assert Joint(joint="right_knee", axis="z").process(deep) is None
    with pytest.raises(UnknownName, match='there is no axis "z"'):
        Joint(axis="z").process(pose(someone()))


def test_the_hips_of_the_patch_for_desks():
    assert Joint(joint="hips", axis="x").process(pose(someone(x=0.7))) == pytest.approx(0.7)


def test_a_joint_outside_the_picture_stays_at_its_edge():
    assert Joint(joint="nose", axis="x").process(pose(someone(nose=(-0.2, 0.5)))) == 0


def test_what_is_not_there_says_nothing():
    hidden = pose(someone(right_wrist=None))
    assert Joint(axis="height").process(hidden) is None
    assert Joint(axis="x").process(hidden) is None
    assert Joint(axis="confidence").process(hidden) == 0
    assert Joint().process(pose()) is None
    assert Apart().process(hidden) is None
    assert Apart().process(pose()) is None
    assert Energy().process(pose(), ns(0)) is None


def test_a_joint_below_the_asked_confidence_is_not_seen():
    here = pose(someone())
    here.people[0].joints[:, 2] = 0.5
    assert Joint(axis="x", confidence=0.6).process(here) is None
    assert Joint(axis="x", confidence=0.4).process(here) is not None


def test_0_is_whoever_is_there_and_a_number_is_that_person():
    here = pose(someone(3, x=0.7), someone(2, x=0.3))
    assert Joint(joint="hips", axis="x").process(here) == pytest.approx(0.3)
    assert Joint(joint="hips", axis="x", person=3).process(here) == pytest.approx(0.7)
    assert Joint(joint="hips", axis="x", person=1).process(here) is None


def test_a_misspelt_joint_is_told_when_the_patch_is_read():
    parameter = read_parameters(Joint)["joint"]
    assert parameter.from_patch("left_hand") == "left_hand"
    with pytest.raises(ParameterError, match='Did you mean "left_hand"'):
        parameter.from_patch("left_hnd")


def test_a_knob_may_say_who():
    assert read_parameters(Joint)["person"].from_wire(2.0) == 2


def test_hands_are_apart():
    folded = pose(someone(left_wrist=(0.5, 0.5), right_wrist=(0.5, 0.5)))
    assert Apart().process(folded) == 0
    assert Apart(one="head", other="feet").process(pose(someone())) == pytest.approx(1, abs=0.05)


def test_energy_follows_a_dancer_and_starts_anew_with_another():
    energy = Energy()
    for frame in range(30):
        here = pose(someone(x=0.5 + 0.2 * math.sin(frame / 3)))
        level = energy.process(here, ns(frame / 30))
    assert level > 0.3
    assert energy.process(pose(someone(number=7)), ns(1.0)) is None
    assert energy.process(pose(someone(number=7)), ns(1.03)) == 0


def test_energy_after_a_gap_does_not_jump():
    energy = Energy()
    energy.process(pose(someone(x=0.2)), ns(0))
    energy.reset()
    assert energy.process(pose(someone(x=0.8)), ns(0.03)) is None
