"""A body drawn into a picture."""

from __future__ import annotations

import numpy as np
import pytest

from engine.core.messages import JOINTS, Person, Pose
from engine.core.skeletons import COCO_17
from engine.dsp.image.draw import LEFT, RIGHT, draw_landmarks


def someone(confidence: float = 1.0) -> Person:
    """Give a body with every joint in the middle but the wrists: left one right, right one left."""
    joints = np.full((17, 3), (0.5, 0.5, confidence), np.float32)
    joints[JOINTS.index("left_wrist"), :2] = 0.8, 0.9
    joints[JOINTS.index("right_wrist"), :2] = 0.2, 0.1
    return Person(slot=1, id=1, joints=joints)


def test_left_and_right_have_their_colours_and_places() -> None:
    drawn = draw_landmarks(np.zeros((200, 300, 3), np.uint8), Pose((someone(),), 1.5))
    assert tuple(drawn[20, 240]) == LEFT
    assert tuple(drawn[180, 60]) == RIGHT


def test_the_picture_itself_is_left_alone() -> None:
    picture = np.zeros((200, 300, 3), np.uint8)
    picture.flags.writeable = False
    assert draw_landmarks(picture, Pose((someone(),), 1.5)).any()
    assert not picture.any()


@pytest.mark.parametrize("people", [(), (someone(0.1),)])
def test_who_is_not_known_is_not_drawn(people: tuple[Person, ...]) -> None:
    assert not draw_landmarks(np.zeros((90, 160, 3), np.uint8), Pose(people, 16 / 9)).any()


def test_the_smallest_picture_bears_it() -> None:
    assert draw_landmarks(np.zeros((1, 1, 3), np.uint8), Pose((someone(),), 1.0)).shape == (1, 1, 3)


def test_every_joint_has_a_bone_and_none_is_there_twice() -> None:
    assert {name for bone in COCO_17.bones for name in bone} == set(JOINTS)
    assert len({frozenset(bone) for bone in COCO_17.bones}) == len(COCO_17.bones)
