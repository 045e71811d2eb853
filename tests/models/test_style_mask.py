"""Person and room painted apart: what a mask does to the style boxes."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.messages import Frame
from engine.inference.painter import Painter
from engine.models.style import StyleModel
from engine.models.style_of import StyleOfModel
from tests.scenes import mask

CHANCE = np.random.default_rng(4)
PICTURE = Frame(cv2.GaussianBlur(CHANCE.integers(0, 256, (60, 80, 3), np.uint8), (7, 7), 2))


class CountedStyle(StyleModel):
    """Counts how often its network runs."""

    runs: int = 0

    def run(self, role: str = "", /, **inputs: Any) -> Any:
        self.runs += 1
        return super().run(role, **inputs)


@pytest.fixture(params=["style", "style_of"])
def boxes(request: pytest.FixtureRequest) -> tuple[Painter, str, str]:
    """A box, and two of its looks."""
    made: Painter = StyleModel(size=80) if request.param == "style" else StyleOfModel(size=80)
    made.open()
    return (made, "ink", "wave") if request.param == "style" else (made, "swirls", "shards")


def painted(box: Any, look: Any, outside: Any, where: Frame | None) -> NDArray[np.uint8]:
    box.reset()
    box.look, box.outside = look, outside
    image: NDArray[np.uint8] = box.process(PICTURE, where, at=ns(0)).image
    return image


def same(one: NDArray[Any], other: NDArray[Any]) -> bool:
    return bool(np.abs(one.astype(int) - other).max() <= 1)


def test_inside_and_outside_have_a_look_each(boxes: tuple[Painter, str, str]) -> None:
    box, one, other = boxes
    inside, outside = painted(box, one, {}, None), painted(box, other, {}, None)
    for where in (mask(), mask(160, 120)):
        both = painted(box, one, other, where)
        assert same(both[:, :38], inside[:, :38])
        assert same(both[:, 42:], outside[:, 42:])


def test_a_side_without_a_look_is_the_picture(boxes: tuple[Painter, str, str]) -> None:
    box, one, _ = boxes
    whole = painted(box, one, {}, None)
    person = painted(box, one, {}, mask())
    assert same(person[:, :40], whole[:, :40])
    assert same(person[:, 40:], PICTURE.image[:, 40:])
    room = painted(box, {}, one, mask())
    assert same(room[:, :40], PICTURE.image[:, :40])
    assert same(room[:, 40:], whole[:, 40:])
    assert same(painted(box, {}, {}, mask()), PICTURE.image)


def test_a_soft_edge_goes_from_one_to_the_other(boxes: tuple[Painter, str, str]) -> None:
    box, one, other = boxes
    inside, outside = painted(box, one, {}, None), painted(box, other, {}, None)
    quarter = Frame(np.full((60, 80, 3), 64, np.uint8))
    expected = outside + (inside.astype(float) - outside) * (64 / 255)
    assert np.abs(painted(box, one, other, quarter) - expected).max() < 1.5


def test_two_looks_are_painted_twice_and_one_once() -> None:
    box = CountedStyle(size=32)
    box.open()
    for look, outside, runs in (("ink", "wave", 2), ("ink", {}, 1), ({}, "ink", 1),
                                ("ink", "ink", 1), ({}, {}, 0)):  # fmt: skip
        box.runs = 0
        painted(box, look, outside, mask())
        assert box.runs == runs
    box.runs = 0
    painted(box, "ink", "wave", None)
    assert box.runs == 1


def test_each_side_glides_by_itself() -> None:
    box = StyleModel(size=80, morph=2.0, look="ink", outside="wave")
    box.open()
    box.process(PICTURE, mask(), at=ns(1.0))
    box.outside = "starry"
    half = box.process(PICTURE, mask(), at=ns(2.0)).image
    box.morph = 0.0
    assert same(half[:, :38], painted(box, "ink", {}, None)[:, :38])
    mixed = painted(box, {"wave": 0.5, "starry": 0.5}, {}, None)
    assert same(half[:, 42:], mixed[:, 42:])


@pytest.mark.parametrize("size", [(1, 1), (3, 200), (640, 2)])
def test_masks_of_odd_sizes_are_brought_to_the_picture(size: tuple[int, int]) -> None:
    box = StyleModel(size=32)
    box.open()
    white = Frame(np.full((size[1], size[0], 3), 255, np.uint8))
    assert same(painted(box, "ink", {}, white), painted(box, "ink", {}, None))
