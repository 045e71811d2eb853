"""Paintings that are steadied: they flicker less, are as near to the look, and never late."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.core.clock import ns
from engine.core.messages import Frame, Ns
from engine.models.style import StyleModel
from engine.models.style_of import StyleOfModel

FILM = Path(__file__).parent.parent / "media" / "jump.mp4"
SIZE = 128

Paintings = list[NDArray[np.float64]]


def noisy(count: int) -> list[Frame]:
    """Return one picture as a camera sends it again and again: each time with other noise."""
    image = cv2.VideoCapture(str(FILM)).read()[1]
    random = np.random.default_rng(6)
    noise = [random.normal(0, 5, image.shape) for _ in range(count)]
    return [Frame(np.clip(image + one, 0, 255).astype(np.uint8)) for one in noise]


def painted(box: StyleModel | StyleOfModel, frames: list[Frame]) -> Paintings:
    return [
        box.process(frame, at=Ns(ns(number / 30))).image.astype(float)
        for number, frame in enumerate(frames)
    ]


def flicker(paintings: Paintings) -> float:
    """Return how much a painting differs from the next, where nothing has moved."""
    pairs = pairwise(paintings[3:])
    return float(np.mean([np.abs(one - other).mean() for one, other in pairs]))


@pytest.fixture(scope="module")
def box() -> StyleModel:
    style = StyleModel(size=SIZE, look="starry")
    style.open()
    return style


def again(box: StyleModel, steady: float) -> StyleModel:
    box.reset()
    box.look, box.steady, box.size, box.strength = "starry", steady, SIZE, 1.0
    return box


def test_flicker_is_less_than_half(box: StyleModel) -> None:
    frames = noisy(8)
    plain, steady = (painted(again(box, amount), frames) for amount in (0.0, 0.6))
    assert flicker(steady) < 0.5 * flicker(plain)
    assert np.abs(steady[-1] - plain[-1]).mean() < 0.8 * flicker(plain)


def test_more_steadiness_flickers_less(box: StyleModel) -> None:
    frames = noisy(7)
    found = [flicker(painted(again(box, amount), frames)) for amount in (0.0, 0.3, 0.6, 1.0)]
    assert found == sorted(found, reverse=True)


def test_without_it_each_picture_is_painted_by_itself(box: StyleModel) -> None:
    frames = noisy(3)
    apart = [painted(again(box, 0.0), [frame])[0] for frame in frames]
    assert np.array_equal(painted(again(box, 0.0), frames), apart)


def test_it_begins_anew_after_a_gap_and_while_it_is_off(box: StyleModel) -> None:
    first, second, third = noisy(3)
    alone = painted(again(box, 0.0), [third])[0]
    painted(again(box, 1.0), [first, second])
    box.reset()
    assert np.array_equal(painted(box, [third])[0], alone)
    painted(again(box, 1.0), [first])
    box.steady = 0.0
    painted(box, [second])
    box.steady = 1.0
    assert np.array_equal(painted(box, [third])[0], alone)


def test_another_look_is_there_at_once_and_a_morph_glides(box: StyleModel) -> None:
    first, second, third = noisy(3)
    box = again(box, 1.0)
    box.look = "ember"
    ember = painted(box, [third])[0]
    painted(again(box, 1.0), [first, second])
    box.look = "ember"
    assert np.array_equal(painted(box, [third])[0], ember)
    painted(again(box, 1.0), [first])
    box.look = {"starry": 0.95, "ember": 0.05}
    assert not np.array_equal(painted(box, [third])[0], painted(again(box, 0.0), [third])[0])


def test_another_size_of_painting_or_picture_begins_anew(box: StyleModel) -> None:
    first, second, _ = noisy(3)
    small = Frame(np.ascontiguousarray(second.image[:100, :140]))
    for size, frame in ((64, second), (SIZE, small)):
        again(box, 0.0).size = size
        alone = painted(box, [frame])[0]
        painted(again(box, 1.0), [first])
        box.size = size
        assert np.array_equal(painted(box, [frame])[0], alone)


def test_both_sides_of_a_mask_are_steadied(box: StyleModel) -> None:
    frames = noisy(6)
    mask = np.zeros((36, 64, 3), np.uint8)
    mask[:, 32:] = 255
    shown = {}
    for steady in (0.0, 0.6):
        again(box, steady).outside = "ink"
        shown[steady] = [
            box.process(frame, Frame(mask), at=Ns(ns(number / 30))).image.astype(float)
            for number, frame in enumerate(frames)
        ]
    box.outside = {}
    middle = frames[0].image.shape[1] // 2
    for side in (np.s_[:, : middle - 20], np.s_[:, middle + 20 :]):
        plain, steady = ([one[side] for one in shown[amount]] for amount in (0.0, 0.6))
        assert flicker(steady) < 0.6 * flicker(plain)


def test_it_works_for_pictures_of_ones_own() -> None:
    style = StyleOfModel(size=SIZE)
    style.open()
    frames = noisy(6)
    plain = flicker(painted(style, frames))
    style.reset()
    style.steady = 0.6
    assert flicker(painted(style, frames)) < 0.6 * plain
    style.close()


@pytest.mark.parametrize("shape", [(1, 1), (3, 200), (16, 16), (720, 1280)])
def test_every_shape_of_picture_can_be_steadied(box: StyleModel, shape: tuple[int, int]) -> None:
    frames = [Frame(np.full((*shape, 3), level, np.uint8)) for level in (90, 91)]
    assert painted(again(box, 0.6), frames)[1].shape == (*shape, 3)
