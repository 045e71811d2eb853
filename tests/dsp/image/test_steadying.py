"""Paintings keep their strokes where nothing changes, take them along, and are never late."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from engine.dsp.image.steadying import MOST, Steadying, likeness
from engine.inference.optical_flow import OpticalFlow

Picture = NDArray[np.uint8]
WIDTH, HEIGHT = 256, 144


@pytest.fixture(scope="module")
def flow() -> OpticalFlow:
    return OpticalFlow()


def scene(seed: int = 1) -> Picture:
    noise = np.random.default_rng(seed).normal(128, 400, (HEIGHT, WIDTH, 3))
    return np.clip(cv2.GaussianBlur(noise, (0, 0), 4), 0, 255).astype(np.uint8)


def strokes(seed: int) -> Picture:
    """Return a painting that has nothing to do with any other."""
    return np.random.default_rng(seed).integers(60, 196, (HEIGHT, WIDTH, 3), np.uint8)


def apart(one: Picture, other: Picture) -> float:
    return float(np.abs(one.astype(float) - other).mean())


def test_the_first_painting_stands_alone(flow: OpticalFlow) -> None:
    assert np.array_equal(Steadying().steadied(strokes(1), scene(), 1.0, flow), strokes(1))


@pytest.mark.parametrize("amount", [0.0, 0.3, 0.6, 1.0])
def test_what_stands_still_keeps_its_strokes(flow: OpticalFlow, amount: float) -> None:
    steady = Steadying()
    steady.steadied(strokes(1), scene(), amount, flow)
    second = steady.steadied(strokes(2), scene(), amount, flow)
    share = amount * MOST
    expected = share * strokes(1) + (1 - share) * strokes(2).astype(float)
    assert apart(second, expected) < 1.0


def test_flicker_is_less_than_half_at_the_middle(flow: OpticalFlow) -> None:
    steady = Steadying()
    shown = [steady.steadied(strokes(n), scene(), 0.6, flow) for n in range(8)]
    flicker = np.mean([apart(a, b) for a, b in pairwise(shown[2:])])
    assert flicker < 0.5 * apart(strokes(1), strokes(2))


def test_what_moves_takes_its_strokes_along(flow: OpticalFlow) -> None:
    wide, painted = scene(), cv2.GaussianBlur(strokes(1), (0, 0), 2)

    def shifted(image: Picture, pixels: int) -> Picture:
        return np.roll(image, pixels, axis=1)

    steady = Steadying()
    steady.steadied(painted, wide, 1.0, flow)
    other = np.full_like(painted, 128)
    second = steady.steadied(other, shifted(wide, 4), 1.0, flow)
    inner = np.s_[20:-20, 30:-30]
    assert apart(second[inner], shifted(painted, 4)[inner]) < 0.6 * apart(
        second[inner], painted[inner]
    )


def lit(image: Picture) -> Picture:
    return np.clip(image.astype(float) * 0.5, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("then", [lit, lambda _: scene(9), lambda i: 255 - i])
def test_after_a_cut_or_a_flash_nothing_old_is_shown(
    flow: OpticalFlow, then: Callable[[Picture], Picture]
) -> None:
    bright = np.clip(scene().astype(int) + 60, 0, 255).astype(np.uint8)
    steady = Steadying()
    for number in range(4):
        steady.steadied(strokes(number), bright, 1.0, flow)
    after = steady.steadied(strokes(7), then(bright), 1.0, flow)
    old = Steadying()
    for number in range(4):
        old.steadied(strokes(number), bright, 1.0, flow)
    kept = old.steadied(strokes(7), bright, 1.0, flow)
    assert apart(after, strokes(7)) < 0.25 * apart(kept, strokes(7))


def test_another_size_begins_anew(flow: OpticalFlow) -> None:
    steady = Steadying()
    steady.steadied(strokes(1), scene(), 1.0, flow)
    small = strokes(2)[:128, :192]
    assert np.array_equal(steady.steadied(small, scene()[:128, :192], 1.0, flow), small)
    turned = np.ascontiguousarray(strokes(3).transpose(1, 0, 2))
    picture = np.ascontiguousarray(scene().transpose(1, 0, 2))
    assert np.array_equal(steady.steadied(turned, picture, 1.0, flow), turned)


def test_what_fails_is_forgotten(flow: OpticalFlow) -> None:
    def fails(*_: object) -> None:
        raise ValueError("no flow")

    steady = Steadying()
    steady.steadied(strokes(1), scene(), 1.0, flow)
    with pytest.raises(ValueError, match="no flow"):
        steady.steadied(strokes(2), scene(), 1.0, fails)
    assert np.array_equal(steady.steadied(strokes(3), scene(), 1.0, flow), strokes(3))


def test_forgotten_means_the_next_one_stands_alone(flow: OpticalFlow) -> None:
    steady = Steadying()
    steady.steadied(strokes(1), scene(), 1.0, flow)
    steady.forget()
    assert np.array_equal(steady.steadied(strokes(2), scene(), 1.0, flow), strokes(2))


def test_an_edge_that_swings_is_not_late(flow: OpticalFlow) -> None:
    """At 1 Hz and 30 pictures a second, each a painting of its own."""
    steady, places, shown = Steadying(), [], []
    for number in range(45):
        place = round(WIDTH * (0.5 + 0.3 * np.sin(2 * np.pi * number / 30)))
        picture, painting = scene(3), (strokes(number) // 4).astype(np.uint8)
        picture[:, :place] = scene(4)[:, :place] // 3
        painting[:, place:] += 150
        result = steady.steadied(painting, picture, 0.6, flow)
        places.append(place)
        shown.append(int(np.argmax(np.diff(cv2.blur(result, (5, 5)).mean(axis=(0, 2))))))
    after = np.array(shown[15:])
    misses = [np.abs(after - np.array(places[15 - late : 45 - late])).mean() for late in range(4)]
    assert int(np.argmin(misses)) == 0
    assert misses[0] < 3  # pixels; an edge moves up to 16 from one picture to the next


def test_likeness_falls_with_difference() -> None:
    one = np.full((20, 20, 3), 100, np.uint8)
    found = [float(likeness(one, one + np.uint8(d), 0.5).mean()) for d in (0, 10, 20, 40, 80)]
    assert found[0] == pytest.approx(0.5)
    assert found == sorted(found, reverse=True)
    assert found[-1] < 0.01
