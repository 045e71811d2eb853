"""Masks of people: near, on a stage, of nobody, and what a box makes of their edges."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.messages import JOINTS, Frame, Person, Pose
from engine.inference.model_folders import model_folder
from engine.inference.session import open_session
from engine.models.segment import SegmentModel
from engine.nodes.cutout import Cutout
from engine.sources.stand_in import StandIn
from engine.testing import play

FILM = Path(__file__).parent.parent / "media" / "jump.mp4"


@pytest.fixture(scope="module")
def box() -> SegmentModel:
    segment = SegmentModel()
    segment.open()
    return segment


def film(number: int) -> NDArray[np.uint8]:
    capture = cv2.VideoCapture(str(FILM))
    capture.set(cv2.CAP_PROP_POS_FRAMES, number)
    return np.asarray(capture.read()[1], np.uint8)


def grey(mask: Frame) -> NDArray[np.uint8]:
    return mask.image[:, :, 0]


def at(mask: Frame, x: float, y: float) -> int:
    """Return how white a mask is at a point, 0 to 1 from the bottom left corner."""
    height, width = mask.image.shape[:2]
    return int(
        mask.image[min(int((1 - y) * height), height - 1), min(int(x * width), width - 1), 0]
    )


def test_the_whole_dancer_is_white_and_the_room_black(box: SegmentModel) -> None:
    """Joints are true, those of the stand-in; corners are the room."""
    pairs: dict[str, list[Any]] = {"frame": [], "joints": []}
    stage = StandIn(width=640, height=360)
    for _, outlet, message in stage.events():
        if outlet in pairs:
            pairs[outlet].append(message)
        if len(pairs["frame"]) > 90 and len(pairs["joints"]) > 90:
            break
    inner = [
        JOINTS.index(f"{side}_{part}") for side in ("left", "right") for part in ("hip", "knee")
    ]
    for number in (20, 50, 80):
        mask, picture, amount = box.process(pairs["frame"][number])
        assert picture is pairs["frame"][number]
        assert 0.02 < amount < 0.5
        assert amount == pytest.approx(grey(mask).mean() / 255, abs=0.01)
        (person,) = pairs["joints"][number].people
        assert all(at(mask, *person.joints[joint, :2]) > 200 for joint in inner)
        assert all(at(mask, x, y) < 20 for x in (0.02, 0.98) for y in (0.05, 0.95))


def walker(frame: NDArray[np.uint8], box: SegmentModel) -> Pose:
    """Return the pose of a woman in the film, who is a quarter of the picture high."""
    high, wide = frame.shape[:2]
    joints = np.zeros((len(JOINTS), 3), np.float32)
    spots = {
        "shoulder": (640, 400), "hip": (650, 450), "knee": (655, 500), "ankle": (650, 545),
        "eye": (665, 365),
    }  # fmt: skip
    for name, (x, y) in spots.items():
        for side in ("left", "right"):
            joints[JOINTS.index(f"{side}_{name}")] = (x / 960, 1 - y / 540, 0.9)
    assert (high, wide) == (540, 960)
    return Pose((Person(1, 1, joints),), wide / high)


def test_a_pose_shows_where_to_look_closely(box: SegmentModel) -> None:
    picture = film(40)
    mask, _, amount = box.process(Frame(picture), walker(picture, box))
    assert 0.005 < amount < 0.05
    assert grey(mask).max() == 255
    ys, xs = np.nonzero(grey(mask) > 128)
    assert 0.55 < xs.mean() / mask.image.shape[1] < 0.8
    assert np.ptp(ys) > 0.25 * mask.image.shape[0]
    assert np.ptp(xs) < 0.25 * mask.image.shape[1]


def test_nobody_in_the_pose_is_nobody_in_the_mask(box: SegmentModel) -> None:
    mask, _, amount = box.process(Frame(film(40)), Pose((), 16 / 9))
    assert amount == 0
    assert not mask.image.any()


def test_two_people_are_both_in_the_mask(box: SegmentModel) -> None:
    whole = film(40)
    one = walker(whole, box)
    joints = one.people[0].joints.copy()
    joints[:, 0] = joints[:, 0] / 2
    other = joints.copy()
    other[:, 0] += 0.5
    twice = np.hstack([whole, whole])
    pose = Pose((Person(1, 1, joints), Person(2, 2, other)), 32 / 9)
    mask, _, _ = box.process(Frame(twice), pose)
    left, right = np.hsplit(grey(mask), 2)
    assert (left > 128).mean() > 0.005
    assert (right > 128).mean() > 0.005


def test_an_edge_may_be_soft_and_move(box: SegmentModel) -> None:
    picture = film(40)
    pose = walker(picture, box)
    sharp = SegmentModel(feather=0.0)
    sharp.open()
    plain = sharp.process(Frame(picture), pose)
    sharp.grow = 0.03
    wider = sharp.process(Frame(picture), pose)
    sharp.grow = -0.01
    narrower = sharp.process(Frame(picture), pose)
    sharp.grow, sharp.feather = 0.0, 0.1
    soft = sharp.process(Frame(picture), pose)
    assert narrower.amount < plain.amount < wider.amount
    between = [((grey(each.mask) > 15) & (grey(each.mask) < 240)).mean() for each in (plain, soft)]
    assert between[1] > 3 * between[0]


@pytest.mark.parametrize(
    "shape", [(1, 1, 3), (1, 500, 3), (500, 3, 3), (33, 57, 3), (40, 60), (40, 60, 1)]
)
def test_pictures_of_odd_sizes_have_masks(box: SegmentModel, shape: tuple[int, ...]) -> None:
    mask, _, amount = box.process(Frame(np.full(shape, 90, np.uint8)))
    assert mask.image.shape == (*shape[:2], 3)
    assert not mask.image.flags.writeable
    assert 0 <= amount <= 1


def test_the_network_gives_what_the_published_one_gives() -> None:
    stored = np.load(model_folder("selfie_segmentation") / "parity.npz")
    session = open_session("selfie_segmentation")
    for picture, expected in zip(stored["pictures"], stored["masks"], strict=True):
        planes = picture.transpose(2, 0, 1)[None].astype(np.float32) / np.float32(255)
        (mask,) = session.run(image=np.ascontiguousarray(planes))
        assert np.abs(mask[0, 0] - expected).max() <= session.card.tolerance
        assert 0.05 < mask.mean() < 0.3


def test_it_is_cut_out_in_a_patch_without_a_late_edge() -> None:
    """The picture that is cut has the very mask that was found in it."""
    show = play(
        """
[camera]
use = "stand_in"
width = 320
height = 180
[segment]
use = "segment"
from = "camera"
[cut]
use = "cutout"
from = "segment.picture"
mask = { from = "segment" }
green = 1
[c]
use = "collector"
from = "cut"
[mask]
use = "collector"
from = "segment"
[whole]
use = "collector"
from = "segment.picture"
""",
        seconds=1,
        costs={"segment": 50},
    )
    assert show.errors == []
    cuts, masks, pictures = (show.box(name).of("in") for name in ("c", "mask", "whole"))
    assert len(cuts) == len(masks) == len(pictures) > 10
    for cut, mask, picture in zip(cuts, masks, pictures, strict=True):
        assert np.array_equal(cut.image, Cutout(green=1.0).process(picture, mask).image)
        assert (cut.image == (0, 255, 0)).all(axis=2).mean() > 0.5
