"""One person out of several."""

from __future__ import annotations

import pytest

from engine.core.errors import ParameterError
from engine.core.parameter import read_parameters
from engine.nodes.pick import Pick

from .people import pose, someone

ALL = pose(
    someone(1, number=11, x=0.2, tall=0.4),
    someone(2, number=12, x=0.55, tall=0.5),
    someone(4, number=14, x=0.9, tall=0.7),
)


@pytest.mark.parametrize(
    ("who", "number"),
    [
        ("largest", 14),
        ("leftmost", 11),
        ("rightmost", 14),
        ("centre", 12),
        ("first", 11),
        (2, 12),
        (4, 14),
    ],
)
def test_who_is_picked_is_person_1_and_keeps_the_id(who, number):
    picked = Pick(person=who).process(ALL)
    assert [(person.slot, person.id) for person in picked.people] == [(1, number)]
    assert picked.aspect == ALL.aspect


@pytest.mark.parametrize("who", [0, -1])
def test_nobody_has_such_a_number(who):
    with pytest.raises(ParameterError, match=rf"1, 2, 3 \.\.\., got {who}"):
        read_parameters(Pick)["person"].from_patch(who)


@pytest.mark.parametrize("who", ["largest", "leftmost", "first", 3])
def test_nobody_is_a_pose_without_people(who):
    empty = pose() if who != 3 else ALL
    assert Pick(person=who).process(empty).count == 0


def test_dancers_of_one_size_do_not_take_turns():
    pick = Pick(person="largest", stay=0.1)
    assert pick.process(pose(someone(1, tall=0.6), someone(2, tall=0.5))).people[0].id == 1
    assert pick.process(pose(someone(1, tall=0.5), someone(2, tall=0.55))).people[0].id == 1
    assert pick.process(pose(someone(1, tall=0.5), someone(2, tall=0.65))).people[0].id == 2
    assert pick.process(pose(someone(1, tall=0.6), someone(2, tall=0.55))).people[0].id == 2
    pick.reset()
    assert pick.process(pose(someone(1, tall=0.6), someone(2, tall=0.55))).people[0].id == 1


def test_a_raised_arm_makes_nobody_larger():
    reaching = someone(1, tall=0.5, right_wrist=(0.4, 1.0))
    assert Pick().process(pose(reaching, someone(2, tall=0.6))).people[0].id == 2


def test_someone_of_whom_nothing_is_known_is_picked_last():
    unseen = someone(1)
    unseen.joints[:] = 0
    assert Pick(person="leftmost").process(pose(unseen, someone(2, x=0.9))).people[0].id == 2
