"""A body drawn into a picture."""

from __future__ import annotations

import numpy as np
import pytest

from engine.core.landmarks import Instance, Landmarks
from engine.core.messages import JOINTS, Detection, Detections, Person, Pose
from engine.core.skeletons import COCO_17, FACE_468, HAND_21, Skeleton
from engine.dsp.image.draw import LEFT, PEOPLE, RIGHT, draw_everybody, draw_landmarks
from engine.dsp.image.draw_boxes import draw_boxes


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


def test_bones_say_who_and_joints_which_side() -> None:
    drawn = np.zeros((400, 600, 3), np.uint8)
    person = someone()
    other = Person(slot=2, id=2, joints=person.joints + np.float32((0.05, 0, 0)))
    draw_everybody(drawn, Pose((other,), 1.5), colours="both")
    assert tuple(drawn[40, 510]) == LEFT
    assert tuple(drawn[360, 150]) == RIGHT
    bone = drawn[120, 420]  # half way from the middle to the left wrist
    assert tuple(bone) == PEOPLE[1]


@pytest.mark.parametrize("skeleton", [COCO_17, HAND_21, FACE_468])
def test_numbers_stand_beside_each_and_within_the_picture(skeleton: Skeleton) -> None:
    points = np.full((len(skeleton.points), 4 if skeleton.depth else 3), 1.0, np.float32)
    found = Landmarks(skeleton, (Instance(3, 12, points),), 1.0)
    plain, told = (np.zeros((200, 200, 3), np.uint8) for _ in range(2))
    draw_everybody(plain, found, colours="people")
    draw_everybody(told, found, colours="people", numbers=True)
    added = (told != plain).any(axis=2)
    assert added.sum() > 100
    assert not added[[0, -1]].any() and not added[:, [0, -1]].any()


def test_a_number_is_read_on_a_phone_where_the_picture_is_a_third_as_wide() -> None:
    found = Pose((someone(),), 16 / 9)
    plain, told = (np.zeros((540, 960, 3), np.uint8) for _ in range(2))
    draw_everybody(plain, found, colours="people")
    draw_everybody(told, found, colours="people", numbers=True)
    rows = np.flatnonzero((told != plain).any(axis=(1, 2)))
    assert np.ptp(rows) / 3 >= 9


def test_the_name_of_a_thing_at_the_right_edge_is_within_and_its_number_is_told() -> None:
    cup = Detections((Detection("cup", 0.9, (0.98, 0.5, 0.04, 0.2), 12),))
    far, near = (np.zeros((200, 320, 3), np.uint8) for _ in range(2))
    draw_boxes(far, cup, names=True)
    draw_boxes(near, cup, names=True, numbers=True)
    plain, numbered = (
        (one == PEOPLE[11 % len(PEOPLE)]).all(axis=2).any(axis=0) for one in (far, near)
    )
    assert plain.sum() > 20
    assert numbered.sum() > plain.sum() + 8


def test_of_a_whole_face_the_outline_is_drawn_and_of_a_few_points_each() -> None:
    points = np.zeros((468, 4), np.float32)
    points[:, :2] = np.random.default_rng(0).uniform(0.2, 0.8, (468, 2))
    few = points.copy()
    points[:, 3] = 1
    few[[1, 152], 3] = 1
    for each in (points, few):
        picture = np.zeros((100, 100, 3), np.uint8)
        draw_everybody(picture, Landmarks(FACE_468, (Instance(1, 1, each),), 1.0))
        assert picture.any()
