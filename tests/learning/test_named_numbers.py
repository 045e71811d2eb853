"""Numbers with names: what messages say, wherever somebody stands and in whatever order."""

from __future__ import annotations

import math

import numpy as np
import pytest

from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import Features, Pitch
from engine.core.skeletons import HAND_21
from engine.learning.named_numbers import MOST, aligned, group_of, moment
from tests.nodes.people import pose, someone


def test_a_body_is_the_same_near_and_far_and_to_the_side() -> None:
    near = moment([("value", pose(someone(x=0.5, tall=0.8)))], 0, 0.3)
    far = moment([("value", pose(someone(x=0.2, tall=0.4)))], 0, 0.3)
    assert "body.left_wrist.y" in near.names
    assert near.names == far.names
    np.testing.assert_allclose(near.values, far.values, atol=1e-4)


def test_nobody_is_known_by_name_and_not_by_number() -> None:
    nobody = moment([("value", pose())], 0, 0.3)
    assert nobody.names == moment([("value", pose(someone()))], 0, 0.3).names
    assert not nobody.is_known


def test_a_joint_that_is_hidden_is_not_known() -> None:
    seen = moment([("value", pose(someone(left_wrist=None)))], 0, 0.3)
    assert math.isnan(seen.values[seen.names.index("body.left_wrist.x")])
    assert math.isfinite(seen.values[seen.names.index("body.right_wrist.x")])


def test_a_hand_a_pitch_and_a_number_have_their_own_names() -> None:
    points = np.random.default_rng(1).uniform(0.2, 0.8, (21, 4)).astype(np.float32)
    hand = Landmarks(HAND_21, (Instance(1, 1, points),), 1.5)
    sung = Pitch(220.0, 57.0, 1.0, on=True, level=0.5)
    said = moment([("value", hand), ("a", sung), ("b", 0.25)], 0, 0.0)
    assert sum(name.endswith(".x") for name in said.names) == 21
    assert said.names[-1] == "b" and said.values[-1] == 0.25
    assert said.values[said.names.index("pitch.note")] == 57


def test_the_same_name_twice_is_told_apart_by_its_inlet() -> None:
    low = Features(("low",), np.array([1], np.float32))
    said = moment([("value", low), ("a", low)], 0, 0.3)
    assert said.names == ("low", "a.low")


def test_names_are_found_in_another_order_and_what_is_missing_is_not_known() -> None:
    said = moment([("value", Features(("p", "q"), np.array([1, 2], np.float32)))], 0, 0.3)
    found = aligned(said, ("q", "r", "p"))
    assert found[0] == 2 and found[2] == 1 and math.isnan(found[1])


@pytest.mark.parametrize("absurd", [math.nan, math.inf, -math.inf, 1e30])
def test_what_is_no_number_is_not_known(absurd: float) -> None:
    assert not moment([("value", absurd)], 0, 0.3).is_known


def test_more_numbers_than_fit_are_let_go() -> None:
    many = Features(tuple(map(str, range(5000))), np.zeros(5000, np.float32))
    assert len(moment([("value", many)], 0, 0.3).names) == MOST


def test_points_share_a_scale_and_numbers_do_not() -> None:
    assert group_of("body.left_wrist.x") == group_of("body.nose.y") == "body"
    assert group_of("level") == "level"
