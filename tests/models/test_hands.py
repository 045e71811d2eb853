"""The box of hands on a real film, with a body to say where they are and without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.landmarks import Landmarks, Person, Pose
from engine.core.messages import JOINTS, Frame, Ns
from engine.core.skeletons import HAND_21
from engine.inference.model_folders import model_folder
from engine.models.hands import Hands, HandsModel

Picture = NDArray[np.uint8]
STEP = 33_333_333


def opened(**parameters: Any) -> HandsModel:
    box = HandsModel(**parameters)
    box.open()
    return box


def ask(box: HandsModel, frame: Frame, pose: Landmarks | None = None, times: int = 4) -> Hands:
    """Show one picture for some time; return the last answer."""
    return [box.process(frame, pose, at=Ns(number * STEP)) for number in range(times)][-1]


@pytest.fixture(scope="module")
def hand() -> Picture:
    """The hand of a man who walks, blue-green-red, cut out of a film."""
    with np.load(model_folder("hands") / "parity.npz") as stored:
        picture = stored["hand.pictures"][2]
    return np.ascontiguousarray(picture[..., ::-1])


def arm(x: float, y: float, side: str = "right", elbow: tuple[float, float] = (0.5, 0.9)) -> Pose:
    """A body of which one forearm is sure, from the elbow down to a wrist."""
    joints = np.zeros((17, 3), np.float32)
    joints[JOINTS.index(f"{side}_elbow")] = (*elbow, 0.9)
    joints[JOINTS.index(f"{side}_wrist")] = (x, y, 0.9)
    return Pose((Person(1, 1, joints),), 1.0)


BY_WRIST = {"right": lambda: arm(0.3, 0.62, "right", (0.1, 0.95)),
            "left": lambda: arm(0.3, 0.62, "left", (0.1, 0.95))}  # fmt: skip


@pytest.mark.parametrize("side", ["left", "right"])
def test_a_hand_at_the_end_of_an_arm_is_found_and_has_the_side_of_the_arm(
    hand: Picture, side: str
) -> None:
    found = ask(opened(confidence=0.3), Frame(hand), BY_WRIST[side]())
    assert found.hands.count == 1
    (one,) = getattr(found, side).seen
    assert one.points.shape == (len(HAND_21.points), 4)
    assert one.points.dtype == np.float32
    assert np.isfinite(one.points).all()
    assert (one.slot, one.id) == (1, 1)
    assert getattr(found, "left" if side == "right" else "right").count == 0
    wrist, *_, tip = one.points[:, :2]
    assert wrist[1] > tip[1], "it hangs down"


def in_a_mirror(hand: Picture) -> Frame:
    return Frame(np.ascontiguousarray(hand[:, ::-1]), mirrored=True)


def test_a_mirrored_picture_has_the_same_points_the_other_way_round(hand: Picture) -> None:
    straight = ask(opened(confidence=0.3), Frame(hand), BY_WRIST["right"](), times=2)
    last = 1 - 1 / hand.shape[1]  # where the first column of pixels lies in a mirror
    body = arm(last - 0.3, 0.62, "right", (last - 0.1, 0.95))
    mirrored = ask(opened(confidence=0.3), in_a_mirror(hand), body, times=2)
    (one,), (other,) = straight.right.seen, mirrored.right.seen
    assert np.abs(one.points[:, 0] - (1 - other.points[:, 0])).max() < 0.02
    assert np.abs(one.points[:, 1:3] - other.points[:, 1:3]).max() < 0.02


def test_a_hand_in_a_mirror_comes_to_rest_near_the_same_points(hand: Picture) -> None:
    straight = ask(opened(confidence=0.3), Frame(hand), BY_WRIST["right"]())
    body = arm(0.7, 0.62, "right", (0.9, 0.95))
    mirrored = ask(opened(confidence=0.3), in_a_mirror(hand), body)
    (one,), (other,) = straight.right.seen, mirrored.right.seen
    # Squares come to rest anywhere within TurnedSquare.next, in a mirror not at the same place, and
    # this hand is blurred: its points follow the square by up to 0.055 of the picture.
    assert np.abs(one.points[:, 0] - (1 - other.points[:, 0])).mean() < 0.04
    assert np.abs(one.points[:, 1:3] - other.points[:, 1:3]).mean() < 0.04


def test_a_hand_that_is_followed_keeps_its_id_and_one_that_comes_back_late_has_another(
    hand: Picture,
) -> None:
    box = opened(confidence=0.3)
    assert ask(box, Frame(hand), BY_WRIST["right"]()).hands.seen[0].id == 1
    assert ask(box, Frame(hand), BY_WRIST["right"]()).hands.seen[0].id == 1
    box.reset()
    assert ask(box, Frame(hand), BY_WRIST["right"]()).hands.seen[0].id == 2


def blank(value: int) -> Callable[[Picture], Picture]:
    return lambda hand: np.full_like(hand, value)


NOTHING: dict[str, Callable[[Picture], Picture]] = {
    "black": blank(0),
    "white": blank(255),
    "noise": lambda hand: np.asarray(
        np.random.default_rng(3).integers(0, 256, hand.shape), np.uint8
    ),
    "a wall": lambda hand: np.repeat(hand[:1], len(hand), axis=0),
    "stripes": lambda hand: np.tile(np.uint8([[[0], [255]]]), (len(hand), hand.shape[1] // 2, 3)),
}


@pytest.mark.parametrize("what", NOTHING)
@pytest.mark.parametrize("with_body", [False, True])
def test_where_no_hand_is_none_is_told(hand: Picture, what: str, with_body: bool) -> None:
    pose = BY_WRIST["right"]() if with_body else None
    found = ask(opened(), Frame(NOTHING[what](hand)), pose)
    assert [each.count for each in found] == [0, 0, 0]


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 1), (1, 1, 1), (1, 64, 3), (64, 1, 3), (5, 7, 1)])
def test_no_picture_is_too_small_or_too_grey(shape: tuple[int, ...]) -> None:
    picture = Frame(np.full(shape, 128, np.uint8))
    assert ask(opened(), picture).hands.aspect == shape[1] / shape[0]
    assert ask(opened(), picture, BY_WRIST["left"]()).hands.count == 0


def test_a_picture_of_another_size_is_another_scene(hand: Picture) -> None:
    box = opened(confidence=0.3)
    ask(box, Frame(hand), BY_WRIST["right"]())
    large = np.asarray(cv2.resize(hand, None, fx=1.5, fy=1.5), np.uint8)
    (one,) = ask(box, Frame(large), BY_WRIST["right"]()).hands.seen
    assert one.id == 2
    wide = np.asarray(cv2.resize(hand, (400, 200)), np.uint8)
    assert ask(box, Frame(wide)).hands.aspect == 2.0


@pytest.mark.parametrize("shape", [(224, 224), (224, 224, 1)])
def test_a_grey_picture_is_looked_at_as_one_in_grey_colours(
    hand: Picture, shape: tuple[int, ...]
) -> None:
    grey = np.asarray(cv2.cvtColor(hand, cv2.COLOR_BGR2GRAY), np.uint8)
    colours = Frame(np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2BGR), np.uint8))
    (one,), (other,) = (
        ask(opened(confidence=0.0), frame, BY_WRIST["right"]()).hands.seen
        for frame in (Frame(grey.reshape(shape)), colours)
    )
    assert np.array_equal(one.points, other.points)


BODIES: dict[str, Landmarks] = {
    "nobody": Pose((), 1.0),
    "nothing sure": Pose((Person(1, 1, np.zeros((17, 3), np.float32)),), 1.0),
    "not numbers": Pose((Person(1, 1, np.full((17, 3), np.nan, np.float32)),), 1.0),
    "an arm of no length": arm(0.5, 0.9),
    "outside": arm(7.0, -3.0),
    "a hand": Landmarks(HAND_21, (), 1.0),
}


@pytest.mark.parametrize("what", BODIES)
def test_no_body_is_too_odd(hand: Picture, what: str) -> None:
    found = ask(opened(), Frame(hand), BODIES[what])
    for one in found.hands.seen:
        assert np.isfinite(one.points).all()


def test_two_hands_are_never_told_for_one(hand: Picture) -> None:
    both = arm(0.3, 0.62, "right", (0.1, 0.95))
    joints = both.people[0].joints.copy()
    for joint in ("elbow", "wrist"):
        joints[JOINTS.index(f"left_{joint}")] = joints[JOINTS.index(f"right_{joint}")]
    found = ask(opened(confidence=0.3), Frame(hand), Pose((Person(1, 1, joints),), 1.0))
    assert found.hands.count == 1


@pytest.mark.parametrize("quarters", [0, 1, 2, 3])
@pytest.mark.parametrize("border", [60, 200])
def test_palms_find_a_hand_without_a_body_whichever_way_it_points(
    hand: Picture, quarters: int, border: int
) -> None:
    turned = np.ascontiguousarray(np.rot90(hand, quarters))
    wide = cv2.copyMakeBorder(turned, border, border, border, border, cv2.BORDER_REPLICATE)
    found = ask(opened(confidence=0.3), Frame(np.asarray(wide, np.uint8)))
    (one,) = found.hands.seen
    away = one.points[HAND_21.index["middle_finger_tip"], :2] - one.points[0, :2]
    down = {0: (0, -1), 1: (1, 0), 2: (0, 1), 3: (-1, 0)}[quarters]
    assert away @ down > 0.7 * np.hypot(*away), "it hangs down, turned with the picture"
