"""Interlaced film is told from progressive by what moves, and progressive never taken for it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from engine.dsp.image.interlace import InterlaceDetector

SHAPE = (180, 320)
RNG = np.random.default_rng(5)
NOISE = RNG.integers(0, 256, SHAPE, np.uint8)
TEXTURE = cv2.normalize(cv2.GaussianBlur(NOISE, (0, 0), 3), None, 0, 255, cv2.NORM_MINMAX)
Y, X = np.mgrid[: SHAPE[0], : SHAPE[1]]


def blob(at):
    middle = 160 + 110 * np.sin(at)
    return np.clip(200 - 3 * np.hypot(X - middle, Y - 90), 20, 200).astype(np.uint8)


def bars(at):
    return np.where((X + 60 * at) % 40 < 20, 220, 30).astype(np.uint8)


def ball(at):
    return np.where(np.hypot(X - 160, Y - 90 - 60 * np.sin(at)) < 45, 220, 30).astype(np.uint8)


def rolling(at):
    return np.roll(TEXTURE, int(at * 50), 1)


def falling(at):
    return np.roll(TEXTURE, int(at * 25), 0)


def stripes(at):
    return (128 + 120 * np.sin((Y + 10 * at) * 1.57)).astype(np.uint8)


def ever_faster(at):
    return np.where((X + 20 * at * at) % 60 < 30, 220, 30).astype(np.uint8)


def fade(at):
    return (NOISE * min(1.0, at / 3)).astype(np.uint8)


def flicker(at):
    return blob(at) // 2 + np.uint8(60 * (round(at * 25) % 2))


def still(at):
    return NOISE


def cuts(at):
    return np.roll(NOISE, 97 * int(at * 8), 1)


def snow(at):
    return np.random.default_rng(int(at * 1000)).integers(0, 256, SHAPE, np.uint8)


def picture(grey):
    return np.repeat(grey[..., None], 3, 2)


def progressive(scene, count=60):
    return [picture(scene(n / 25)) for n in range(count)]


def interlaced(scene, count=60, bottom_first=False):
    made = []
    for n in range(count):
        one, two = scene(n / 25), scene((n + 0.5) / 25)
        both = one.copy()
        both[0 if bottom_first else 1 :: 2] = two[0 if bottom_first else 1 :: 2]
        made.append(picture(both))
    return made


def found_at(pictures):
    detector = InterlaceDetector()
    return next((n for n, one in enumerate(pictures) if detector.look(one)), None)


@pytest.mark.parametrize("bottom_first", [False, True])
@pytest.mark.parametrize("scene", [blob, bars, ball, rolling])
def test_interlaced_film_is_found_soon(scene, bottom_first):
    found = found_at(interlaced(scene, bottom_first=bottom_first))
    assert found is not None
    assert found <= (30 if scene is ball else 10)


@pytest.mark.parametrize(
    "scene",
    [
        *(blob, bars, ball, rolling, falling, stripes, ever_faster),
        *(fade, flicker, still, cuts, snow),
    ],
)
def test_progressive_film_is_never_taken_for_it(scene):
    assert found_at(progressive(scene, 200)) is None


def test_what_begins_still_is_found_later():
    pictures = [picture(blob(0))] * 60 + interlaced(blob, 500)
    assert found_at(pictures) is not None


def test_small_pictures_and_changing_sizes_are_let_be():
    small = [one[:60] for one in interlaced(bars)]
    assert found_at(small) is None
    mixed = [one if n % 2 else one[:150, :200] for n, one in enumerate(interlaced(bars))]
    assert found_at(mixed) is None
