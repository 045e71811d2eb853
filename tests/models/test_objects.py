"""The box objects: what it finds, which is which, and what a bad picture or label does not do."""

from __future__ import annotations

from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from engine.core.clock import ns
from engine.core.errors import ModelError, ParameterError
from engine.core.messages import Detection, Detections, Frame
from engine.dsp.image.detecting import COCO_80, boxes, in_square, overlap
from engine.inference.model_folders import model_folder
from engine.inference.session import open_session
from engine.models.objects import ObjectsModel
from engine.nodes.draw_objects import DrawObjects
from engine.sources.stand_in import StandIn

SIDE = 416
FILM = Path(__file__).parent.parent / "media" / "jump.mp4"


@cache
def pictures(people: int, count: int = 10) -> list[Frame]:
    events = StandIn(people=people, width=640, height=360, seed=4, sings=False).events()
    return list(islice((told for _, outlet, told in events if outlet == "frame"), count))


@cache
def film() -> list[np.ndarray]:
    capture = cv2.VideoCapture(str(FILM))
    return [capture.read()[1] for _ in range(141)]


def opened(**parameters: Any) -> ObjectsModel:
    box = ObjectsModel(**parameters)
    box.open()
    return box


def test_the_rounded_weights_find_what_the_published_ones_find() -> None:
    session = open_session("nanodet")
    with np.load(model_folder("nanodet") / "parity.npz") as stored:
        right = dict(stored)
    assert len(right["things"]) >= 4
    for place, number in enumerate((20, 80, 140)):
        square = in_square(film()[number], SIDE)
        scores, sides = session.run(image=square.planes)
        found = boxes(scores[0], sides[0], SIDE, 0.35, frozenset())
        for row in np.flatnonzero(right["picture"] == place):
            shared = overlap(right["corners"][row], found.corners)
            near = int(shared.argmax())
            assert shared[near] > 0.95
            assert found.things[near] == right["things"][row]
            assert abs(found.confidences[near] - right["confidences"][row]) < 0.03


@pytest.mark.parametrize("people", [1, 3])
def test_dancers_are_people_where_they_are_and_keep_their_numbers(people: int) -> None:
    box = opened(labels=("person",), confidence=0.45)
    told = [box.process(one, ns(k / 30)) for k, one in enumerate(pictures(people))]
    assert all(found.count == people for found in told)
    assert {one.label for found in told for one in found.seen} == {"person"}
    assert {one.id for found in told for one in found.seen} == set(range(1, people + 1))
    for one in told[0].seen:
        x, y, width, height = one.box
        assert 0.4 < height < 1
        assert 0 < x - width / 2 < x + width / 2 < 1
        assert 0.2 < y < 0.7
    assert [one.confidence for one in told[0].seen] == sorted(
        (one.confidence for one in told[0].seen), reverse=True
    )


def test_only_what_is_asked_for_is_told_and_no_more_than_the_most() -> None:
    frame = pictures(3)[0]
    assert opened(labels=("cup", "teddy bear")).process(frame, ns(0)).count == 0
    assert opened(most=2).process(frame, ns(0)).count == 2
    assert opened(confidence=1.0).process(frame, ns(0)).count == 0


@pytest.mark.parametrize(
    ("label", "hint"),
    [("persn", 'Did you mean "person"'), ("mobile phone", "phone"), ("", "There is: person")],
)
def test_an_unknown_label_is_told_with_the_nearest(label: str, hint: str) -> None:
    with pytest.raises(ParameterError, match=f"labels: there is no thing .*{hint}"):
        ObjectsModel(labels=(label,))


@pytest.mark.parametrize(
    "shape", [(1, 1), (1, 1, 3), (360, 640), (360, 640, 1), (2, 900, 3), (900, 2, 3)]
)
def test_any_shape_of_picture_is_looked_at(shape: tuple[int, ...]) -> None:
    assert opened().process(Frame(np.zeros(shape, np.uint8)), ns(0)) == Detections(())


def test_another_size_is_another_scene_with_other_numbers() -> None:
    box = opened(labels=("person",))
    (first,) = box.process(pictures(1)[0], ns(0)).seen
    smaller = Frame(np.ascontiguousarray(pictures(1)[1].image[:, 40:600]))
    (other,) = box.process(smaller, ns(0.1)).seen
    assert other.id != first.id


def test_what_is_no_number_is_an_error_and_the_next_picture_is_looked_at(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    box = opened(labels=("person",))
    session = box.session()
    answer = session.run
    monkeypatch.setattr(session, "run", lambda **_: (np.full((1, 3549, 80), np.nan, np.float32),))
    with pytest.raises(ModelError, match="not a number"):
        box.process(pictures(1)[0], ns(0))
    monkeypatch.setattr(session, "run", answer)
    assert box.process(pictures(1)[1], ns(0.1)).count == 1


def test_a_network_for_something_else_is_refused() -> None:
    with pytest.raises(ModelError, match="is for pose, not for objects"):
        opened(model="movenet_lightning")


def test_two_boxes_of_one_thing_are_one_and_of_two_things_two() -> None:
    scores, sides = np.zeros((3549, 80), np.float32), np.zeros((3549, 44), np.float32)
    sides[:, [4, 15, 26, 37]] = 30.0  # four cells to every side
    place = 20 * 52 + 20
    cup, bowl = COCO_80.index("cup"), COCO_80.index("bowl")
    scores[place, cup], scores[place + 1, cup], scores[place + 6, bowl] = 0.9, 0.8, 0.7
    found = boxes(scores, sides, SIDE, 0.5, frozenset())
    assert [COCO_80[thing] for thing in found.things] == ["cup", "bowl"]
    assert np.allclose(found.corners[0], np.array([-32, -32, 32, 32]) + 20.5 * 8, atol=0.1)
    only = boxes(scores, sides, SIDE, 0.5, frozenset({bowl}))
    assert [COCO_80[thing] for thing in only.things] == ["bowl"]


def test_boxes_are_drawn_with_their_names_and_a_picture_of_nothing_stays() -> None:
    frame = Frame(np.zeros((90, 160, 3), np.uint8))
    box = DrawObjects()
    cup = Detection("cup", 0.9, (0.5, 0.5, 0.5, 0.5), 3)
    assert box.process(frame, Detections(())) is frame
    drawn = box.process(frame, Detections((cup,))).image
    assert not frame.image.any()
    assert drawn[45, 40].any()  # its left edge
    assert not drawn[45, 80].any()
    assert (drawn[10:25, 40:70].any(axis=2)).mean() > 0.5  # its name on a ground
    far = Detection("cup", 0.9, (float("nan"), 9.0, -3.0, 0.5), 0)
    assert DrawObjects(ground="black").process(frame, Detections((far,))).image.shape == (
        90,
        160,
        3,
    )
