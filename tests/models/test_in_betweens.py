"""Slow pictures at the full rate: between paintings the last one goes along with what moves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.errors import PatchError
from engine.core.messages import Frame, Message, Ns
from engine.core.node import Model
from engine.core.source import Tape
from engine.models.in_betweens import InBetweensModel
from engine.testing import play

Picture = NDArray[np.uint8]
WIDTH, HEIGHT = 320, 180
SPEED = 5
"""Pixels to the right from picture to picture."""


def seen(number: int) -> Picture:
    """Return what the camera sees: something bright that goes to the right."""
    random = np.random.default_rng(4)
    room = cv2.GaussianBlur(random.normal(80, 250, (HEIGHT, WIDTH, 3)), (0, 0), 4)
    thing = cv2.GaussianBlur(random.normal(170, 250, (80, 80, 3)), (0, 0), 4)
    room[50:130, 40 + number * SPEED : 120 + number * SPEED] = thing
    return np.clip(room, 0, 255).astype(np.uint8)


def painted(picture: Picture) -> Picture:
    return np.asarray(255 - picture, np.uint8)


def moment(number: int) -> Ns:
    return Ns(ns(number / 30))


@pytest.fixture(scope="module")
def opened() -> InBetweensModel:
    box = InBetweensModel()
    box.open()
    return box


@pytest.fixture
def box(opened: InBetweensModel) -> InBetweensModel:
    opened.reset()
    opened.size = 640
    return opened


def between(box: InBetweensModel, numbers: range, painting: int) -> Picture:
    """Show pictures of the camera, while the painting is that of one of them."""
    frame: Frame | None = None
    slow = Frame(painted(seen(painting)))
    for number in numbers:
        frame = box.process(Frame(seen(number)), slow, slow_at=moment(painting), at=moment(number))
    assert frame is not None
    return frame.image


def apart(one: Picture, other: Picture) -> float:
    inner = np.s_[40:140, 40:200]
    return float(np.abs(one[inner].astype(float) - other[inner]).mean())


@pytest.mark.parametrize("late", [1, 2, 3, 4])
def test_a_painting_goes_along_with_what_moves(box: InBetweensModel, late: int) -> None:
    found = between(box, range(late + 1), 0)
    held, true = painted(seen(0)), painted(seen(late))
    assert apart(found, true) < 0.5 * apart(held, true)


def test_what_stands_still_stays_as_it_was_painted(box: InBetweensModel) -> None:
    found = between(box, range(3), 0)
    corner = np.s_[:30, 220:]
    assert np.abs(found[corner].astype(int) - painted(seen(0))[corner]).max() <= 2


@pytest.mark.parametrize("shape", [(90, 160), (360, 640), (720, 1280), (101, 77)])
def test_it_is_as_large_as_the_painting(box: InBetweensModel, shape: tuple[int, int]) -> None:
    slow = Frame(np.full((*shape, 3), 70, np.uint8), mirrored=True)
    for size in (64, 640, 1920):
        box.size = size
        for number in range(2):
            found = box.process(Frame(seen(number)), slow, slow_at=moment(0), at=moment(number))
        assert found is not None
        assert found.image.shape == (*shape, 3)
        assert not found.image.flags.writeable or found is slow
        assert found.mirrored


def test_of_a_picture_that_is_not_known_it_is_shown_as_it_is(box: InBetweensModel) -> None:
    slow = Frame(painted(seen(0)))
    for number in range(3):
        found = box.process(Frame(seen(number)), slow, slow_at=Ns(12345), at=moment(number))
        assert found is slow
    far = Ns(moment(2) + ns(2.5))
    assert box.process(Frame(seen(9)), slow, slow_at=moment(2), at=far) is slow


def test_another_size_of_camera_picture_is_no_movement(box: InBetweensModel) -> None:
    slow = Frame(painted(seen(0)))
    box.process(Frame(seen(0)), slow, slow_at=moment(0), at=moment(0))
    tall = Frame(np.ascontiguousarray(seen(1).transpose(1, 0, 2)))
    assert box.process(tall, slow, slow_at=moment(0), at=moment(1)) is slow


def test_after_a_cut_nothing_is_torn(box: InBetweensModel) -> None:
    other = np.random.default_rng(8).integers(0, 256, (HEIGHT, WIDTH, 3), np.uint8)
    slow = Frame(painted(seen(0)))
    box.process(Frame(seen(0)), slow, slow_at=moment(0), at=moment(0))
    found = box.process(Frame(other), slow, slow_at=moment(0), at=moment(1))
    assert found is not None
    held = np.abs(found.image.astype(float) - slow.image).mean()
    assert held < 0.35 * np.abs(painted(seen(12)).astype(float) - slow.image).mean() + 6


def test_before_there_is_a_painting_it_says_nothing(box: InBetweensModel) -> None:
    assert box.process(Frame(seen(0)), slow_at=Ns(0), at=moment(0)) is None


def test_a_patch_without_the_slow_box_is_told() -> None:
    with pytest.raises(PatchError, match="slow"):
        play('[camera]\nuse = "stand_in"\n[f]\nuse = "in_betweens"\nfrom = "camera"\n')


class Moves(Tape):
    """The camera."""

    OUT: ClassVar[Mapping[str, type]] = {"frame": Frame}

    def events(self) -> Iterator[tuple[Ns, str, Message]]:
        for number in range(16):
            yield moment(number), "frame", Frame(seen(number))


class Paints(Model):
    """A painter that takes its time."""

    def process(self, frame: Frame) -> Frame:
        return Frame(painted(frame.image))


def test_in_a_patch_every_picture_of_the_camera_is_shown_in_its_place() -> None:
    played = play(
        """
[camera]
use = "moves"
[painter]
use = "paints"
from = "camera"
[fluent]
use = "in_betweens"
from = "camera"
slow = { from = "painter" }
[c]
use = "collector"
[c.send]
slow = "painter"
fluent = "fluent"
""",
        boxes={"moves": Moves, "paints": Paints},
        costs={"painter": 80.0},
    )
    assert played.errors == []
    shown, slow = played.box("c").of("fluent"), played.box("c").of("slow")
    assert len(slow) <= 8
    assert len(shown) >= 13  # all from the first painting on
    misses = [
        (apart(frame.image, painted(seen(n))), n)
        for n, frame in zip(range(16 - len(shown), 16), shown, strict=True)
    ]
    assert max(misses)[0] < 0.6 * apart(painted(seen(0)), painted(seen(3)))
