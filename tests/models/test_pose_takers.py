"""Whatever takes a pose takes all bodies with names: those of MoveNet, of BlazePose, of a network
of one's own."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.landmarks import JOINTS, Instance, Landmarks, Person, Pose
from engine.core.messages import Frame
from engine.core.signature import fits, read_signature
from engine.core.skeletons import BLAZEPOSE_33, COCO_17, HAND_21, Skeleton
from engine.dsp.landmarks.coco import as_joints
from engine.models.segment import SegmentModel
from tests.conformance import boxes
from tests.models.test_segment import film, walker

OWN = Skeleton(
    "a trunk",
    ("right_hip", "left_hip", "right_shoulder", "left_shoulder", "tail"),
    bones=(("left_hip", "left_shoulder"),),
)


def test_no_box_takes_poses_of_17_joints_alone() -> None:
    takers = {
        f"{name}.{inlet.name}": inlet.accepts
        for name in (*boxes.NODES, *boxes.MODELS)
        for inlet in read_signature(boxes.find_node(name)).inlets
        if {Pose, Landmarks} & {*inlet.accepts}
    }
    assert {"segment.pose", "hands.pose", "face.pose", "draw_pose.pose", "joint.pose"} <= {*takers}
    for kind in (Pose, Landmarks):
        assert [name for name, accepts in takers.items() if not fits(kind, accepts)] == []


def told(pose: Pose, skeleton: Skeleton) -> Landmarks:
    """The same bodies by another skeleton: points of the same name, others in a far corner."""
    seen = []
    for person in pose.people:
        points = np.zeros((len(skeleton.points), len(skeleton.axes)), np.float32)
        for name in {*skeleton.points} & {*JOINTS}:
            points[skeleton.index[name], [0, 1, -1]] = person.joints[JOINTS.index(name)]
        for name in {*skeleton.points} - {*JOINTS}:
            points[skeleton.index[name], -1] = 1
        seen.append(Instance(person.slot, person.id, points))
    return Landmarks(skeleton, tuple(seen), pose.aspect)


@pytest.mark.parametrize("skeleton", [COCO_17, BLAZEPOSE_33, OWN, HAND_21], ids=lambda s: s.name)
def test_joints_go_by_their_names(skeleton: Skeleton) -> None:
    joints = np.random.default_rng(2).random((17, 3), np.float32) + np.float32(0.1)
    (found,) = as_joints(told(Pose((Person(1, 1, joints),), 1.0), skeleton))
    assert found.shape == (17, 3)
    for row, name in enumerate(JOINTS):
        expected = joints[row] if name in skeleton.index else np.zeros(3)
        assert found[row] == pytest.approx(expected), name


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_a_joint_that_is_no_number_is_unknown(number: float) -> None:
    joints = np.full((17, 3), 0.5, np.float32)
    joints[3, 1] = number
    (found,) = as_joints(Pose((Person(1, 1, joints),), 1.0))
    assert not found[3].any()
    assert np.isfinite(found).all()
    assert joints[4].all() and not np.isfinite(joints[3, 1]), "its own are left alone"


@pytest.fixture(scope="module")
def box() -> SegmentModel:
    segment = SegmentModel()
    segment.open()
    return segment


@pytest.mark.parametrize("skeleton", [COCO_17, BLAZEPOSE_33, OWN], ids=lambda s: s.name)
def test_a_mask_is_cut_out_around_bodies_of_any_skeleton(
    box: SegmentModel, skeleton: Skeleton
) -> None:
    picture = film(40)
    mask, _, amount = box.process(Frame(picture), told(walker(picture, box), skeleton))
    assert 0.005 < amount < 0.05
    across = np.nonzero(mask.image[:, :, 0] > 128)[1]
    assert 0.55 < across.mean() / mask.image.shape[1] < 0.8
    (nobody, *_) = box.process(Frame(picture), Landmarks(skeleton, (), 16 / 9))
    assert not nobody.image.any()


def test_around_hands_it_looks_at_all_of_the_picture(box: SegmentModel) -> None:
    picture: NDArray[np.uint8] = film(40)
    points = np.full((21, 4), 0.5, np.float32)
    hand = Landmarks(HAND_21, (Instance(1, 1, points),), 16 / 9)
    whole, found = (grey(box, picture, pose) for pose in (None, hand))
    assert np.mean((whole > 128) == (found > 128)) > 0.98


def grey(
    box: SegmentModel, picture: NDArray[np.uint8], pose: Landmarks | None
) -> NDArray[np.uint8]:
    return box.process(Frame(picture), pose).mask.image[:, :, 0]
