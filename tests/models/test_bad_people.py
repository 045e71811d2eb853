"""Who is not to be told, and what of several fails: posters, mirrors, too many, no numbers."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from itertools import product
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.errors import ModelError, ParameterError
from engine.core.landmarks import Instance, Landmarks, Person, Pose
from engine.core.messages import JOINTS, Frame, Ns
from engine.core.skeletons import HAND_21
from engine.models.face import FaceModel
from engine.models.hands import HandsModel
from engine.models.objects import ObjectsModel
from engine.models.pose import PoseModel
from tests.by_night import NIGHT
from tests.models.test_odd_scenes import BOXES, HIP, hand, part, portrait, sure
from tests.models.test_people import MODELS, STEP, film, twins

Picture = NDArray[np.uint8]
RIGHT = (((0.5, 0.0), (1.0, 1.0)),)
"""The right half of the picture."""
ONE = Frame(np.full((64, 64, 3), 128, np.uint8))


each_model = pytest.mark.parametrize("model", MODELS)


def cases(*by_day: tuple[Any, ...], **names: list[Any]) -> pytest.MarkDecorator:
    """All combinations of some arguments by night, and some of them else: networks take long."""
    every = list(product(*names.values()))
    return pytest.mark.parametrize(tuple(names), every if NIGHT else by_day)


@cache
def strips() -> list[Picture]:
    """A woman who walks, in a strip of her own."""
    return [frame.image[:, :420] for frame in film(40, 52)]


def beside(left: Picture, right: Picture) -> Frame:
    return Frame(np.ascontiguousarray(np.hstack([left, right])))


def poster() -> list[Frame]:
    """She walks on the left; on the right hangs a poster, or stands a dummy that looks like one."""
    hung = strips()[0]
    return [beside(strip, hung) for strip in strips()]


def mirror() -> list[Frame]:
    return [beside(strip, strip[:, ::-1]) for strip in strips()]


SCENES: dict[str, Callable[[], list[Frame]]] = {"a poster": poster, "a mirror": mirror}


def opened(**parameters: Any) -> PoseModel:
    box = PoseModel(**parameters)
    box.open()
    return box


def shown(box: Any, frames: list[Frame], begin: int = 0) -> list[Landmarks]:
    answers = [box.process(one, at=Ns((begin + n) * STEP)) for n, one in enumerate(frames)]
    return [each if isinstance(each, Landmarks) else each[0] for each in answers]


def across(found: Landmarks) -> list[float]:
    """Where everybody's nose is."""
    return [float(one.points[0, 0]) for one in found.seen]


# -- A poster, a dummy, a mirror ------------------------------------------------------------------


@cases(
    ("movenet_lightning", 1, "a poster"),
    ("movenet_multipose", 2, "a mirror"),
    ("blazepose_lite", 1, "a poster"),
    model=MODELS,
    people=[1, 2],
    scene=[*SCENES],
)
def test_nobody_comes_in_where_it_is_ignored(model: str, people: int, scene: str) -> None:
    found = shown(opened(model=model, people=people, ignore=RIGHT), SCENES[scene]())
    assert all(x < 0.5 for each in found for x in across(each))
    assert np.mean([each.count == 1 for each in found[6:]]) > 0.9
    assert {one.id for each in found for one in each.seen} == {1}


@cases(
    ("movenet_lightning", 1),
    ("blazepose_lite", 1),
    model=MODELS,
    people=[1, 2],
)
def test_an_area_drawn_in_the_show_takes_who_is_in_it_and_leaves_the_others(
    model: str, people: int
) -> None:
    box = opened(model=model, people=people)
    frames = poster()
    before = shown(box, frames[:5])[-1]
    assert before.count == people
    box.ignore = RIGHT
    after = shown(box, frames[5:], begin=5)
    assert all(x < 0.5 for each in after[4:] for x in across(each))
    assert after[-1].count == 1


@cases(("movenet_multipose",), model=MODELS)
def test_who_is_locked_is_told_alone_and_nobody_takes_their_place(model: str) -> None:
    box = opened(model=model, people=2)
    strip, hung = strips(), strips()[0]
    blank = np.full_like(hung, 90)
    alone = [beside(blank, hung)] * 5
    assert [one.slot for one in shown(box, alone)[-1].seen] == [1]
    box.lock = 1
    both = shown(box, [beside(each, hung) for each in strip[:6]], begin=5)
    assert all([one.id for one in each.seen] == [1] for each in both)
    assert all(x > 0.5 for each in both for x in across(each))
    gone = shown(box, [beside(each, blank) for each in strip[:7]], begin=11)
    assert [each.count for each in gone[5:]] == [0, 0]
    back = shown(box, [beside(each, hung) for each in strip[:6]], begin=150)
    assert [one.id for one in back[-1].seen] == [1]
    box.lock = 16  # a slider goes on beyond the last number
    last = shown(box, [beside(each, hung) for each in strip[:2]], begin=156)
    assert [one.slot for one in last[-1].seen] == [2]


def test_a_bad_area_and_a_lock_on_nobody_are_refused_with_words() -> None:
    with pytest.raises(ParameterError, match=r"ignore: 2: an area has no surface"):
        PoseModel(ignore=(*RIGHT, ((0.1, 0.1), (0.1, 0.9))))
    with pytest.raises(ParameterError, match="lock: there is no 3 where people = 2"):
        PoseModel(people=2, lock=3)
    with pytest.raises(ParameterError, match="ignore: a corner is far outside the picture"):
        PoseModel(ignore=(((0, 0), (640, 360)),))
    assert "people = 2 or more" in PoseModel(lock=1).doubts(None)["lock"]
    assert "people = 2 or more" in PoseModel(memory=10.0).doubts(None)["memory"]
    assert not PoseModel(memory=10.0, people=2).doubts(None)


@pytest.mark.parametrize(
    ("name", "said"), [("autos", 'Did you mean "auto"?'), ("nothing_like", "There is: auto, light")]
)
def test_of_a_wrong_name_those_that_find_joints_are_told(name: str, said: str) -> None:
    told = PoseModel(model=name).doubts(None)["model"]
    assert said in told
    assert "nanodet" not in told


# -- More people than slots ----------------------------------------------------------------------


@cases(("movenet_multipose",), model=MODELS)
def test_of_three_with_two_slots_the_same_two_are_told(model: str) -> None:
    found = shown(opened(model=model, people=2), twins(3)[:10])
    assert max(each.count for each in found) == 2
    by_slot = {(one.slot, one.id) for each in found for one in each.seen}
    assert by_slot == {(1, 1), (2, 2)}
    assert np.mean([each.count == 2 for each in found[6:]]) > 0.9
    for slot in (1, 2):
        places = [
            across(each.only(one))[0] for each in found for one in each.seen if one.slot == slot
        ]
        assert np.abs(np.diff(places)).max() < 0.1, "and nobody jumps"


# -- A network that gives no numbers for one of several ------------------------------------------


def failing(box: Any, role: str, fails: Callable[[Any], bool]) -> None:
    """Have a network of a box answer with no numbers to those of its inputs that ``fails`` picks.

    Of a network that answers with a row for each body, the rows are asked for.
    """
    session = box._sessions[role]
    answer = session.run

    def run(**inputs: Any) -> tuple[NDArray[Any], ...]:
        answers = tuple(np.array(each) for each in answer(**inputs))
        if answers[0].shape == (1, 6, 56):
            for row in answers[0][0]:
                if fails(row):
                    row[7] = np.nan
        elif fails(next(iter(inputs.values()))):
            answers[0].ravel()[3] = np.nan
        return answers

    session.run = run


def marked() -> list[Frame]:
    """Two of the woman who walks; where she is on the right the picture is red."""
    frames = []
    for strip in strips():
        red = strip.copy()
        red[..., :2] //= 4
        frames.append(beside(strip, red))
    return frames


def is_red(square: NDArray[Any]) -> bool:
    """Whether what a network is asked is the red half, as planes or pixels of red, green, blue."""
    planes = np.moveaxis(square[0], -1, 0) if square.shape[-1] == 3 else square[0]
    red, green, blue = (float(plane.mean()) for plane in planes)
    return red > 2.5 * max(green, blue)


def is_right(row: NDArray[Any]) -> bool:
    """Whether a row of multipose is somebody on the right."""
    return bool(row[1] > 0.5)


@cases(("movenet_multipose",), ("blazepose_lite",), model=MODELS)
def test_one_without_numbers_costs_the_others_nothing(
    model: str, caplog: pytest.LogCaptureFixture
) -> None:
    frames = marked()[:10]
    whole = shown(opened(model=model, people=2), frames)
    assert whole[3].count == 2
    box = opened(model=model, people=2)
    found = shown(box, frames[:4])
    role = next(iter(box._sessions))
    failing(box, role, is_right if model == "movenet_multipose" else is_red)
    found += shown(box, frames[4:], begin=4)
    left = [next(one for one in each.seen if one.points[0, 0] < 0.5) for each in found[7:]]
    right = [next(one for one in each.seen if one.points[0, 0] < 0.5) for each in whole[7:]]
    assert {one.id for one in left} == {right[0].id}
    for one, other in zip(left, right, strict=True):
        assert np.array_equal(one.points, other.points), "not lost, not frozen"
    assert found[-1].count == 1, "and nobody is made up"
    assert len(caplog.messages) == 1
    assert f'the model "{model}" gave what is not a number for a part of a picture' in caplog.text


@cases(("movenet_lightning",), model=MODELS)
def test_where_nobody_has_numbers_it_is_an_error_of_that_picture(model: str) -> None:
    frames = marked()
    box = opened(model=model, people=2)
    shown(box, frames[:3])
    role = next(iter(box._sessions))
    session = box._sessions[role]
    answer = session.run
    failing(box, role, lambda _: True)
    with pytest.raises(ModelError, match="not a number"):
        box.process(frames[3], at=Ns(3 * STEP))
    session.run = answer
    found = shown(box, frames[4:], begin=4)
    ids = {one.id for each in found for one in each.seen}
    assert ids
    assert ids.isdisjoint({1, 2}), "ids are never given twice"


def arms() -> Pose:
    """Two bodies, of which one forearm each is sure: one above the other, each with a hand."""
    people = []
    for slot, low in ((1, 0.5), (2, 0.0)):
        joints = np.zeros((17, 3), np.float32)
        joints[JOINTS.index("right_elbow")] = (0.25, low + 0.44, 0.9)
        joints[JOINTS.index("right_wrist")] = (0.37, low + 0.28, 0.9)
        people.append(Person(slot, slot, joints))
    return Pose(tuple(people), 0.5)


TWICE: dict[str, tuple[Callable[[], Any], Callable[[], Frame], str, Pose | None]] = {
    "hands": (lambda: HandsModel(confidence=0.3), hand, "hand", arms()),
    "face": (lambda: FaceModel(faces=2), portrait, "mesh", None),
}


@pytest.mark.parametrize("what", TWICE)
def test_one_hand_or_face_without_numbers_costs_the_other_nothing(
    what: str, caplog: pytest.LogCaptureFixture
) -> None:
    make, picture, role, pose = TWICE[what]
    image = picture().image
    red = image.copy()
    red[..., :2] //= 3
    both = Frame(np.vstack([image, red]))
    box = make()
    box.open()

    def ask(first: int) -> list[Landmarks]:
        return [box.process(both, pose, at=Ns((first + n) * STEP))[0] for n in range(6)]

    (above,) = (one.id for one in ask(0)[-1].seen if one.points[:, 1].mean() > 0.5)
    assert box.process(both, pose, at=Ns(6 * STEP))[0].count == 2
    failing(box, role, is_red)
    found = ask(7)
    assert all(above in [one.id for one in each.seen] for each in found)
    assert found[-1].count == 1
    assert len(caplog.messages) == 1


# -- Things, and pictures that are none ----------------------------------------------------------


def test_things_of_a_frozen_camera_stay_and_of_a_black_one_go() -> None:
    box = ObjectsModel(labels=("person",))
    box.open()
    frame = next(film(44, 45))
    told = [box.process(frame, Ns(n * STEP)) for n in range(3)]
    assert {one.id for each in told for one in each.seen} == {1}
    black = Frame(np.zeros_like(frame.image))
    assert [box.process(black, Ns((3 + n) * STEP)).count for n in range(2)] == [0, 0]


EVERY: dict[str, Callable[[], Any]] = {
    **{name: make for name, (make, _) in BOXES.items() if not name.endswith("3")},
    "objects": ObjectsModel,
}
NO_PICTURE = {
    "floats": np.zeros((64, 64, 3), np.float32),
    "two colours": np.zeros((64, 64, 2), np.uint8),
    "nothing": np.zeros((0, 64, 3), np.uint8),
    "a row": np.zeros(64, np.uint8),
}


@cases(("pose, movenet_lightning, 1",), ("hands",), ("objects",), name=[*EVERY])
def test_what_is_no_picture_is_told_as_that_and_the_next_one_is_looked_at(name: str) -> None:
    box = EVERY[name]()
    box.open()
    for image in NO_PICTURE.values():
        with pytest.raises(ModelError, match=r"expected a picture, uint8 of shape .*, got"):
            box.process(Frame(image), at=Ns(0))
    box.process(ONE, at=Ns(STEP))


@cases(("pose, blazepose_lite, 1",), name=[*EVERY])
def test_what_is_transparent_is_looked_at_as_it_would_be_without(name: str) -> None:
    plain = BOXES[name][1]() if name in BOXES else next(film(44, 45))
    clear = Frame(np.asarray(cv2.cvtColor(plain.image, cv2.COLOR_BGR2BGRA), np.uint8))
    told = []
    for frame in (plain, clear):
        box = EVERY[name]()
        box.open()
        answers = [box.process(frame, at=Ns(n * STEP)) for n in range(3)]
        told.append(answers[-1] if hasattr(answers[-1], "seen") else answers[-1][0])
    assert told[0].count == told[1].count == 1
    one, other = (each.seen[0] for each in told)
    if name == "objects":
        assert one == other
    else:
        assert np.array_equal(one.points, other.points)


# -- Legs alone -----------------------------------------------------------------------------------


@cases(("blazepose_lite", 1), model=MODELS, people=[1, 2])
def test_legs_alone_have_no_head(model: str, people: int) -> None:
    found = shown(opened(model=model, people=people), part(HIP, 1.0))
    told = [max(sure(each, "eye", "ear", "shoulder"), default=0) for each in found]
    assert max(told) < 0.5 and np.median(told) < 0.3


def test_of_whom_legs_alone_are_left_no_whole_body_is_told_for_long() -> None:
    box = opened(model="blazepose_lite")
    frames = [frame.image for frame in film(40, 56)]
    high, wide = frames[0].shape[:2]
    assert shown(box, [Frame(frame) for frame in frames[:4]])[-1].count == 1
    sunk = []
    for number, frame in enumerate(frames[4:]):
        up = min(0.12 * (number + 1), HIP) * high
        shift = np.array([[1, 0, 0], [0, 1, -up]])
        moved = cv2.warpAffine(frame, shift, (wide, high), borderMode=cv2.BORDER_REPLICATE)
        sunk.append(Frame(np.asarray(moved, np.uint8)))
    assert shown(box, sunk, begin=4)[-1].count == 0


# -- What is no body by the cable of "pose" -------------------------------------------------------


@pytest.mark.parametrize("what", TWICE)
def test_what_is_no_body_is_told_once_and_the_picture_is_looked_at(
    what: str, caplog: pytest.LogCaptureFixture
) -> None:
    make, picture, _, _ = TWICE[what]
    box = make()
    box.open()
    hands = Landmarks(HAND_21, (Instance(1, 1, np.full((21, 4), 0.5, np.float32)),), 1.0)
    found = [box.process(picture(), hands, at=Ns(n * STEP))[0] for n in range(4)]
    assert found[-1].count == 1
    assert caplog.messages == [f'{what} takes bodies by "pose", not "hand_21"']
