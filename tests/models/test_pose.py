"""The pose box on a real film, and on pictures that no camera should send."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.errors import ModelError
from engine.core.messages import JOINTS, Frame, Pose
from engine.inference.model_folders import model_folder
from engine.models.pose import PoseModel
from engine.sources.stand_in import StandIn

FILM = Path(__file__).parent.parent / "media" / "jump.mp4"
FRAGILE = str(Path(__file__).parent / "fragile")
BLACK = Frame(np.zeros((540, 960, 3), np.uint8))


def film() -> Iterator[Frame]:
    """Read the film, as a source hands it over: read-only."""
    capture = cv2.VideoCapture(str(FILM))
    while True:
        there, image = capture.read()
        if not there:
            return
        image.flags.writeable = False
        yield Frame(np.asarray(image, np.uint8))


def opened(**parameters: Any) -> PoseModel:
    box = PoseModel(**parameters)
    box.open()
    return box


@pytest.fixture(scope="module")
def poses() -> list[Pose]:
    """What the box says about the whole film."""
    box = opened()
    return [box.process(frame) for frame in film()]


@pytest.fixture(scope="module")
def woman() -> list[Frame]:
    """A stretch of the film in which one person is seen all the time."""
    return [frame for number, frame in enumerate(film()) if 40 <= number < 60]


def found(pose: Pose) -> NDArray[np.float32]:
    (person,) = pose.people
    return person.joints


def test_nearly_every_picture_of_the_film_carries_a_person(poses: list[Pose]) -> None:
    sure = [bool(pose.people) and found(pose)[:, 2].mean() > 0.4 for pose in poses]
    assert len(poses) == 180
    assert np.mean(sure) >= 0.85


def test_it_asks_in_red_green_blue_and_answers_in_x_y_from_the_bottom() -> None:
    stored = np.load(model_folder("movenet_lightning") / "parity.npz")
    for picture, (y, x, score) in zip(
        stored["pictures"], np.moveaxis(stored["joints"], 2, 1), strict=True
    ):
        pose = opened(confidence=0.0).process(Frame(np.ascontiguousarray(picture[..., ::-1])))
        expected = np.clip(np.column_stack([x, 1 - y, score]), 0, 1)
        assert np.abs(found(pose) - expected).max() < 1e-4


def test_the_film_shows_two_people_one_after_the_other(poses: list[Pose]) -> None:
    ids = [person.id for pose in poses for person in pose.people]
    assert ids == sorted(ids)
    assert set(ids) == {1, 2}
    assert {person.slot for pose in poses for person in pose.people} == {1}


def test_nobody_flickers(poses: list[Pose]) -> None:
    here = [pose.count for pose in poses]
    assert np.abs(np.diff(here)).sum() <= 3


def test_what_travels_is_as_promised(poses: list[Pose]) -> None:
    for pose in poses:
        assert pose.aspect == 960 / 540
        for person in pose.people:
            assert person.joints.dtype == np.float32
            assert person.joints.shape == (17, 3)
            assert person.joints.min() >= 0.0
            assert person.joints.max() <= 1.0


def test_a_walking_woman_stands_upright_on_the_lawn(poses: list[Pose]) -> None:
    for pose in poses[20:140]:
        height = dict(zip(JOINTS, found(pose)[:, 1], strict=True))
        assert height["nose"] > height["left_hip"] > height["left_ankle"]
        assert height["nose"] < 0.55


def test_she_walks_from_right_to_left(poses: list[Pose]) -> None:
    assert found(poses[20])[0, 0] - found(poses[140])[0, 0] > 0.4


def test_joints_move_no_further_than_a_body_can(poses: list[Pose]) -> None:
    noses = np.array([found(pose)[0, :2] for pose in poses[20:140]])
    assert np.abs(np.diff(noses, axis=0)).max() < 0.03


def test_the_same_pictures_give_the_same_joints(woman: list[Frame]) -> None:
    box = opened()
    first = [found(box.process(frame)).tobytes() for frame in woman[:8]]
    box.reset()
    assert [found(box.process(frame)).tobytes() for frame in woman[:8]] == first


def test_who_is_missed_for_a_moment_stays(woman: list[Frame]) -> None:
    box = opened()
    before = [box.process(frame) for frame in woman[:8]][-1]
    during = [box.process(BLACK) for _ in range(3)]
    after = [box.process(frame) for frame in woman[8:]][-1]
    for pose in during:
        assert np.array_equal(found(pose)[:, :2], found(before)[:, :2])
        assert found(pose)[:, 2].mean() < found(before)[:, 2].mean()
    assert {person.id for pose in (before, *during, after) for person in pose.people} == {1}


def test_who_comes_back_after_being_gone_is_new(woman: list[Frame]) -> None:
    box = opened()
    assert [box.process(frame) for frame in woman][-1].people[0].id == 1
    assert [box.process(BLACK) for _ in range(12)][-1].people == ()
    assert [box.process(frame) for frame in woman][-1].people[0].id == 2


def test_after_a_reset_the_next_person_is_new(woman: list[Frame]) -> None:
    box = opened()
    assert [box.process(frame) for frame in woman][-1].people[0].id == 1
    box.reset()
    assert [box.process(frame) for frame in woman][-1].people[0].id == 2


def test_confidence_decides_who_is_there(woman: list[Frame]) -> None:
    assert not any(opened(confidence=1.0).process(frame).people for frame in woman[:6])
    assert opened(confidence=0.0).process(BLACK).people


def test_another_size_of_picture_is_another_scene(woman: list[Frame]) -> None:
    box = opened()
    for frame in woman:
        box.process(frame)
    small = [Frame(np.ascontiguousarray(frame.image[::3, ::3])) for frame in woman]
    poses = [box.process(frame) for frame in small]
    assert poses[-1].people[0].id == 2
    assert poses[-1].aspect == pytest.approx(16 / 9)


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 1), (1, 1, 1), (1, 64, 3), (64, 1, 3), (5, 7, 1)])
def test_no_picture_is_too_small_or_too_grey(shape: tuple[int, ...]) -> None:
    pose = opened(confidence=0.0).process(Frame(np.full(shape, 128, np.uint8)))
    assert pose.aspect == shape[1] / shape[0]
    assert np.isfinite(found(pose)).all()


def test_grey_pictures_show_people_too(woman: list[Frame]) -> None:
    box = opened()
    grey = [Frame(np.asarray(cv2.cvtColor(f.image, cv2.COLOR_BGR2GRAY))) for f in woman]
    assert [box.process(frame) for frame in grey][-1].count == 1


def test_what_is_not_a_number_is_an_error_of_that_picture() -> None:
    box = opened(model=FRAGILE)
    assert box.process(Frame(np.full((8, 8, 3), 50, np.uint8))).count == 1
    with pytest.raises(ModelError, match="not a number"):
        box.process(Frame(np.zeros((8, 8, 3), np.uint8)))
    assert box.process(Frame(np.full((8, 8, 3), 50, np.uint8))).people[0].id == 2


def test_a_network_for_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes((Path(FRAGILE) / "model.onnx").read_bytes())
    card = (Path(FRAGILE) / "card.toml").read_text()
    (tmp_path / "card.toml").write_text(card.replace('"pose"', '"pitch"'))
    with pytest.raises(ModelError, match="is for pitch"):
        opened(model=str(tmp_path))


def test_it_can_be_closed_and_opened_again() -> None:
    box = opened()
    box.close()
    box.close()
    with pytest.raises(ModelError, match="not open"):
        box.process(BLACK)
    box.open()
    assert box.process(BLACK).people == ()


def test_left_and_right_are_the_dancers_own_in_a_mirror_too() -> None:
    """The stand-in knows its true joints: mirrored, x is flipped and no name changes."""
    dancer = StandIn(seed=3, noise=0.0)
    plain, glass = opened(), opened()
    wrist = JOINTS.index("left_wrist")
    gaps = []
    for number, (_, outlet, message) in enumerate(dancer.events()):
        if outlet == "frame" and number >= 20:
            image = np.ascontiguousarray(message.image[:, ::-1])
            straight = found(plain.process(message))[wrist]
            mirrored = found(glass.process(Frame(image, mirrored=True)))[wrist]
            gaps.append(np.abs((1 - mirrored[0]) - straight[0]))
        if number > 60:
            break
    assert np.median(gaps) < 0.03
