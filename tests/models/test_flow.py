"""The box flow: what moves in pictures that a camera sends, as numbers and pictures."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import ClassVar

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.messages import Frame, Message, Ns
from engine.core.source import Tape
from engine.models.flow import Flowing, FlowModel
from engine.testing import play
from tests.scenes import HEIGHT, WIDTH, room

Picture = NDArray[np.uint8]


def thing(number: float, fps: float, right: float, down: float) -> Picture:
    """Return a room in which a thing moves, in heights a second; it is in the middle at 0."""
    picture, seconds = room(), number / fps
    x, y = (
        round(side / 2 - 30 + speed * HEIGHT * seconds)
        for side, speed in ((WIDTH, right), (HEIGHT, down))
    )
    picture[y : y + 60, x : x + 60] = room(5)[:60, :60]
    return picture


@pytest.fixture(scope="module")
def opened() -> FlowModel:
    box = FlowModel()
    box.open()
    return box


@pytest.fixture
def box(opened: FlowModel) -> FlowModel:
    opened.reset()
    opened.fast, opened.size = 0.5, 256
    return opened


def shown(box: FlowModel, pictures: list[Picture], fps: float = 30.0) -> list[Flowing | None]:
    return [
        box.process(Frame(picture), Ns(ns(number / fps))) for number, picture in enumerate(pictures)
    ]


def last(found: list[Flowing | None]) -> Flowing:
    assert found[-1] is not None
    return found[-1]


@pytest.mark.parametrize(
    ("right", "down"), [(0.4, 0), (-0.4, 0), (0, 0.3), (0, -0.3), (0.3, -0.2), (0.12, 0)]
)
@pytest.mark.parametrize("fps", [15.0, 30.0, 60.0])
def test_where_to_and_how_fast_whatever_the_camera(
    box: FlowModel, right: float, down: float, fps: float
) -> None:
    pictures = [thing(n, fps, right, down) for n in range(round(fps * 0.3))]
    found = last(shown(box, pictures, fps))
    # In a small thing with fine texture some of the speed is lost, at most half; never the way.
    assert math.hypot(found.right, found.up) == pytest.approx(2 * math.hypot(right, down), rel=0.5)
    way = math.degrees(math.atan2(found.up, found.right) - math.atan2(-down, right))
    assert abs((way + 180) % 360 - 180) < 15
    assert abs(found.x - (0.5 + right * 0.3 * HEIGHT / WIDTH)) < 0.08
    assert abs(found.y - (0.5 - down * 0.3)) < 0.1
    assert 0.1 < found.amount <= 1.0


def test_all_that_is_still_is_0(box: FlowModel) -> None:
    random = np.random.default_rng(2)
    pictures = [
        np.clip(room() + random.normal(0, 3, room().shape), 0, 255).astype(np.uint8)
        for _ in range(6)
    ]
    found = last(shown(box, pictures))
    assert found.amount < 0.02
    assert (found.right, found.up, found.turn, found.grow) == (0, 0, 0, 0)
    assert found.mask.image.max() < 60


def test_light_is_no_movement(box: FlowModel) -> None:
    levels = (1.0, 1.1, 0.85, 0.7, 0.9, 1.05)
    pictures = [np.clip(room() * level, 0, 255).astype(np.uint8) for level in levels]
    assert all(found.amount < 0.1 for found in shown(box, pictures) if found)


@pytest.mark.parametrize("degrees", [3, -3])
def test_a_turn(box: FlowModel, degrees: float) -> None:
    """Clockwise by so many degrees a picture, which is a quarter of a turn a second."""
    wide = room(width=WIDTH, height=WIDTH)
    pictures = []
    for number in range(8):
        middle = (WIDTH / 2, WIDTH / 2)
        turned = cv2.getRotationMatrix2D(middle, -degrees * number, 1.0)
        pictures.append(np.asarray(cv2.warpAffine(wide, turned, (WIDTH, WIDTH)), np.uint8))
    found = last(shown(box, pictures))
    assert found.turn == pytest.approx(degrees * 30 / 360, abs=0.07)


def test_the_mask_is_white_where_it_moves_and_the_picture_is_coloured_there(
    box: FlowModel,
) -> None:
    found = last(shown(box, [thing(n, 30, 0.5, 0) for n in range(6)]))
    for frame in (found.picture, found.mask):
        assert frame.image.shape == (144, 256, 3)
        assert frame.image.dtype == np.uint8 and not frame.image.flags.writeable
    inside, outside = np.s_[55:90, 125:150], np.s_[:30]
    assert np.median(found.mask.image[inside]) > 150
    assert found.mask.image[outside].max() < 30
    blue, _, red = found.picture.image[inside].reshape(-1, 3).mean(axis=0)
    assert red > 4 * blue


def test_it_says_nothing_at_first_and_after_a_gap(box: FlowModel) -> None:
    first, second, third = (thing(n, 30, 0.4, 0) for n in range(3))
    assert box.process(Frame(first), Ns(0)) is None
    assert box.process(Frame(second), Ns(ns(0.033))) is not None
    assert box.process(Frame(third), Ns(ns(5.0))) is None
    assert box.process(Frame(third), Ns(ns(5.033))) is not None
    assert box.process(Frame(room(width=90, height=160)), Ns(ns(5.066))) is None
    box.reset()
    assert box.process(Frame(first), Ns(ns(5.1))) is None


@pytest.mark.parametrize("shape", [(1, 1), (3, 900), (480, 640), (2000, 20)])
def test_any_picture_will_do(box: FlowModel, shape: tuple[int, int]) -> None:
    frames = [np.full((*shape, 3), level, np.uint8) for level in (60, 90, 60)]
    assert last(shown(box, frames)).amount < 0.05


def test_a_mirrored_picture_stays_one(box: FlowModel) -> None:
    frames = [Frame(room(), mirrored=True)] * 2
    found = [box.process(frame, Ns(ns(n / 30))) for n, frame in enumerate(frames)]
    assert last(found).picture.mirrored and last(found).mask.mirrored


class Mover(Tape):
    """A camera that sees a thing go to the right for a second."""

    OUT: ClassVar[Mapping[str, type]] = {"frame": Frame}

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for number in range(20):
            yield ns(number / 30), "frame", Frame(thing(number, 30, 0.3, 0))


def test_in_a_patch_its_numbers_leave_and_its_mask_is_a_picture() -> None:
    played = play(
        """
[camera]
use = "mover"
[flow]
use = "flow"
from = "camera"
[moves]
use = "movement"
from = "camera"
[out]
use = "osc_out"
to = "127.0.0.1:9"
[out.send]
"/right" = "flow.right"
"/amount" = "flow.amount"
"/cells" = "moves"
"/cell/{name}" = "moves"
"/middle" = "moves.r2c2"
[c]
use = "collector"
from = "flow.mask"
""",
        boxes={"mover": Mover},
    )
    assert played.errors == []
    right = [sent.args[0] for sent in played.sent("out", "/right")]
    assert len(right) == 19 and right[-1] == pytest.approx(0.5, abs=0.2)
    assert isinstance(played.box("c").of("in")[-1], Frame)
    cells = played.sent("out", "/cells")[-1].args
    assert len(cells) == 12
    assert played.sent("out", "/cell/r2c3")[-1].args == [cells[6]]
    assert played.sent("out", "/middle")[-1].args == [cells[5]]
