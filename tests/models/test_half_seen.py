"""Hands and faces of which a part is outside the picture, and hands beside another's."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.landmarks import Person, Pose
from engine.core.messages import JOINTS, Frame, Ns
from engine.models.face import Face, FaceModel
from engine.models.hands import HandsModel
from engine.models.pose import PoseModel
from tests.by_night import pairs
from tests.models.test_odd_scenes import hand, portrait, stored
from tests.models.test_people import STEP, film

Picture = NDArray[np.uint8]


def face_in(image: Picture) -> Face:
    box = FaceModel()
    box.open()
    frame = Frame(np.ascontiguousarray(image))
    return [box.process(frame, at=Ns(number * STEP)) for number in range(4)][-1]


GONE = {
    "the mouth": (slice(0, 153), slice(None), ("mouth_open", "smile", "jaw"), ("brow_left",)),
    "the eyes": (slice(116, None), slice(None), ("eye_left", "eye_right", "yaw"), ("mouth_open",)),
    "her left half": (slice(None), slice(0, 156), ("mouth_wide", "eye_left"), ("eye_right",)),
}


@pytest.mark.parametrize("what", GONE)
def test_of_what_is_outside_the_picture_no_expression_is_told(what: str) -> None:
    rows, columns, silent, told = GONE[what]
    found = face_in(portrait().image[rows, columns])
    assert found.faces.count == 1
    assert {getattr(found, name) for name in silent} == {None}
    assert None not in {getattr(found, name) for name in told}
    (one,) = found.faces.seen
    outside = (np.abs(one.points[:, :2] - 0.5) > 0.53).any(axis=1)
    assert outside.any()
    assert (one.points[outside, 3] == 0).all()
    assert (one.points[~outside, 3] > 0).any()


def test_a_face_from_the_side_is_not_told() -> None:
    """A woman who walks past, with her body to say where her head is."""
    pose, box = PoseModel(), FaceModel()
    pose.open()
    box.open()
    for number, frame in enumerate(film(30, 36)):
        at = Ns(number * STEP)
        body = pose.process(frame, at=at)
        assert body.count == 1
        assert box.process(frame, body, at=at).faces.count == 0


def test_points_of_a_hand_outside_the_picture_are_not_sure() -> None:
    box = HandsModel(confidence=0.3)
    box.open()
    frame = Frame(np.ascontiguousarray(hand().image[180:]))
    found = [box.process(frame, at=Ns(number * STEP)) for number in range(4)][-1]
    (one,) = found.hands.seen
    outside = (np.abs(one.points[:, :2] - 0.5) > 0.53).any(axis=1)
    assert outside.any()
    assert (one.points[outside, 3] == 0).all()
    assert (one.points[~outside, 3] > 0).all()


def beside(gap: int) -> tuple[Frame, Pose]:
    """Two people's right and left hand, so many pixels apart, with their arms."""
    one = stored("hands", "hand", 2)
    other = np.ascontiguousarray(one[:, ::-1])
    high, wide = one.shape[:2]
    image = np.hstack([one[:, : wide - 60 + gap // 2], other[:, 60 - gap // 2 :]])
    image = np.asarray(cv2.copyMakeBorder(image, 0, 0, 60, 60, cv2.BORDER_REPLICATE))
    width, last = image.shape[1], image.shape[1] - 1
    x, elbow = 60 + 0.3 * wide, 60 + 0.1 * wide
    people = []
    for slot, side, arm in (
        (1, "right", (elbow, x)),
        (2, "left", (last - elbow, last - x)),
    ):
        joints = np.zeros((17, 3), np.float32)
        joints[JOINTS.index(f"{side}_elbow")] = (arm[0] / width, 0.95, 0.9)
        joints[JOINTS.index(f"{side}_wrist")] = (arm[1] / width, 0.62, 0.9)
        people.append(Person(slot, slot, joints))
    return Frame(np.ascontiguousarray(image)), Pose(tuple(people), width / high)


@pytest.mark.parametrize("gap", [0, 40])
def test_of_two_peoples_hands_beside_each_other_each_has_the_side_of_its_arm(gap: int) -> None:
    box = HandsModel(confidence=0.3)
    box.open()
    frame, pose = beside(gap)
    found = [box.process(frame, pose, at=Ns(number * STEP)) for number in range(5)][-1]
    assert found.hands.count == 2
    (right,), (left,) = found.right.seen, found.left.seen
    assert right.points[0, 0] < 0.5 < left.points[0, 0]


COVERED = {
    "left": (slice(None), slice(152, None), ("eye_left", "brow_left", "mouth_wide"), "eye_right"),
    "right": (slice(None), slice(0, 152), ("eye_right", "brow_right", "mouth_wide"), "eye_left"),
    "upper": (slice(0, 124), slice(None), ("eye_left", "eye_right", "smile"), "mouth_open"),
    "lower": (slice(130, None), slice(None), ("mouth_open", "mouth_wide", "smile"), "eye_left"),
}
COVERS = {
    "grey": lambda shape: np.full(shape, 128),
    "leaves": lambda shape: np.random.default_rng(2).integers(0, 255, (shape[0], shape[1], 3)),
}


LONG = 26
"""Pictures until a change is noticed, whichever square shows it: two rests, and what is owed."""


@pytest.mark.parametrize(("half", "cover"), pairs(COVERED, COVERS, 2))
def test_of_a_half_that_is_covered_nothing_is_made_up(half: str, cover: str) -> None:
    rows, columns, silent, told = COVERED[half]
    image, box = portrait().image, FaceModel()
    box.open()
    seen = [box.process(Frame(image), at=Ns(number * STEP)) for number in range(4)][-1]
    assert None not in seen[1:]
    covered = image.copy()
    covered[rows, columns] = COVERS[cover](covered[rows, columns].shape)
    frames = [Frame(each) for each in (covered, image) for _ in range(LONG)]
    found = [box.process(each, at=Ns(n * STEP)) for n, each in enumerate(frames, 4)]
    hidden, back = found[LONG - 1], found[-1]
    box.trust = True
    assert {*box.process(Frame(covered), at=Ns((4 + 2 * LONG) * STEP))[1:]}.isdisjoint({None})
    assert {getattr(hidden, name) for name in (*silent, "yaw", "pitch", "jaw")} == {None}
    assert None not in back[1:]
    if hidden.faces.count:
        assert getattr(hidden, told) is not None
        (one,) = hidden.faces.seen
        assert 0.2 < (one.points[:, 3] > 0).mean() < 0.8
