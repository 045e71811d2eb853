"""The box of faces on a photograph, with a body to say where they are and without."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.landmarks import Landmarks, Person, Pose
from engine.core.messages import JOINTS, Frame, Ns
from engine.core.skeletons import FACE_468
from engine.dsp.landmarks.expressions import expressions
from engine.inference.model_folders import model_folder
from engine.models.face import Face, FaceModel

Picture = NDArray[np.uint8]
STEP = 33_333_333


def opened(**parameters: Any) -> FaceModel:
    box = FaceModel(**parameters)
    box.open()
    return box


def ask(box: FaceModel, frame: Frame, pose: Landmarks | None = None, times: int = 4) -> Face:
    """Show one picture for some time; return the last answer."""
    return [box.process(frame, pose, at=Ns(number * STEP)) for number in range(times)][-1]


def placed(face: Picture, border: int) -> Picture:
    return np.asarray(
        cv2.copyMakeBorder(face, border, border, border, border, cv2.BORDER_REPLICATE), np.uint8
    )


@pytest.fixture(scope="module")
def face() -> Picture:
    """A woman who smiles to the camera, blue-green-red."""
    with np.load(model_folder("face_mesh") / "parity.npz") as stored:
        picture = stored["mesh.pictures"][0]
    return np.ascontiguousarray(picture[..., ::-1])


def head(mirrored: bool = False) -> Pose:
    """A body whose head is where the face is, in its photograph with a border of 100 pixels."""
    joints = np.zeros((17, 3), np.float32)
    places = {"nose": (92, 97), "right_eye": (73, 78), "left_eye": (115, 74)}
    for name, (x, y) in places.items():
        across = (x + 100) / 392
        joints[JOINTS.index(name)] = (1 - across if mirrored else across, 1 - (y + 100) / 392, 0.9)
    return Pose((Person(1, 1, joints),), 1.0)


@pytest.mark.parametrize("border", [0, 40, 100])
def test_a_face_near_the_camera_is_found(face: Picture, border: int) -> None:
    found = ask(opened(), Frame(placed(face, border)))
    (one,) = found.faces.seen
    assert one.points.shape == (len(FACE_468.points), 4)
    assert (one.slot, one.id) == (1, 1)
    of = {name: one.points[FACE_468.index[name]] for name in ("forehead", "nose_tip", "chin")}
    assert of["forehead"][1] > of["nose_tip"][1] > of["chin"][1]
    assert of["nose_tip"][2] > of["chin"][2], "the nose is nearer"
    eyes = [one.points[FACE_468.index[f"{side}_eye_outer"], 0] for side in ("left", "right")]
    assert eyes[0] > eyes[1], "her left is on the right of the picture"


def test_she_smiles_with_open_eyes_to_the_camera(face: Picture) -> None:
    found = ask(opened(), Frame(placed(face, 60)))
    assert found.smile is not None and found.smile > 0.5
    assert found.mouth_wide is not None and found.mouth_wide > 0.5
    for eye in (found.eye_left, found.eye_right):
        assert eye is not None and eye > 0.7
    for angle in (found.yaw, found.pitch, found.roll):
        assert angle is not None and abs(angle) < 15


def test_a_mirror_changes_no_name_and_no_number(face: Picture) -> None:
    plain = ask(opened(), Frame(placed(face, 60)))
    glass = Frame(np.ascontiguousarray(placed(face, 60)[:, ::-1]), mirrored=True)
    mirrored = ask(opened(), glass)
    (one,), (other,) = plain.faces.seen, mirrored.faces.seen
    assert np.abs(one.points[:, 0] - (1 - other.points[:, 0])).max() < 0.02
    for name, value, same in zip(Face._fields[1:], plain[1:], mirrored[1:], strict=True):
        assert value is not None and same is not None
        bar = 3.0 if name in ("yaw", "pitch", "roll") else 0.15
        assert abs(value - same) < bar, name


@pytest.mark.parametrize("mirrored", [False, True])
def test_with_a_body_it_is_looked_for_on_the_head(face: Picture, mirrored: bool) -> None:
    picture = placed(face, 100)
    picture = np.ascontiguousarray(picture[:, ::-1]) if mirrored else picture
    found = ask(opened(), Frame(picture, mirrored=mirrored), head(mirrored))
    assert found.faces.count == 1
    elsewhere = head()
    elsewhere.people[0].joints[:, :2] = 0.05
    assert ask(opened(), Frame(picture, mirrored=mirrored), elsewhere).faces.count == 0


@pytest.mark.parametrize("turn", [-25.0, 25.0])
def test_a_head_that_leans_rolls_as_far(face: Picture, turn: float) -> None:
    picture = placed(face, 100)
    middle = (196, 196)
    matrix = cv2.getRotationMatrix2D(middle, turn, 1.0)
    turned = cv2.warpAffine(picture, matrix, (392, 392), borderMode=cv2.BORDER_REPLICATE)
    before = ask(opened(), Frame(picture))
    after = ask(opened(), Frame(np.asarray(turned, np.uint8)))
    assert before.roll is not None and after.roll is not None
    assert after.roll - before.roll == pytest.approx(turn, abs=6)


def blank(value: int) -> Callable[[Picture], Picture]:
    return lambda face: np.full_like(face, value)


NOTHING: dict[str, Callable[[Picture], Picture]] = {
    "black": blank(0),
    "white": blank(255),
    "noise": lambda face: np.asarray(
        np.random.default_rng(3).integers(0, 256, face.shape), np.uint8
    ),
    "a wall": lambda face: np.repeat(face[:1], len(face), axis=0),
    "upside down": lambda face: np.ascontiguousarray(face[::-1]),
}


@pytest.mark.parametrize("what", [name for name in NOTHING if name != "upside down"])
@pytest.mark.parametrize("with_body", [False, True])
def test_where_no_face_is_none_is_told(face: Picture, what: str, with_body: bool) -> None:
    found = ask(opened(), Frame(NOTHING[what](face)), head() if with_body else None)
    assert found.faces.count == 0
    assert found[1:] == (None,) * 11


def test_it_falls_silent_when_the_face_has_gone(face: Picture) -> None:
    box = opened()
    assert ask(box, Frame(face)).smile is not None
    gone = box.process(Frame(np.zeros_like(face)), at=Ns(5 * STEP))
    assert gone.faces.count == 0 and gone.smile is None


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 1), (1, 1, 1), (1, 64, 3), (64, 1, 3), (5, 7, 1)])
def test_no_picture_is_too_small_or_too_grey(shape: tuple[int, ...]) -> None:
    picture = Frame(np.full(shape, 128, np.uint8))
    assert ask(opened(), picture).faces.count == 0
    assert ask(opened(), picture, head()).faces.count == 0


@pytest.mark.parametrize("shape", [(192, 192), (192, 192, 1)])
def test_a_grey_picture_is_looked_at_as_well(face: Picture, shape: tuple[int, ...]) -> None:
    grey = np.asarray(cv2.cvtColor(face, cv2.COLOR_BGR2GRAY), np.uint8).reshape(shape)
    assert ask(opened(), Frame(grey)).faces.count == 1


NO_FACE = {
    "one place": np.full((468, 4), 0.5, np.float32),
    "not numbers": np.full((468, 4), np.nan, np.float32),
    "infinite": np.full((468, 4), np.inf, np.float32),
    "a line": np.linspace(0, 1, 468, dtype=np.float32)[:, None] * np.ones((1, 4), np.float32),
}


@pytest.mark.parametrize("what", NO_FACE)
def test_points_that_are_no_face_have_no_expression(what: str) -> None:
    assert expressions(NO_FACE[what], 1.5) is None
