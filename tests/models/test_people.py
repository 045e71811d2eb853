"""The pose box with several people, and with BlazePose, on a real film."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import onnx
import pytest
from numpy.typing import NDArray
from onnx import TensorProto, helper

from engine.core.errors import ModelError
from engine.core.landmarks import Landmarks, Pose
from engine.core.messages import JOINTS, Frame, Ns
from engine.core.skeletons import BLAZEPOSE_33, COCO_17
from engine.dsp.landmarks.body_regions import around
from engine.inference.model_folders import built_folder
from engine.models.face import FaceModel
from engine.models.hands import HandsModel
from engine.models.pose import PoseModel
from tests.by_night import pairs

FILM = Path(__file__).parent.parent / "media" / "jump.mp4"
STEP = 33_333_333
MODELS = ["movenet_lightning", "movenet_multipose", "blazepose_lite"]


def film(first: int, last: int) -> Iterator[Frame]:
    """The part of the film in which a woman walks, without the man."""
    capture = cv2.VideoCapture(str(FILM))
    for number in range(last):
        there, image = capture.read()
        if there and number >= first:
            yield Frame(np.ascontiguousarray(image[:, 450:]))


def watched(frames: list[Frame], **parameters: Any) -> list[Landmarks]:
    box = PoseModel(**parameters)
    box.open()
    return [box.process(frame, at=Ns(number * STEP)) for number, frame in enumerate(frames)]


def twins(count: int = 2) -> list[Frame]:
    """The woman who walks, several times side by side: each walks in a strip of her own."""
    strips = [frame.image[:, :420] for frame in film(40, 58)]
    return [Frame(np.ascontiguousarray(np.hstack([strip] * count))) for strip in strips]


@pytest.mark.parametrize("model", MODELS)
def test_two_people_have_two_slots_and_keep_their_ids(model: str) -> None:
    found = watched(twins(), model=model, people=2)
    assert all(one.count == 2 for one in found[8:])
    by_slot = [{one.slot: one.id for one in each.seen} for each in found[8:]]
    assert {tuple(sorted(each.items())) for each in by_slot} == {((1, 1), (2, 2))}
    places = [[one.points[0, 0] for one in each.seen] for each in found[8:]]
    assert all(abs(first - second) > 0.3 for first, second in places)


@pytest.mark.parametrize("model", ["movenet_lightning"])
def test_no_more_are_told_than_there_are_slots(model: str) -> None:
    found = watched(twins(3), model=model, people=2)
    assert max(one.count for one in found) == 2


def test_blazepose_sees_33_points_upright_with_depth() -> None:
    found = watched(list(film(40, 48)), model="blazepose_lite")[-1]
    assert found.skeleton is BLAZEPOSE_33
    (one,) = found.seen
    assert one.points.shape == (33, 4)
    height = {name: one.points[row, 1] for name, row in BLAZEPOSE_33.index.items()}
    assert height["nose"] > height["left_hip"] > height["left_ankle"] > height["left_foot_index"]
    depth = one.points[:, 2]
    assert np.isfinite(depth).all() and 0.01 < np.ptp(depth) < 1


def test_blazepose_and_movenet_agree_on_the_joints_that_both_have() -> None:
    frames = list(film(40, 48))
    (deep,), (flat,) = (
        watched(frames, model=model)[-1].seen for model in ("blazepose_lite", "movenet_lightning")
    )
    rows = [BLAZEPOSE_33.index[joint] for joint in JOINTS]
    size = np.ptp(flat.points[:, 1])
    apart = np.hypot(*(deep.points[rows, :2] - flat.points[:, :2]).T * [[510 / 540], [1]])
    assert np.median(apart) < 0.05 * size


@pytest.mark.parametrize("model", ["movenet_multipose", "blazepose_lite", "movenet_lightning"])
def test_left_and_right_are_the_persons_own_in_a_mirror_too(model: str) -> None:
    frames = list(film(40, 47))
    glass = [Frame(np.ascontiguousarray(f.image[:, ::-1]), mirrored=True) for f in frames]
    (one,), (other,) = (watched(each, model=model, people=2)[-1].seen for each in (frames, glass))
    skeleton = BLAZEPOSE_33 if len(one.points) == 33 else COCO_17
    for joint in ("left_shoulder", "right_shoulder", "left_hip", "right_hip"):
        row = skeleton.index[joint]
        assert one.points[row, 0] == pytest.approx(1 - other.points[row, 0], abs=0.03)


@pytest.mark.parametrize(("model", "what"), pairs(MODELS, ["black", "white", "noise"], 2))
def test_where_nobody_is_nobody_is_told(model: str, what: str) -> None:
    shape = (180, 320, 3)
    noise = np.random.default_rng(1).integers(0, 256, shape)
    image = {"black": np.zeros(shape), "white": np.full(shape, 255), "noise": noise}[what]
    frames = [Frame(image.astype(np.uint8))] * 3
    assert sum(one.count for one in watched(frames, model=model, people=3)) == 0


SHAPES = [(1, 1, 3), (64, 1, 1), (300, 5, 3)]


@pytest.mark.parametrize(("model", "shape"), pairs(MODELS, SHAPES, 2))
def test_no_picture_is_too_small_too_narrow_or_too_grey(model: str, shape: tuple[int, ...]) -> None:
    frames = [Frame(np.full(shape, 128, np.uint8))] * 3
    for found in watched(frames, model=model, people=2, confidence=0.0):
        assert found.aspect == shape[1] / shape[0]
        assert all(np.isfinite(one.points).all() for one in found.seen)


@pytest.mark.parametrize("model", MODELS)
def test_who_walks_out_is_not_frozen_and_a_turned_camera_is_another_scene(model: str) -> None:
    box = PoseModel(model=model, people=2)
    box.open()
    frames = list(film(40, 47))
    seen = [box.process(frame, at=Ns(n * STEP)) for n, frame in enumerate(frames)]
    assert seen[-1].count == 1
    black = Frame(np.zeros_like(frames[0].image))
    assert box.process(black, at=Ns(17 * STEP)).count == 0
    upright = [Frame(np.ascontiguousarray(np.rot90(frame.image))) for frame in frames[:3]]
    for number, frame in enumerate(upright):
        assert box.process(frame, at=Ns((18 + number) * STEP)).aspect == 540 / 510


def test_a_small_person_in_a_wide_picture_is_found_once_parts_are_looked_at() -> None:
    frames = []
    for frame in film(40, 72):
        small = cv2.resize(frame.image, None, fx=0.5, fy=0.5)
        wide = cv2.copyMakeBorder(
            small, 150, 120, 160, 160, cv2.BORDER_CONSTANT, value=(90, 90, 90)
        )
        frames.append(Frame(np.asarray(wide, np.uint8)))
    found = watched(frames, people=2)
    assert np.mean([one.count == 1 for one in found[22:]]) > 0.9


@pytest.mark.parametrize(
    ("model", "people", "network"),
    [
        ("light", 1, "movenet_lightning"),
        ("light", 4, "movenet_multipose"),
        ("light", 9, "movenet_lightning"),
        pytest.param(
            *("auto", 1, "movenet_lightning"),
            marks=pytest.mark.skipif(built_folder("movenet_thunder").is_dir(), reason="built here"),
        ),
    ],
)
def test_auto_and_light_are_networks_that_are_here(model: str, people: int, network: str) -> None:
    box = PoseModel(model=model, people=people)
    box.open()
    assert box.card.name == network
    assert box.outlets() == {"": Pose}


# -- What a network should not answer -------------------------------------------------------------


def write_fragile(folder: Path, task: str, networks: dict[str, tuple[Any, dict[str, Any]]]) -> str:
    """Write networks that answer 0.9 everywhere to a light picture, and no number to a dark one."""
    folder.mkdir()
    files = ""
    for role, (shape, outputs) in networks.items():
        image = helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)
        nodes = [
            helper.make_node("ReduceMean", ["image"], ["mean"], keepdims=0),
            helper.make_node("Sub", ["mean", "bar"], ["over"]),
            helper.make_node("Sqrt", ["over"], ["root"]),
            helper.make_node("Sub", ["root", "root"], ["nothing"]),
            helper.make_node("Add", ["nothing", "value"], ["answer"]),
        ]
        weights = [
            helper.make_tensor("bar", TensorProto.FLOAT, [], [0.3]),
            helper.make_tensor("value", TensorProto.FLOAT, [], [0.9]),
        ]
        made = []
        for name, size in outputs.items():
            weights.append(helper.make_tensor(f"{name}_s", TensorProto.INT64, [len(size)], size))
            nodes.append(helper.make_node("Expand", ["answer", f"{name}_s"], [name]))
            made.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, size))
        graph = helper.make_graph(nodes, role, [image], made, weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
        data = model.SerializeToString()
        (folder / f"{role}.onnx").write_bytes(data)
        digest = hashlib.sha256(data).hexdigest()
        files += f'[[files]]\nname = "{role}.onnx"\nrole = "{role}"\nsha256 = "{digest}"\n'
    text = f'name = "fragile"\ntask = "{task}"\n{files}[parity]\ntolerance = 1e-4\n'
    (folder / "card.toml").write_text(text)
    assert onnx.__version__
    return str(folder)


def planes(side: int) -> list[int]:
    return [1, 3, side, side]


FRAGILE: dict[str, tuple[type, str, dict[str, tuple[list[int], dict[str, list[int]]]]]] = {
    "hands": (
        HandsModel,
        "hands",
        {
            "palm": (planes(192), {"boxes": [1, 2016, 18], "scores": [1, 2016, 1]}),
            "hand": (planes(224), {"p": [1, 63], "presence": [1, 1], "handedness": [1, 1]}),
        },
    ),
    "face": (
        FaceModel,
        "face",
        {
            "detector": (planes(128), {"boxes": [1, 896, 16], "scores": [1, 896, 1]}),
            "mesh": (planes(192), {"points": [1, 1, 1, 1404], "presence": [1, 1, 1, 1]}),
        },
    ),
}


@pytest.mark.parametrize("what", FRAGILE)
def test_what_is_not_a_number_is_an_error_of_that_picture(what: str, tmp_path: Path) -> None:
    cls, task, networks = FRAGILE[what]
    box = cls(model=write_fragile(tmp_path / "own", task, networks))
    box.open()
    light: NDArray[np.uint8] = np.full((64, 64, 3), 250, np.uint8)
    box.process(Frame(light), at=Ns(0))
    with pytest.raises(ModelError, match="not a number"):
        box.process(Frame(np.zeros_like(light)), at=Ns(STEP))
    box.process(Frame(light), at=Ns(2 * STEP))


def test_small_people_are_looked_at_where_they_are():
    wide = (1280, 720)

    def body(x, y, tall):
        return np.array([(x, y), (x + tall / 4, y + tall)], np.float32)

    assert around([], *wide) == []
    assert around([body(400, 100, 500)], *wide) == [(0, 0, *wide)]  # large: the whole picture
    (part,) = around([body(400, 300, 120), body(500, 320, 110)], *wide)
    left, top, right, bottom = part
    assert left < 400 and right > 530 and top < 300 and bottom > 430
    assert right - left == bottom - top == 300
    apart = around([body(10, 590, 120), body(1200, 300, 120)], *wide)
    assert len(apart) == 2
    assert all(0 <= a < c <= 1280 and 0 <= b < d <= 720 for a, b, c, d in apart)
    many = [body(30 + 300 * n, 300, 100) for n in range(4)]
    assert around(many, *wide) == [(0, 0, *wide)]
